//! Introspection (RFC 7662) and revocation (RFC 7009).

mod check_bearer;
mod presented;
mod userinfo;

use std::sync::Arc;
use std::time::Duration;

use super::application_cache::ApplicationCache;
use super::clients::{AuthenticatedClient, ClientRequest, Clients};
use super::foundations::Foundations;
use super::groups::Groups;
use super::instruments::Instruments;
use super::keys::Keys;
use super::proofs::Proofs;
use super::usage::UsageLog;
use crate::config::Issuer;
use crate::domain::application::Application;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::ids::{ClientId, Timestamp, TokenFamilyId};
use crate::domain::one_time::RefreshToken;
use crate::domain::refresh_token::{RefreshTokenState, StoredRefreshToken};
use crate::domain::token_family::{EndReason, TokenFamily};
use crate::domain::user::User;
use crate::protocol::bearer;
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::introspection::{INTROSPECT, Introspection};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::token::GrantType;
use crate::store::{ApplicationUse, Store, StoreError};

pub use check_bearer::Bearer;
pub use presented::PresentedToken;

/// Knows whether a token counts, and ends it.
pub struct TokenStatus {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    application_cache: Arc<ApplicationCache>,
    keys: Arc<Keys>,
    clients: Arc<Clients>,
    groups: Arc<Groups>,
    proofs: Arc<Proofs>,
    usage: Arc<UsageLog>,
    refresh_grace: Duration,
    operators: RequiredSignIn,
}

