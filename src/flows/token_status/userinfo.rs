//! Userinfo (OIDC Core §5.3).

use super::{PresentedToken, TokenStatus};
use crate::domain::asked_claims::AskedClaims;
use crate::domain::told_claims::Teller;
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::claims_request::ClaimsPlace;
use crate::protocol::id_token::UserInfo;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::OPENID;

impl TokenStatus {
    /// The claims that the token's scope allows. A token for a resource (RFC 8707) is not accepted: otherwise every API
    /// that receives one could ask here who the person is (RFC 9700 §2.3).
    pub async fn userinfo(&self, presented: &PresentedToken) -> Result<UserInfo, Refusal> {
        let (bearer, application) = self.check_presented(presented).await?;
        bearer.require_audience(&[self.issuer.as_str()])?;
        bearer.require_scope(OPENID)?;
        let Some(user) = bearer.user else {
            return Err(Refusal::new(
                ErrorCode::InvalidToken,
                "the access token speaks for an application, not for a person",
            ));
        };
        let scope = bearer.claims.scope.parse().unwrap_or_default();
        let asked = match &bearer.family {
            // What single claims were asked for, was for the application that the person let in.
            Some(family) if bearer.claims.act.is_none() => family.claims.clone(),
            Some(_) | None => AskedClaims::default(),
        };
        let schema = self.application_cache.attribute_schema();
        let told = asked.told(Teller { application: &application, schema: &schema }, &scope, ClaimsPlace::Userinfo);
        let groups = self.groups.claim_of(user.id, &application, &told.scope()).await?;
        let person = told.claims(&user, groups);
        let wants = |claim| asked.request.asks_for(ClaimsPlace::Userinfo, claim);
        let AccessTokenClaims { auth_time, acr, .. } = bearer.claims;
        Ok(UserInfo {
            sub: user.sub,
            auth_time: auth_time.filter(|_| wants("auth_time")),
            acr: acr.filter(|_| wants("acr")),
            person,
        })
    }
}
