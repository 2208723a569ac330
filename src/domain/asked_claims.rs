//! Claims about a person that an application asks for one by one (OIDC Core §5.5).

use super::ids::Timestamp;
use super::session::AuthenticationMethod;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::scope::Scope;

/// The claims of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedClaims {
    /// The request.
    pub request: ClaimsRequest,
    /// The scopes that give the claims in it; of those that the application could ask for.
    pub scope: Scope,
}

impl AskedClaims {
    /// Whether somebody who signed in like this, at this time, did what is essential (OIDC Core §5.5.1.1).
    pub fn is_met_by(&self, amr: AuthenticationMethod, auth_time: Timestamp) -> bool {
        amr.classes().iter().any(|class| self.request.is_met_by(class.name(), auth_time.as_seconds()))
    }
}
