//! Forgetting what a document described and nobody uses.

use std::time::Duration;

use super::ClientDocuments;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ClientId, Timestamp};
use crate::store::{DocumentsUnusedSince, Generation, StoreError};

/// How long one may stay unused that nobody has signed in to.
const UNUSED_FOR: Duration = Duration::from_hours(24);

/// A use is written down by the node that saw it a moment later; until then it is not held against the application.
const LATE: Duration = Duration::from_mins(1);

impl ClientDocuments {
    /// Forgets applications that were never used, a day after they were first asked for, and those that were not used
    /// for as long as any other may be. Whoever comes back is asked for consent as before. Runs on every node; for each
    /// application the write decides.
    pub async fn expire_documents(&self) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let since = DocumentsUnusedSince {
            never_used: now.minus(UNUSED_FOR + LATE),
            used: now.minus(self.forget_after + LATE),
        };
        let unused = self.store.client_documents_unused_since(since).await?;
        for client_id in &unused {
            self.expire(client_id, since, now).await?;
        }
        for id in self.store.client_documents_forgotten().await? {
            self.store.client_document_erase(id).await?;
        }
        if !unused.is_empty() {
            self.application_cache.refresh().await?;
        }
        Ok(())
    }

    async fn expire(
        &self,
        client_id: &ClientId,
        since: DocumentsUnusedSince,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        let Some(application) = tx.application(client_id).await? else { return Ok(()) };
        if !tx.client_document_expire(application.id, since, now).await? {
            return Ok(());
        }
        tx.application_purge(&application, now, now).await?;
        let event = AuditEvent::ApplicationExpired { client_id: client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Schedule, event, now)).await?;
        tx.commit().await
    }
}
