//! Deactivating, activating and deleting applications; and who may undo what an operator has decided.

use super::{Applications, ManageError, changeable};
use crate::domain::application::{Application, ApplicationState, DeactivationReason, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::ClientId;
use crate::flows::access::{Need, begin_acting};
use crate::store::{Generation, StateChange, StoreError, Transaction};

/// Deactivation by a request.
pub const DEACTIVATE: StateChange = StateChange::Deactivate(DeactivationReason::Requested);

/// Deactivation by an operator.
const SUSPEND: StateChange = StateChange::Deactivate(DeactivationReason::Suspended);

/// Activation by a request.
pub const ACTIVATE: StateChange = StateChange::Activate;

/// Deletion by a request.
pub const DELETE: StateChange = StateChange::Delete;

/// The capacity in which an actor changes an application.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::flows) enum Standing {
    /// As one of its owners.
    Owner,
    /// As an operator, or a machine with an operator's power.
    Operator,
    /// As an owner who is an operator too: deactivates as an owner, and may activate what an operator deactivated.
    Both,
}

/// The capacity of this actor.
pub(in crate::flows) async fn standing(
    tx: &mut Transaction,
    application: &Application,
    actor: &Actor,
) -> Result<Standing, StoreError> {
    let Actor::User(user) = actor else { return Ok(Standing::Operator) };
    if !tx.is_owner(application.id, *user).await? {
        return Ok(Standing::Operator);
    }
    let operates = tx.user(*user).await?.is_some_and(|user| user.admin);
    Ok(if operates { Standing::Both } else { Standing::Owner })
}

fn owner_may_activate(application: &Application) -> bool {
    !matches!(application.state, ApplicationState::Deactivated { reason, .. } if !reason.is_owners())
}

/// What becomes of a request by an actor of this standing, if it may be made at all.
fn change_of(
    standing: Standing,
    application: &Application,
    requested: StateChange,
) -> Result<StateChange, ManageError> {
    let client_id = || application.client_id.clone();
    match (requested, standing) {
        (StateChange::Delete, _) if application.origin == Origin::Declared => Err(ManageError::Declared(client_id())),
        (StateChange::Delete, _) if application.origin.is_document() => Err(ManageError::OfDocument(client_id())),
        (StateChange::Activate, Standing::Owner) if !owner_may_activate(application) => {
            Err(ManageError::Suspended(client_id()))
        }
        (StateChange::Deactivate(DeactivationReason::Requested), Standing::Operator) => Ok(SUSPEND),
        _ => Ok(requested),
    }
}

fn event(change: StateChange, client_id: ClientId) -> AuditEvent {
    match change {
        StateChange::Deactivate(reason) => AuditEvent::ApplicationDeactivated { client_id, reason: reason.name() },
        StateChange::Activate => AuditEvent::ApplicationActivated { client_id },
        StateChange::Delete => AuditEvent::ApplicationDeleted { client_id },
    }
}

impl Applications {
    /// Deactivates, activates or deletes an application; it takes effect on every node within a second.
    pub async fn application_change_state(
        &self,
        client_id: &ClientId,
        change: StateChange,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        self.application_change_state_seen(client_id, change, None, actor).await
    }

    /// The same, only if it still has the version that the caller has seen.
    pub async fn application_change_state_seen(
        &self,
        client_id: &ClientId,
        change: StateChange,
        seen: Option<i64>,
        actor: &Actor,
    ) -> Result<Application, ManageError> {
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        tx.generation_raise(Generation::Applications).await?;
        let application = changeable(&mut tx, client_id, actor).await?;
        let standing = standing(&mut tx, &application, actor).await?;
        let change = change_of(standing, &application, change)?;
        let mut seen = seen;
        if (change, standing) == (DELETE, Standing::Operator) {
            // An owner can bring it back, but not undo with that the decision of an operator.
            let removed = StateChange::Deactivate(DeactivationReason::Removed);
            let marked = tx.application_change_state(application.id, removed, seen, now).await?;
            seen = seen.map(|version| version + i64::from(marked));
        }
        if !tx.application_change_state(application.id, change, seen, now).await? {
            return Err(match seen {
                Some(version) if version != application.version => ManageError::Changed(client_id.clone()),
                _ => ManageError::NothingToDo(client_id.clone(), application.state.name()),
            });
        }
        let unknown = || ManageError::Unknown(client_id.clone());
        let application = tx.application(client_id).await?.ok_or_else(unknown)?;
        tx.audit_append(&self.instruments.audit_entry(actor, event(change, client_id.clone()), now)).await?;
        tx.commit().await?;
        self.after_commit().await;
        Ok(application)
    }
}
