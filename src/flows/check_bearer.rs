//! Checking an access token as any resource server would (RFC 6750, RFC 9068 §4).

use super::Server;
use crate::protocol::bearer;
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::refusal::Refusal;

impl Server {
    /// The claims of a good access token of this server's.
    pub fn check_bearer(&self, token: &str) -> Result<AccessTokenClaims, Refusal> {
        let key_of = |kid: &str| self.keyring.verifying_key(kid);
        bearer::verify(token, key_of, self.config.server.issuer.as_str(), self.now().as_seconds())
    }
}
