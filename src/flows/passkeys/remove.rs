//! Removing and renaming passkeys.

use super::Passkeys;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::PasskeyId;
use crate::domain::passkey::{PasskeyChange, PasskeyName};
use crate::domain::user::User;
use crate::flows::access::{begin_acting_on, begin_fresh};
use crate::flows::mail::WayInNews;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::Transaction;

impl Passkeys {
    /// Removes a passkey of somebody who has signed in a moment ago.
    pub async fn remove_own(&self, person: &SignedInPerson, id: PasskeyId) -> Result<(), Refusal> {
        let tx = begin_fresh(&self.store, person).await?;
        self.remove_in(tx, (&person.user, id), &Actor::User(person.user.id)).await
    }

    /// Removes a passkey of any account, as operators do.
    pub async fn remove(&self, user: &User, id: PasskeyId, actor: &Actor) -> Result<(), Refusal> {
        let (tx, user) = begin_acting_on(&self.store, user.id, actor).await?;
        self.remove_in(tx, (&user, id), actor).await
    }

    async fn remove_in(
        &self,
        mut tx: Transaction,
        (user, id): (&User, PasskeyId),
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let passkey = tx.passkey(user.id, id).await?.ok_or_else(unknown)?;
        if !tx.passkey_delete(user.id, id).await? {
            return Err(unknown());
        }
        let event = AuditEvent::PasskeyChanged { sub: user.sub.clone(), what: PasskeyChange::Removed };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await?;
        self.tell(&mut tx, user, &passkey.name, WayInNews::Closed).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }

    /// Calls a passkey of this person so.
    pub async fn rename_own(&self, person: &SignedInPerson, id: PasskeyId, name: &PasskeyName) -> Result<(), Refusal> {
        let mut tx = person.begin(&self.store).await?;
        if !tx.passkey_rename(person.user.id, id, name).await? {
            return Err(unknown());
        }
        Ok(tx.commit().await?)
    }
}

fn unknown() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "there is no such passkey")
}
