//! A stored request against its application as it is now: what was taken from the application while the request, its
//! page or its code was out is not granted any more.

use super::application::{Application, ApplicationState};
use super::authorization::{Authorization, Source};
use super::catalogue::Catalogue;
use crate::protocol::redirect_uri::{Matching, RegisteredRedirect};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// What was taken from an application since it made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withdrawn {
    /// It was deactivated or deleted.
    #[error("this application is not active any more")]
    Application,
    /// The redirect URI.
    #[error("the redirect_uri of the request is not registered for this application any more")]
    RedirectUri,
    /// The grant.
    #[error("this application is not registered for the grant authorization_code any more")]
    Grant,
    /// All that it asked for.
    #[error("this application may not ask for anything of what the request was for any more")]
    Scope,
}

impl Withdrawn {
    /// Whether the refusal has to be shown here, because nothing may be sent to the redirect URI (RFC 6749 §4.1.2.1).
    pub const fn is_for_a_page(self) -> bool {
        matches!(self, Self::Application | Self::RedirectUri)
    }

    /// The refusal of a code (RFC 6749 §5.2).
    pub fn of_code(self) -> Refusal {
        Refusal::new(ErrorCode::InvalidGrant, self.to_string())
    }
}

impl From<Withdrawn> for Refusal {
    fn from(withdrawn: Withdrawn) -> Self {
        let code = match withdrawn {
            Withdrawn::Application | Withdrawn::Grant => ErrorCode::UnauthorizedClient,
            Withdrawn::RedirectUri => ErrorCode::InvalidRequest,
            Withdrawn::Scope => ErrorCode::InvalidScope,
        };
        Self::new(code, withdrawn.to_string())
    }
}

impl Authorization {
    /// Where the answer goes, if that is still registered.
    pub fn redirect(&self, application: &Application) -> Result<RegisteredRedirect, Refusal> {
        let matching = match self.source {
            Source::Browser(_) => application.settings.kind.redirect_matching(),
            Source::Api => Matching::WithOwnQuery,
        };
        RegisteredRedirect::find(Some(&self.redirect_uri), &application.settings.redirect_uris, matching)
    }

    /// What is left of `given`, the scope of this request or of its code.
    pub fn recheck(&self, application: &Application, given: &Scope, catalogue: &Catalogue) -> Result<Scope, Withdrawn> {
        if application.state != ApplicationState::Active {
            return Err(Withdrawn::Application);
        }
        if self.redirect(application).is_err() {
            return Err(Withdrawn::RedirectUri);
        }
        if !application.settings.grants.contains(&GrantType::AuthorizationCode) {
            return Err(Withdrawn::Grant);
        }
        let left = application.still_allowed(given, &catalogue.open_scope_of(&self.resources));
        if left.is_empty() && !given.is_empty() { Err(Withdrawn::Scope) } else { Ok(left) }
    }
}
