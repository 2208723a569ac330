//! Userinfo (OIDC Core §5.3).

use super::TokenStatus;
use crate::protocol::id_token::{PersonClaims, UserInfo};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::OPENID;

impl TokenStatus {
    /// The claims that the token's scope allows. A token for a resource (RFC 8707) is not accepted: otherwise every API
    /// that receives one could ask here who the person is (RFC 9700 §2.3).
    pub async fn userinfo(&self, token: &str) -> Result<UserInfo, Refusal> {
        let (bearer, application) = self.check_active_bearer(token).await?;
        bearer.require_audience(&[self.issuer.as_str()])?;
        bearer.require_scope(OPENID)?;
        let Some(user) = bearer.user else {
            return Err(Refusal::new(
                ErrorCode::InvalidToken,
                "the access token speaks for an application, not for a person",
            ));
        };
        let scope = bearer.claims.scope.parse().unwrap_or_default();
        let groups = self.groups.claim_of(user.id, &application, &scope).await?;
        let person = PersonClaims { groups, ..user.claims(&scope) };
        Ok(UserInfo { sub: user.sub, person })
    }
}
