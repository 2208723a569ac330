//! Claims about a person that an application asks for one by one (OIDC Core §5.5).

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
