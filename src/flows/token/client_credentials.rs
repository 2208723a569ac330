//! The client credentials grant: the application acts for itself (RFC 6749 §4.4).

use super::Granted;
use crate::domain::application::ClientAuthentication;
use crate::flows::authenticate_client::AuthenticatedClient;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// RFC 6749 §4.4: confidential clients only, whatever a registration may say.
pub(super) fn grant(client: &AuthenticatedClient) -> Result<Granted, Refusal> {
    let application = &client.application;
    if application.settings.authentication == ClientAuthentication::None {
        return Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "the grant client_credentials needs an application that authenticates itself",
        ));
    }
    Ok(Granted {
        subject: application.client_id.to_string(),
        allowed_scope: application.settings.scope.clone(),
        default_scope: application.settings.default_scope.clone(),
    })
}
