//! Taking a step: the guarded update decides, and mails and audit event are written in the same transaction.

use tracing::info;

use super::tell_owners::News;
use super::{LifeCycle, Present};
use crate::domain::application::{Application, ApplicationState, DeactivationReason};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ApplicationId, Timestamp};
use crate::domain::life_cycle::{LifeCycleStep, outlook};
use crate::domain::life_marks::{LifeMarks, Warning};
use crate::store::{Generation, GuardedStep, StoreError};

impl LifeCycle {
    /// Takes a step that is due. False if the application was used meanwhile, or another node took it.
    pub(super) async fn take_step(
        &self,
        application: &Application,
        step: LifeCycleStep,
        present: &Present,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let taken = match step {
            LifeCycleStep::Warn(before) => {
                self.warn_owners(application, Warning { at: present.now, before }, present, actor).await?
            }
            LifeCycleStep::Deactivate => self.deactivate_unused(application, present, actor).await?,
            LifeCycleStep::Delete => self.delete_unused(application, present, actor).await?,
            LifeCycleStep::Purge => self.purge(application, present, actor).await?,
        };
        if taken {
            info!(client_id = application.client_id.as_str(), step = step.name(), "an unused application");
        }
        Ok(taken)
    }

    async fn warn_owners(
        &self,
        application: &Application,
        warning: Warning,
        present: &Present,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let unused_by = present.ago(self.spans().warned_after(warning.before));
        let mut tx = self.store.begin().await?;
        if !tx.application_warn(&guarded(application, unused_by), warning).await? {
            return Ok(false);
        }
        // The links of warnings before the last use become void.
        tx.keep_links_forget(application.id, application.unused_since()).await?;
        let warned =
            Application { life: LifeMarks { warned: Some(warning), ..application.life }, ..application.clone() };
        let ahead = outlook(&warned, &self.spans(), &present.up, present.now);
        let news = News::Warned { deactivated_at: ahead.deactivated_at.unwrap_or(present.now) };
        self.tell_owners(&mut tx, application, news, present.now).await?;
        let event = AuditEvent::ApplicationWarned { client_id: application.client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, present.now)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn deactivate_unused(
        &self,
        application: &Application,
        present: &Present,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let spans = self.spans();
        let unused_by = present.ago(spans.deactivate_after);
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        if !tx.application_deactivate_unused(&guarded(application, unused_by), present.now).await? {
            return Ok(false);
        }
        let reason = DeactivationReason::Unused;
        let state = ApplicationState::Deactivated { at: present.now, reason };
        let ahead = outlook(&Application { state, ..application.clone() }, &spans, &present.up, present.now);
        let news = News::Deactivated { deleted_at: ahead.deleted_at.unwrap_or(present.now) };
        self.tell_owners(&mut tx, application, news, present.now).await?;
        let client_id = application.client_id.clone();
        let event = AuditEvent::ApplicationDeactivated { client_id, reason: reason.name() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, present.now)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn delete_unused(
        &self,
        application: &Application,
        present: &Present,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let ApplicationState::Deactivated { at, .. } = application.state else { return Ok(false) };
        let spans = self.spans();
        let unused_by = present.ago(spans.delete_after);
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        if !tx.application_delete_unused(&guarded(application, unused_by), at, present.now).await? {
            return Ok(false);
        }
        let news = News::Deleted { until: present.now.plus(spans.undelete_for) };
        self.tell_owners(&mut tx, application, news, present.now).await?;
        let event = AuditEvent::ApplicationDeleted { client_id: application.client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, present.now)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn purge(&self, application: &Application, present: &Present, actor: &Actor) -> Result<bool, StoreError> {
        let deleted_by = present.ago(self.spans().undelete_for);
        self.store.application_clear(application.id, deleted_by).await?;
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        if !tx.application_purge(application, deleted_by, present.now).await? {
            return Ok(false);
        }
        let event = AuditEvent::ApplicationPurged { client_id: application.client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, present.now)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Makes an application active again that a sweep deactivated although it was in use: another node had not written
    /// that use down yet. The owners, who were told of the deactivation by mail, are told of its end.
    pub(super) async fn revive(&self, id: ApplicationId) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let Some(client_id) = self.store.application_client_id(id).await? else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::Applications).await?;
        if !tx.application_revive(id).await? {
            return Ok(());
        }
        if let Some(application) = tx.application(&client_id).await? {
            self.tell_owners(&mut tx, &application, News::Revived, now).await?;
        }
        let event = AuditEvent::ApplicationActivated { client_id };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Schedule, event, now)).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        self.application_cache.refresh().await
    }
}

fn guarded(application: &Application, unused_by: Timestamp) -> GuardedStep {
    let warned_at = application.life.warned.map(|warning| warning.at);
    GuardedStep { application: application.id, unused_by, warned_at }
}
