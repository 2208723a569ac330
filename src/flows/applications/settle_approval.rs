//! What an application waits for ends when it is decided, and when an operator gives it by hand.

use super::Applications;
use crate::domain::application::{Application, ApplicationSettings};
use crate::domain::approval::{Approval, Decision};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::settings_change::requested_extras;
use crate::store::{StoreError, Transaction};

impl Applications {
    /// Ends a request once an operator has granted all of it in the settings.
    pub(super) async fn settle_approval(
        &self,
        tx: &mut Transaction,
        application: &Application,
        settings: &ApplicationSettings,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let Some(waiting) = tx.approval_of(application.id).await? else { return Ok(()) };
        if !waiting.extras.clone().beyond(settings).is_empty() {
            return Ok(());
        }
        tx.approval_decide(waiting.id, Decision::Granted, &actor.stored(), self.instruments.now()).await?;
        self.note_decision(tx, application, (&waiting, Decision::Granted), actor).await
    }

    /// Tells the audit log.
    pub(in crate::flows) async fn note_decision(
        &self,
        tx: &mut Transaction,
        application: &Application,
        (approval, decision): (&Approval, Decision),
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let (client_id, what) = (application.client_id.clone(), requested_extras(&approval.extras));
        let event = AuditEvent::ApprovalDecided { client_id, decision: decision.name(), what };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await
    }
}
