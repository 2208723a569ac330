//! Disconnecting an identity.

use super::Upstreams;
use crate::domain::audit::Actor;
use crate::domain::ids::UpstreamIdentityId;
use crate::domain::session::{AuthenticationMethod, Session};
use crate::domain::upstream::UpstreamChange;
use crate::domain::user::User;
use crate::flows::access::{begin_acting_on, begin_fresh};
use crate::flows::mail::WayInNews;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::Transaction;

impl Upstreams {
    /// Disconnects an identity of somebody who signed in by mail or with a passkey a moment ago.
    pub async fn disconnect_own(&self, person: &SignedInPerson, id: UpstreamIdentityId) -> Result<(), Refusal> {
        let tx = begin_fresh(&self.store, person).await?;
        self.disconnect_in(tx, (&person.user, id), &Actor::User(person.user.id)).await
    }

    /// Disconnects an identity of any account, as operators do.
    pub async fn disconnect(&self, user: &User, id: UpstreamIdentityId, actor: &Actor) -> Result<(), Refusal> {
        let (tx, user) = begin_acting_on(&self.store, user.id, actor).await?;
        self.disconnect_in(tx, (&user, id), actor).await
    }

    /// What was signed in by an upstream is signed out with it: it may be why it is disconnected. The account is held.
    async fn disconnect_in(
        &self,
        mut tx: Transaction,
        (user, id): (&User, UpstreamIdentityId),
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such identity");
        let identity = tx.upstream_identity_delete(user.id, id).await?.ok_or_else(unknown)?;
        let by_upstream = |session: &Session| session.amr == AuthenticationMethod::Upstream;
        let sessions = tx.sessions_of(user.id, self.instruments.now()).await?;
        for session in sessions.iter().filter(|session| by_upstream(session)) {
            self.sessions.end_session_in(&mut tx, session.id).await?;
        }
        self.note(&mut tx, user, (UpstreamChange::Unlinked, &identity.upstream), actor).await?;
        self.tell(&mut tx, user, &identity, WayInNews::Closed).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }
}
