//! Checking an access token as any resource server would (RFC 6750, RFC 9068 §4), and checking what only this server
//! knows: whether the account and the application are still valid.

use std::sync::Arc;

use super::{PresentedToken, TokenStatus};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::ids::ClientId;
use crate::domain::own_api;
use crate::domain::own_token::own_token_issued_at;
use crate::domain::session::AuthenticationMethod;
use crate::domain::token_family::TokenFamily;
use crate::domain::user::User;
use crate::flows::access::Caller;
use crate::protocol::bearer;
use crate::protocol::claims::{AccessTokenClaims, Audience, ExchangedToken};
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
    /// The applications that had got the tokens which it was exchanged for, in this order; none if it was not exchanged.
    pub exchanged_by: Vec<Arc<Application>>,
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
    /// without a resource, which is for its application alone, may be used here by that.
    pub(super) fn require_audience(&self, own: &[&str]) -> Result<(), Refusal> {
        let audience = &self.claims.aud;
        let is_its_alone = audience.iter().all(|one| one == self.claims.client_id);
        if is_its_alone || own.iter().any(|own| audience.contains(own)) {
            return Ok(());
        }
        Err(invalid("the access token is meant for another audience; ask for one without the parameter 'resource'"))
    }
}

impl TokenStatus {
    /// The bearer of this token. A token of an application itself is checked without the database, as any API would;
    /// for a person's token the account is checked in the database.
    pub async fn check_bearer(&self, presented: &PresentedToken) -> Result<Bearer, Refusal> {
        let claims = self.check_signed(&presented.token)?;
        self.check_possession(presented, &claims)?;
        if claims.is_clients_own() {
            return Ok(Bearer { claims, user: None, family: None, exchanged_by: Vec::new() });
        }
        Ok(self.check_all(claims).await?.0)
    }

    /// The bearer of this token, who has to hold the key that it is bound to, and its application, with all checks.
    pub(super) async fn check_presented(
        &self,
        presented: &PresentedToken,
    ) -> Result<(Bearer, Arc<Application>), Refusal> {
        let claims = self.check_signed(&presented.token)?;
        self.check_possession(presented, &claims)?;
        self.check_all(claims).await
    }

    /// The bearer of this token, whoever presents it, and its application, with all other checks: whether the token was
    /// revoked, the grant ended, the account disabled or the application deactivated. Scopes and resources that were
    /// taken from the application since the token was issued are taken from the token too.
    pub(in crate::flows) async fn check_active_bearer(
        &self,
        token: &str,
    ) -> Result<(Bearer, Arc<Application>), Refusal> {
        self.check_all(self.check_signed(token)?).await
    }

