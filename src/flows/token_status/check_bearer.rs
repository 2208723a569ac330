//! Checking an access token as any resource server would (RFC 6750, RFC 9068 §4), and checking what only this server
//! knows: whether the account and the application are still valid.

use std::sync::Arc;

use super::TokenStatus;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::{ClientId, TokenFamilyId};
use crate::domain::own_api;
use crate::domain::own_token::own_token_issued_at;
use crate::domain::session::AuthenticationMethod;
use crate::domain::token_family::TokenFamily;
use crate::domain::user::User;
use crate::flows::access::Caller;
use crate::protocol::bearer;
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// The bearer of a valid access token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The claims of the token.
    pub claims: AccessTokenClaims,
    /// The account it was issued for; none if the application acts for itself.
    pub user: Option<User>,
    /// What the person granted; none if the application acts for itself.
    pub family: Option<TokenFamily>,
}

impl Bearer {
    /// RFC 6750 §3.1: the token must have this scope.
    pub fn require_scope(&self, scope: &str) -> Result<(), Refusal> {
        let granted: Scope = self.claims.scope.parse().unwrap_or_default();
        if granted.contains(scope) {
            return Ok(());
        }
        let has = if granted.is_empty() { "nothing".to_owned() } else { granted.to_string() };
        let description = format!("the access token must have the scope '{scope}'; it allows: {has}");
        Err(Refusal::new(ErrorCode::InsufficientScope, description))
    }

    /// RFC 9068 §4: the token must be for this server; otherwise an API that received it could use it here. A token
    /// without a resource may be used here by its application.
    pub(super) fn require_audience(&self, own: &[&str]) -> Result<(), Refusal> {
        let audience = &self.claims.aud;
        if audience.contains(&self.claims.client_id) || own.iter().any(|own| audience.contains(own)) {
            return Ok(());
        }
        Err(invalid("the access token is meant for another audience; ask for one without the parameter 'resource'"))
    }
}

impl TokenStatus {
    /// The bearer of this token. A token of an application itself is checked without the database, as any API would;
    /// for a person's token the account is checked in the database.
    pub async fn check_bearer(&self, token: &str) -> Result<Bearer, Refusal> {
        let claims = self.check_signed(token)?;
        if claims.sub == claims.client_id {
            return Ok(Bearer { claims, user: None, family: None });
        }
        Ok(self.check_all(claims).await?.0)
    }

    /// The bearer of this token and its application, with all checks: whether the token was revoked, the grant ended,
    /// the account disabled or the application deactivated. Scopes and resources that were taken from the application
    /// since the token was issued are taken from the token too.
    pub(super) async fn check_active_bearer(&self, token: &str) -> Result<(Bearer, Arc<Application>), Refusal> {
        self.check_all(self.check_signed(token)?).await
    }

    /// The caller of an API of this server with this token.
    pub async fn check_bearer_caller(&self, token: &str) -> Result<Caller, Refusal> {
        let (bearer, application) = self.check_active_bearer(token).await?;
        bearer.require_audience(&[self.issuer.as_str(), &self.issuer.url_of(own_api::PATH)])?;
        let scope = bearer.claims.scope.parse().unwrap_or_default();
        // An operator who did not sign in as operators have to is no operator here.
        let amr = bearer.claims.amr.first().and_then(|name| AuthenticationMethod::from_name(name));
        let has_power = amr.is_none_or(|amr| self.operators.is_met_by(amr));
        let user = bearer.user.map(|user| User { admin: user.admin && has_power, ..user });
        Ok(Caller::Token { client_id: application.client_id.clone(), scope, user })
    }

    fn check_signed(&self, token: &str) -> Result<AccessTokenClaims, Refusal> {
        let key_of = |kid: &str| self.keys.verifying_key(kid);
        bearer::verify(token, key_of, self.issuer.as_str(), self.instruments.now().as_seconds())
    }

    async fn check_all(&self, claims: AccessTokenClaims) -> Result<(Bearer, Arc<Application>), Refusal> {
        let user = self.user_spoken_for(&claims).await?;
        let application = self.working_client(&claims).await?;
        if let Some(user) = &user
            && !self.groups.admits(user.id, &application).await?
        {
            return Err(invalid("the person whom the access token speaks for may not use its application any more"));
        }
        let family = self.check_not_revoked(&claims).await?;
        let catalogue = self.application_cache.catalogue().await?;
        Ok((Bearer { claims: still_good(claims, &application, &catalogue)?, user, family }, application))
    }

    /// The application that a token was issued to, if it is active and its tokens were not ended since.
    async fn working_client(&self, claims: &AccessTokenClaims) -> Result<Arc<Application>, Refusal> {
        let refused = || invalid("the application that the access token was issued to is deactivated or deleted");
        let client_id = claims.client_id.parse::<ClientId>().map_err(|_| refused())?;
        let application = self.application_cache.application(&client_id).await?.ok_or_else(refused)?;
        if application.state != ApplicationState::Active {
            return Err(refused());
        }
        // A person's token ends with its family.
        let own = TokenFamilyId::of_token(&claims.jti).is_none();
        if own && application.has_ended(own_token_issued_at(&claims.jti, claims.iat)) {
            return Err(invalid("the tokens of this application were ended after the access token was issued"));
        }
        Ok(application)
    }

    /// RFC 9068 §2.2: the subject of a token is its client where that acts for itself, else a person.
    async fn user_spoken_for(&self, claims: &AccessTokenClaims) -> Result<Option<User>, Refusal> {
        if claims.sub == claims.client_id {
            return Ok(None);
        }
        match self.store.user_by_sub(&claims.sub).await? {
            Some(user) if user.is_active() => Ok(Some(user)),
            _ => Err(invalid("the account that the access token speaks for is disabled or deleted")),
        }
    }
}

/// The claims without what the application may not ask for any more, if it still has a grant for such a token. A token
/// for resources of which none is left would become one for the application itself, so it is refused.
fn still_good(
    claims: AccessTokenClaims,
    application: &Application,
    catalogue: &Catalogue,
) -> Result<AccessTokenClaims, Refusal> {
    let has_grant = if claims.sub == claims.client_id {
        application.settings.grants.contains(&GrantType::ClientCredentials)
    } else {
        application.may_speak_for_people()
    };
    if !has_grant {
        return Err(invalid("the application is not registered any more for the grant of the access token"));
    }
    let issued: Scope = claims.scope.parse().unwrap_or_default();
    let (may_ask, own) = (catalogue.with_open(&application.settings.audiences), application.client_id.as_str());
    let may_be_for = |audience: &str| audience.parse::<ResourceId>().is_ok_and(|id| id.find_in(&may_ask).is_some());
    let Some(aud) = claims.aud.only(|audience| audience == own || may_be_for(audience)) else {
        return Err(invalid("the application may not ask for any of the resources of the access token any more"));
    };
    let open: Vec<ResourceId> = may_ask.iter().filter(|id| aud.contains(id.as_str())).cloned().collect();
    let scope = application.still_allowed(&issued, &catalogue.open_scope_of(&open)).to_string();
    Ok(AccessTokenClaims { aud, scope, ..claims })
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidToken, what)
}
