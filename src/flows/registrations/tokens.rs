//! Initial access tokens (RFC 7591 §1.2): made, listed and revoked by operators.

use super::Registrations;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{RegistrationTokenId, Timestamp};
use crate::domain::one_time::InitialAccessToken;
use crate::domain::registration::{NewToken, RegistrationToken, TokenError};
use crate::flows::access::{Need, begin_acting};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::StoreError;

/// A token that was just made, in the clear for this once.
#[derive(Debug)]
pub struct WithToken {
    /// What is stored of it.
    pub stored: RegistrationToken,
    /// The token.
    pub token: InitialAccessToken,
}

/// Why a token was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenChangeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is out of bounds.
    #[error("{0}")]
    Unfit(#[from] TokenError),
    /// There is none of this id that could be revoked.
    #[error("there is no registration token {0}, or it was revoked before")]
    Unknown(RegistrationTokenId),
    /// The actor may not do it, or not any more.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl From<Refusal> for TokenChangeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<TokenChangeError> for Refusal {
    fn from(error: TokenChangeError) -> Self {
        match error {
            TokenChangeError::Store(error) => error.into(),
            TokenChangeError::Refused(refusal) => refusal,
            TokenChangeError::Unfit(what) => Self::invalid_request(what.to_string()),
            TokenChangeError::Unknown(_) => Self::new(ErrorCode::NotFound, error.to_string()),
        }
    }
}

impl Registrations {
    /// Makes a token.
    pub async fn registration_token_create(&self, new: NewToken, actor: &Actor) -> Result<WithToken, TokenChangeError> {
        new.check()?;
        let now = self.instruments.now();
        let token = InitialAccessToken::from_random(self.instruments.random());
        let stored = RegistrationToken {
            id: RegistrationTokenId::new(self.instruments.row_id(now)),
            name: new.name,
            scope: new.scope,
            grants: new.grants,
            uses: 0,
            most_uses: new.uses.map(i64::from),
            created_at: now,
            expires_at: now.plus(new.lifetime),
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = begin_acting(&self.store, actor, Need::Operate).await?;
        tx.registration_token_insert(&stored, token.hash()).await?;
        let event = AuditEvent::RegistrationTokenCreated { token: stored.id, what: allows(&stored) };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        Ok(WithToken { stored, token })
    }

    /// All tokens, newest first.
    pub async fn registration_tokens(&self) -> Result<Vec<RegistrationToken>, StoreError> {
        self.store.registration_tokens().await
    }

    /// Revokes a token. What it registered stays.
    pub async fn registration_token_revoke(
        &self,
        id: RegistrationTokenId,
        actor: &Actor,
    ) -> Result<(), TokenChangeError> {
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::Operate).await?;
        if !tx.registration_token_revoke(id, now).await? {
            return Err(TokenChangeError::Unknown(id));
        }
        let event = AuditEvent::RegistrationTokenRevoked { token: id };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        Ok(tx.commit().await?)
    }

    /// The present moment, at which a listed token is good or not.
    pub fn now(&self) -> Timestamp {
        self.instruments.now()
    }
}

/// What applications with this token may have besides, for the audit log.
fn allows(token: &RegistrationToken) -> String {
    let grants = token.grants.iter().map(|grant| grant.name());
    let more: Vec<String> = grants.chain(token.scope.iter()).map(|one| format!("+{one}")).collect();
    more.join(" ")
}
