//! Bringing back deleted applications, and exemption from the life cycle.

use super::super::access::{Caller, Need, Reach, begin_acting, begin_as, reach_of};
use super::super::applications::{ManageError, Standing, existing, standing};
use super::LifeCycle;
use crate::domain::application::{Application, ApplicationState, DeactivationReason};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::ClientId;
use crate::domain::life_marks::Exempt;
use crate::protocol::refusal::Refusal;
use crate::store::{Generation, Transaction};

impl LifeCycle {
    /// Brings back a deleted application, with its secrets; its time begins anew. It is active unless it had been
    /// deactivated on request. If an operator deleted it and an owner brings it back, it is deactivated.
    pub async fn application_undelete(&self, client_id: &ClientId, actor: &Actor) -> Result<Application, ManageError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let reach = reach_of(&mut tx, actor).await?;
        let application = self.undelete_in(&mut tx, client_id, None, (actor, reach)).await?;
        tx.commit().await?;
        self.applications.after_commit().await;
        Ok(application)
    }

    /// The same for a caller who may write it and is below the limit of applications; optionally only if it still has
    /// the version that they have seen.
    pub async fn undelete_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        seen: Option<i64>,
    ) -> Result<Application, Refusal> {
        let known = self.access.remembered_application_for(caller, client_id, Need::WriteApplications).await?;
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        self.access.check_still_for(&mut tx, &caller, &known).await?;
        let reach = caller.reach(Need::WriteApplications)?;
        let application = self.undelete_in(&mut tx, client_id, seen, (&caller.actor(), reach)).await?;
        // The count includes this one, as this transaction sees it.
        self.access.check_owner_limit(&mut tx, &caller).await?;
        tx.commit().await?;
        self.applications.after_commit().await;
        Ok(application)
    }

    async fn undelete_in(
        &self,
        tx: &mut Transaction,
        client_id: &ClientId,
        seen: Option<i64>,
        (actor, reach): (&Actor, Reach),
    ) -> Result<Application, ManageError> {
        let unknown = || ManageError::Unknown(client_id.clone());
        let present = self.present().await?;
        let after = present.ago(self.spans().undelete_for);
        let known = tx.application(client_id).await?.ok_or_else(unknown)?;
        if !matches!(known.state, ApplicationState::Deleted { .. }) {
            return Err(ManageError::NothingToDo(client_id.clone(), known.state.name()));
        }
        // No other transaction changes it meanwhile: the counter of changes is locked until the end.
        if seen.is_some_and(|version| version != known.version) {
            return Err(ManageError::Changed(client_id.clone()));
        }
        // An operator may undo the deletion by an operator completely.
        let lifted = match standing(tx, &known, (actor, reach)).await?.ok_or_else(unknown)? {
            Standing::Operator | Standing::Both => DeactivationReason::Removed,
            Standing::Owner => DeactivationReason::Unused,
        };
        if !tx.application_undelete(known.id, lifted, (after, present.now)).await? {
            return Err(unknown());
        }
        let application = tx.application(client_id).await?.ok_or_else(unknown)?;
        let event = AuditEvent::ApplicationUndeleted { client_id: client_id.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, present.now)).await?;
        Ok(application)
    }

    /// Sets or ends the exemption of an application.
    pub async fn application_set_exempt(
        &self,
        client_id: &ClientId,
        exempt: Exempt,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        self.application_set_exempt_seen(client_id, exempt, None, actor).await
    }

    /// The same, only if it still has the version that the caller has seen.
    pub async fn application_set_exempt_seen(
        &self,
        client_id: &ClientId,
        exempt: Exempt,
        seen: Option<i64>,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::Operate).await?;
        tx.generation_raise(Generation::Applications).await?;
        let known = existing(&mut tx, client_id).await?;
        if seen.is_some_and(|version| version != known.version) {
            return Err(ManageError::Changed(client_id.clone()));
        }
        if !tx.application_set_exempt(known.id, exempt, now).await? {
            let is = if exempt == Exempt::Yes { "exempt" } else { "not exempt" };
            return Err(ManageError::NothingToDo(client_id.clone(), is));
        }
        let application = existing(&mut tx, client_id).await?;
        let client_id = client_id.clone();
        let event = match exempt {
            Exempt::Yes => AuditEvent::ApplicationExempted { client_id },
            Exempt::No => AuditEvent::ApplicationUnexempted { client_id },
        };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        self.applications.after_commit().await;
        Ok(application)
    }
}
