//! "Try it": a token of an application for its owner to look at, without the application's secret.
//!
//! It is issued by the phases of the token endpoint from the grant on, so it is the same token that the application
//! would get. It gives an owner no more than a new secret would, and the audit log records it. It does not count as a
//! use of the application.

use super::Tokens;
use super::client_credentials;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::audit::AuditEvent;
use crate::flows::access::{Caller, Need, begin_as};
use crate::flows::applications::changeable;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::token::{GrantType, TokenResponse};

impl Tokens {
    /// The token that an application would get without `scope` and `resource`.
    pub async fn token_to_look_at(&self, caller: &Caller, application: &Application) -> Result<TokenResponse, Refusal> {
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        let known = changeable(&mut tx, &application.client_id, &caller.actor()).await?;
        let application = &known;
        if application.state != ApplicationState::Active {
            return Err(Refusal::new(ErrorCode::Conflict, "only an active application gets tokens"));
        }
        if !application.settings.grants.contains(&GrantType::ClientCredentials) {
            return Err(Refusal::new(ErrorCode::Conflict, "this application gets no tokens for itself"));
        }
        if application.settings.dpop_bound {
            let what = "the tokens of this application are bound to a key that it alone has (dpop_bound)";
            return Err(Refusal::new(ErrorCode::Conflict, what));
        }
        let granted = client_credentials::grant(application)?;
        let settled = self.settle(application, &granted, (&[], None)).await?;
        let response = self.issue(application, &granted, &settled)?;
        let event = AuditEvent::TokenTried { client_id: application.client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(&caller.actor(), event, self.instruments.now())).await?;
        tx.commit().await?;
        Ok(response)
    }
}
