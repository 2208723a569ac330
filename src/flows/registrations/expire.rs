//! Forgetting what registered itself and was never used.

use std::time::Duration;

use super::Registrations;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ClientId, Timestamp};
use crate::store::{Generation, StoreError};

/// How long an application that everybody may register may stay unused. Afterwards the life cycle of every application is
/// its own.
const UNUSED_FOR: Duration = Duration::from_hours(24);

/// A use is written down by the node that saw it a moment later; until then it is not held against the application.
const LATE: Duration = Duration::from_mins(1);

impl Registrations {
    /// Forgets applications that registered themselves without a token, a day ago or earlier, and were never used; and
    /// tokens that ended long ago. Runs on every node; for each application the write decides.
    pub async fn expire_registrations(&self) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let by = now.minus(UNUSED_FOR + LATE);
        let unused = self.store.open_registrations_unused(by).await?;
        for client_id in &unused {
            self.expire(client_id, by, now).await?;
        }
        if !unused.is_empty() {
            self.applications.after_commit().await;
        }
        self.store.registration_tokens_forget(now).await
    }

    async fn expire(&self, client_id: &ClientId, by: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let Some(application) = tx.application(client_id).await? else { return Ok(()) };
        if !tx.open_registration_expire(application.id, by, now).await? {
            return Ok(());
        }
        // There is no owner who could want it back.
        tx.application_purge(&application, now, now).await?;
        let event = AuditEvent::ApplicationExpired { client_id: client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Schedule, event, now)).await?;
        tx.commit().await
    }
}