    /// The caller of an API of this server with this token.
    pub async fn check_bearer_caller(&self, presented: &PresentedToken) -> Result<Caller, Refusal> {
        let (bearer, application) = self.check_presented(presented).await?;
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

    /// Judges a token and all those that it was exchanged for alike: it ends with each of them, and has no more than is
    /// left of each.
    async fn check_all(&self, claims: AccessTokenClaims) -> Result<(Bearer, Arc<Application>), Refusal> {
        let user = self.user_spoken_for(&claims).await?;
        let issued: Scope = claims.scope.parse().unwrap_or_default();
        // From the first one on, so that each had what was left to it.
        let first = claims.exchanged_from.len();
        let (mut application, mut left) = self.check_link(&claims, first, user.as_ref(), issued).await?;
        let mut exchanged_by = Vec::with_capacity(first);
        for place in (0..first).rev() {
            let (next, of_next) = self.check_link(&claims, place, user.as_ref(), left.scope).await?;
            self.check_may_exchange(&next, &application, &left.aud).await?;
            let aud = of_next.aud.only(|audience| left.aud.contains(audience)).ok_or_else(nothing_left)?;
            left = Left { scope: of_next.scope, aud };
            exchanged_by.push(std::mem::replace(&mut application, next));
        }
        let family = self.living_family(&claims).await?;
        let claims = AccessTokenClaims { aud: left.aud, scope: left.scope.to_string(), ..claims };
        Ok((Bearer { claims, user, family, exchanged_by }, application))
    }

    /// Whether what is left of a token is still something that an application may exchange, or asks to.
    pub(in crate::flows) async fn check_may_exchange(
        &self,
        application: &Application,
        issued_to: &Application,
        aud: &Audience,
    ) -> Result<(), Refusal> {
        let catalogue = self.application_cache.catalogue().await?;
        if application.id == issued_to.id || catalogue.is_for(aud, &application.client_id) {
            return Ok(());
        }
        Err(invalid("it is neither meant for the application that exchanges it, nor was it issued to it"))
    }

    /// One of them: the application that it was issued to, and what is left of it there. The one that was sent has the place
    /// 0, and the others have theirs in `exchanged_from`, from 1 on.
    async fn check_link(
        &self,
        claims: &AccessTokenClaims,
        place: usize,
        user: Option<&User>,
        scope: Scope,
    ) -> Result<(Arc<Application>, Left), Refusal> {
        let token = match place.checked_sub(1) {
            None => claims.as_exchanged(),
            Some(before) => claims.exchanged_from[before].clone(),
        };
        let is_first = place == claims.exchanged_from.len();
        let grant = match user {
            _ if !is_first => Grant::Exchange,
            Some(_) => Grant::OfPerson,
            None => Grant::Own,
        };
        let application = self.working_client(&token, grant).await?;
        if let Some(user) = user
            && !self.groups.admits(user.id, &application).await?
        {
            return Err(invalid("the person whom the access token speaks for may not use its application any more"));
        }
        self.check_not_revoked(&token.jti).await?;
        let left = self.still_good(token.aud, scope, grant, &application).await?;
        Ok((application, left))
    }

    /// What is left of a token without what its application may not ask for any more, if it still has the grant. A token
    /// for resources of which none is left would become one for the application itself, so it is refused.
    async fn still_good(
        &self,
        aud: Audience,
        scope: Scope,
        grant: Grant,
        application: &Application,
    ) -> Result<Left, Refusal> {
        if !grant.is_left_to(application) {
            return Err(invalid("the application is not registered any more for the grant of the access token"));
        }
        let catalogue = self.application_cache.catalogue().await?;
        let may_ask = match grant {
            Grant::Own | Grant::OfPerson => catalogue.with_open(&application.targets()),
            Grant::Exchange => application.settings.may_exchange_for.clone(),
        };
        let known = aud.iter().filter_map(|audience| audience.parse::<ResourceId>().ok());
        let known = known.filter(|target| target.find_in(&may_ask).is_some()).collect();
        let left = self.application_cache.targets_left(application, known).await?;
        let Some(aud) = aud.only(|audience| left.iter().any(|target| target.as_str() == audience)) else {
            return Err(nothing_left());
        };
        Ok(Left { scope: application.still_allowed(&scope, &catalogue.open_scope_of(&left)), aud })
    }

    /// The application that a token was issued to, if it is active and its tokens were not ended since.
    async fn working_client(&self, token: &ExchangedToken, grant: Grant) -> Result<Arc<Application>, Refusal> {
        let refused = || invalid("the application that the access token was issued to is deactivated or deleted");
        let client_id = token.client_id.parse::<ClientId>().map_err(|_| refused())?;
        let application = self.application_cache.application(&client_id).await?.ok_or_else(refused)?;
        if application.state != ApplicationState::Active {
            return Err(refused());
        }
        // What a person granted ends with its family.
        let has_moment = grant != Grant::OfPerson;
        if has_moment && application.has_ended(own_token_issued_at(&token.jti, token.iat)) {
            return Err(invalid("the tokens of this application were ended after the access token was issued"));
        }
        Ok(application)
    }

    /// RFC 9068 §2.2: the subject of a token is its client where that acts for itself, else a person.
    async fn user_spoken_for(&self, claims: &AccessTokenClaims) -> Result<Option<User>, Refusal> {
        if claims.speaks_for_client() {
            return Ok(None);
        }
        match self.store.user_by_sub(&claims.sub).await? {
            Some(user) if user.is_active() => Ok(Some(user)),
            _ => Err(invalid("the account that the access token speaks for is disabled or deleted")),
        }
    }
}

/// What is left of a token.
struct Left {
    scope: Scope,
    aud: Audience,
}

/// How a token came to its application.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grant {
    /// It got it for itself.
    Own,
    /// A person let it in.
    OfPerson,
    /// It exchanged another one for it.
    Exchange,
}

impl Grant {
    fn is_left_to(self, application: &Application) -> bool {
        let grants = &application.settings.grants;
        match self {
            Self::Own => grants.contains(&GrantType::ClientCredentials),
            Self::OfPerson => application.may_speak_for_people(),
            Self::Exchange => grants.contains(&GrantType::TokenExchange),
        }
    }
}

fn nothing_left() -> Refusal {
    invalid("the application may not ask for any of the resources of the access token any more")
}

fn invalid(what: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidToken, what)
}