impl TokenStatus {
    /// What was revoked is kept in the database.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        keys: &Arc<Keys>,
        clients: &Arc<Clients>,
        groups: &Arc<Groups>,
        proofs: &Arc<Proofs>,
        usage: &Arc<UsageLog>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            application_cache: Arc::clone(application_cache),
            keys: Arc::clone(keys),
            clients: Arc::clone(clients),
            groups: Arc::clone(groups),
            proofs: Arc::clone(proofs),
            usage: Arc::clone(usage),
            refresh_grace: base.config.tokens.refresh_grace,
            operators: base.config.login.operators,
        }
    }

    /// RFC 7662 §2. An application learns about tokens that were issued to it or are meant for it, and with the scope
    /// `introspect` about every access token. Any other token is inactive for it.
    pub async fn introspect(&self, request: ClientRequest<'_>) -> Result<Introspection, Refusal> {
        let client = self.clients.authenticate_request(&request).await?;
        if client.application.is_public() {
            return Err(Refusal::invalid_client("introspection is for applications that authenticate themselves"));
        }
        if owns_nothing(&client.application) {
            let what = "an application that registered itself may not introspect tokens";
            return client.proven(Err(Refusal::new(ErrorCode::AccessDenied, what)));
        }
        let answer = client.proven(self.introspect_for(&client.application, &request).await)?;
        self.note_use(&client);
        Ok(answer)
    }

    async fn introspect_for(&self, asker: &Application, request: &ClientRequest<'_>) -> Result<Introspection, Refusal> {
        let token = token_of(request)?;
        match token.parse::<RefreshToken>() {
            Ok(token) => self.introspect_refresh_token(asker, &token).await,
            Err(_) => self.introspect_access_token(asker, token).await,
        }
    }

    async fn introspect_access_token(&self, asker: &Application, token: &str) -> Result<Introspection, Refusal> {
        let (claims, user) = match self.check_active_bearer(token).await {
            Ok((bearer, _)) => (bearer.claims, bearer.user),
            // A token that does not count is an answer; a database that does not is none.
            Err(refusal) if refusal.code == ErrorCode::InvalidToken => return Ok(Introspection::inactive()),
            Err(refusal) => return Err(refusal),
        };
        let is_for = self.application_cache.catalogue().await?.is_for(&claims.aud, &asker.client_id);
        let concerned = is_for || may_ask_about(asker, &claims.client_id);
        Ok(if concerned {
            Introspection::of_access_token(claims, user.and_then(|user| user.preferred_username()))
        } else {
            Introspection::inactive()
        })
    }

    /// Only the application of a refresh token may ask about it.
    async fn introspect_refresh_token(
        &self,
        asker: &Application,
        token: &RefreshToken,
    ) -> Result<Introspection, Refusal> {
        if !asker.settings.grants.contains(&GrantType::RefreshToken) || !asker.may_speak_for_people() {
            return Ok(Introspection::inactive());
        }
        let found = self.usable_refresh_token(token).await?;
        match found.filter(|(_, family, _)| family.application == asker.id) {
            Some((stored, family, user)) if self.groups.admits(user.id, asker).await? => {
                let open = self.application_cache.catalogue().await?.open_scope_of(&family.resources);
                let family = TokenFamily { scope: asker.still_allowed(&family.scope, &open), ..family };
                Ok(of_refresh_token(&stored, &family, user, &asker.client_id))
            }
            _ => Ok(Introspection::inactive()),
        }
    }

    /// A refresh token that is valid now, with its family and account.
    async fn usable_refresh_token(
        &self,
        token: &RefreshToken,
    ) -> Result<Option<(StoredRefreshToken, TokenFamily, User)>, StoreError> {
        let stored = self.store.refresh_token(token.hash()).await?;
        let (grace, now) = (self.refresh_grace, self.instruments.now());
        let Some(stored) = stored.filter(|stored| stored.state(grace, now) == RefreshTokenState::Unused) else {
            return Ok(None);
        };
        let family = self.store.family(stored.family).await?.filter(TokenFamily::is_alive);
        let Some(family) = family else { return Ok(None) };
        let user = self.store.user(family.user).await?.filter(User::is_active);
        Ok(user.map(|user| (stored, family, user)))
    }

    /// RFC 7009 §2. Revoking an invalid token succeeds; the token of another application is refused.
    pub async fn revoke(&self, request: ClientRequest<'_>) -> Result<(), Refusal> {
        let client = self.clients.authenticate_request(&request).await?;
        client.proven(self.revoke_for(&client.application, &request).await)
    }

    async fn revoke_for(&self, application: &Application, request: &ClientRequest<'_>) -> Result<(), Refusal> {
        let token = token_of(request)?;
        match token.parse::<RefreshToken>() {
            Ok(token) => self.revoke_refresh_token(application, &token).await,
            Err(_) => self.revoke_access_token(application, token).await,
        }
    }

    /// RFC 7009 §2.1: with a refresh token the whole grant is revoked.
    async fn revoke_refresh_token(&self, application: &Application, token: &RefreshToken) -> Result<(), Refusal> {
        let Some(stored) = self.store.refresh_token(token.hash()).await? else { return Ok(()) };
        let Some(family) = self.store.family(stored.family).await? else { return Ok(()) };
        if family.application != application.id {
            return Err(not_yours());
        }
        let mut tx = self.store.begin().await?;
        tx.family_end(family.id, EndReason::Revoked, self.instruments.now()).await?;
        Ok(tx.commit().await?)
    }

    /// An access token is revoked alone; the grant goes on.
    async fn revoke_access_token(&self, application: &Application, token: &str) -> Result<(), Refusal> {
        let key_of = |kid: &str| self.keys.verifying_key(kid);
        let issuer = self.issuer.as_str();
        let Ok(claims) = bearer::verify(token, key_of, issuer, self.instruments.now().as_seconds()) else {
            return Ok(());
        };
        if claims.client_id != application.client_id.as_str() {
            return Err(not_yours());
        }
        Ok(self.store.revoked_token_insert(&claims.jti, Timestamp::from_seconds(claims.exp)).await?)
    }

    /// Checks what a signature cannot tell: whether the token of this `jti` was revoked.
    async fn check_not_revoked(&self, jti: &str) -> Result<(), Refusal> {
        if self.store.revoked_token(jti).await? { Err(revoked()) } else { Ok(()) }
    }

    /// What the person granted whom a token speaks for, if it was not ended; nothing for an application's own.
    async fn living_family(&self, claims: &AccessTokenClaims) -> Result<Option<TokenFamily>, Refusal> {
        let Some(family) = TokenFamilyId::of_token(&claims.jti) else { return Ok(None) };
        let family = self.store.family(family).await?.filter(TokenFamily::is_alive);
        family.map(Some).ok_or_else(revoked)
    }

    fn note_use(&self, client: &AuthenticatedClient) {
        self.usage.note(ApplicationUse {
            application: client.application.id,
            secret: client.secret,
            at: self.instruments.now(),
        });
    }
}

fn revoked() -> Refusal {
    Refusal::new(ErrorCode::InvalidToken, "the access token was revoked")
}

fn token_of<'a>(request: &ClientRequest<'a>) -> Result<&'a str, Refusal> {
    request.parameters.required("token")
}

/// Whether an application may ask about the tokens of this client.
fn may_ask_about(asker: &Application, client_id: &str) -> bool {
    asker.client_id.as_str() == client_id || asker.settings.scope.contains(INTROSPECT)
}

/// Whether it registered itself, and no initial access token or operator has let it introspect.
fn owns_nothing(application: &Application) -> bool {
    application.origin.is_dynamic() && !application.settings.scope.contains(INTROSPECT)
}

fn of_refresh_token(
    stored: &StoredRefreshToken,
    family: &TokenFamily,
    user: User,
    client_id: &ClientId,
) -> Introspection {
    Introspection {
        active: true,
        scope: Some(family.scope.to_string()),
        client_id: Some(client_id.to_string()),
        username: user.preferred_username(),
        exp: Some(stored.expires_at.as_seconds()),
        iat: Some(stored.created_at.as_seconds()),
        sub: Some(user.sub),
        auth_time: Some(family.auth_time.as_seconds()),
        ..Introspection::default()
    }
}

fn not_yours() -> Refusal {
    Refusal::invalid_request("the token was issued to another application, which alone may revoke it")
}
