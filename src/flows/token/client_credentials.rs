//! The client credentials grant: the application acts for itself (RFC 6749 §4.4).

use super::granted::{Granted, Payment, Resources, Subject};
use crate::domain::application::Application;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// RFC 6749 §4.4: confidential clients only, whatever a registration may say.
pub(super) fn grant(application: &Application) -> Result<Granted, Refusal> {
    let settings = &application.settings;
    if application.is_public() {
        return Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "the grant client_credentials needs an application that authenticates itself",
        ));
    }
    Ok(Granted {
        subject: Subject::Application,
        allowed_scope: settings.scope.clone(),
        default_scope: settings.default_scope.clone(),
        resources: Resources::Any,
        payment: Payment::Nothing,
    })
}
