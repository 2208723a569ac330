//! Connecting an identity with the account that was proven in the same browser.

use super::Upstreams;
use super::link::NewLink;
use crate::domain::ids::PendingIdentityId;
use crate::domain::one_time::BrowserToken;
use crate::domain::sign_in::Purpose;
use crate::domain::upstream::{MOST_IDENTITIES, PendingIdentity};
use crate::flows::access::begin_fresh;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Why an identity was not connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There are as many as there may be.
    #[error("there are {MOST_IDENTITIES} connected identities already; disconnect one first")]
    TooMany,
    /// It is refused, or could not be stored.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for ConnectError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Upstreams {
    /// The identity that waits in this browser.
    pub async fn pending(
        &self,
        id: PendingIdentityId,
        browser: Option<&BrowserToken>,
    ) -> Result<Option<PendingIdentity>, Refusal> {
        let Some(browser) = browser else { return Ok(None) };
        Ok(self.store.pending_identity((id, browser.hash()), self.instruments.now()).await?)
    }

    /// Connects it with the account of somebody who signed in by mail or with a passkey a moment ago, and agrees. Says
    /// what they wanted to reach.
    pub async fn connect(
        &self,
        person: &SignedInPerson,
        id: PendingIdentityId,
        browser: &BrowserToken,
    ) -> Result<Purpose, ConnectError> {
        let (user, now) = (&person.user, self.instruments.now());
        // What another provider says proves no account: one who got in there would open the door to the next. And of two
        // at once the second finds the identity of the first.
        let mut tx = begin_fresh(&self.store, person).await?;
        let pending = tx.pending_identity_spend((id, browser.hash()), now).await?.ok_or_else(over)?;
        if tx.upstream_identities_of(user.id).await?.len() >= MOST_IDENTITIES {
            return Err(ConnectError::TooMany);
        }
        let PendingIdentity { upstream, issuer, subject, address, purpose, .. } = pending;
        let new = NewLink { upstream, issuer, subject, address, used_at: None };
        self.link(&mut tx, user, new, &person.session.device).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(purpose)
    }

    /// Forgets it instead. Says what they wanted to reach.
    pub async fn leave_unconnected(&self, id: PendingIdentityId, browser: &BrowserToken) -> Result<Purpose, Refusal> {
        let mut tx = self.store.begin().await?;
        let pending = tx.pending_identity_spend((id, browser.hash()), self.instruments.now()).await?;
        tx.commit().await?;
        Ok(pending.ok_or_else(over)?.purpose)
    }
}

fn over() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "this sign-in was finished before, or its time is over; begin again")
}
