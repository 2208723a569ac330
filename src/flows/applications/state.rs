//! Deactivating, activating and deleting applications; and who may undo what an operator has decided.

use super::{Applications, ManageError, existing};
use crate::domain::application::{Application, ApplicationState, DeactivationReason, Origin};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::ClientId;
use crate::flows::access::{Caller, Need, Reach, begin_acting, begin_as, reach_of, sign_in_anew};
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

/// The capacity of this actor, whose power goes so far; none where the application is not theirs to change.
///
/// How far it goes is the sign-in's to say and not the account's: an operator who has to sign in with a passkey and did not
/// is an owner like any other.
pub(in crate::flows) async fn standing(
    tx: &mut Transaction,
    application: &Application,
    (actor, reach): (&Actor, Reach),
) -> Result<Option<Standing>, StoreError> {
    let Actor::User(user) = actor else { return Ok(Some(Standing::Operator)) };
    let is_owner = tx.is_owner(application.id, *user).await?;
    Ok(match reach {
        Reach::All if is_owner => Some(Standing::Both),
        Reach::All => Some(Standing::Operator),
        Reach::OwnedBy(_) => is_owner.then_some(Standing::Owner),
    })
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
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        let reach = reach_of(&mut tx, actor).await?;
        self.change_state_in(tx, (client_id, change), None, (actor, reach)).await
    }

    /// The same for a caller, with the power that their sign-in has; optionally only if it still has the version that they
    /// have seen.
    pub async fn application_change_state_for(
        &self,
        caller: &Caller,
        client_id: &ClientId,
        change: StateChange,
        seen: Option<i64>,
    ) -> Result<Application, ManageError> {
        let (tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        let reach = caller.reach(Need::WriteApplications)?;
        match self.change_state_in(tx, (client_id, change), seen, (&caller.actor(), reach)).await {
            Err(ManageError::Suspended(_)) if caller.could_choose_everything() => Err(sign_in_anew().into()),
            done => done,
        }
    }

    async fn change_state_in(
        &self,
        mut tx: Transaction,
        (client_id, change): (&ClientId, StateChange),
        mut seen: Option<i64>,
        (actor, reach): (&Actor, Reach),
    ) -> Result<Application, ManageError> {
        let now = self.instruments.now();
        let unknown = || ManageError::Unknown(client_id.clone());
        tx.generation_raise(Generation::Applications).await?;
        let application = existing(&mut tx, client_id).await?;
        let standing = standing(&mut tx, &application, (actor, reach)).await?.ok_or_else(unknown)?;
        let change = change_of(standing, &application, change)?;
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
        let application = tx.application(client_id).await?.ok_or_else(unknown)?;
        tx.audit_append(&self.instruments.audit_entry(actor, event(change, client_id.clone()), now)).await?;
        tx.commit().await?;
        self.after_commit().await;
        Ok(application)
    }
}
