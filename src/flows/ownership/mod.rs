//! Owners of an application: named at registration, joined, removed.

mod invitations;
mod removal;

use std::sync::Arc;

use super::access::{Access, Caller, Need, begin_as, unknown_application};
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::mail_limits::MailLimits;
use crate::config::Issuer;
use crate::domain::application::{Application, Origin};
use crate::domain::audit::{AuditEvent, Concerned, OwnerChange};
use crate::domain::user::{EmailAddress, User};
use crate::protocol::refusal::{ErrorCode, FormReason, Refusal};
use crate::store::{Generation, Store, StoreError, Transaction};

pub(super) use removal::{Removal, tell_removed};

/// The owners of applications.
pub struct Ownership {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    access: Arc<Access>,
    mail: Arc<Mail>,
    mail_limits: Arc<MailLimits>,
}

impl Ownership {
    /// Owners and invitations are kept in the database.
    pub fn new(base: &Foundations, access: &Arc<Access>, mail: &Arc<Mail>, mail_limits: &Arc<MailLimits>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            access: Arc::clone(access),
            mail: Arc::clone(mail),
            mail_limits: Arc::clone(mail_limits),
        }
    }

    /// Removes the person as an owner. The last owner has to stay.
    pub async fn leave_application(&self, user: &User, application: &Application) -> Result<(), Refusal> {
        let email = user.email.as_ref().ok_or_else(unknown_application)?;
        self.drop_owner(&Caller::in_person(user), application, email).await
    }

    /// Removes an owner, or an address that was named as one.
    pub async fn remove_owner(
        &self,
        caller: &Caller,
        application: &Application,
        owner: &EmailAddress,
    ) -> Result<(), Refusal> {
        self.access.application_for(caller, &application.client_id, Need::WriteApplications).await?;
        self.drop_owner(caller, application, owner).await
    }

    async fn drop_owner(&self, caller: &Caller, application: &Application, who: &EmailAddress) -> Result<(), Refusal> {
        if application.origin == Origin::Declared {
            return Err(declared());
        }
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        let caller = &caller;
        // Of two owners who leave at the same time the second sees that they are the last.
        tx.lock(Generation::Applications).await?;
        self.access.check_still_for(&mut tx, caller, application).await?;
        let owners = tx.owners_of(application.id).await?;
        let Some(leaving) = owners.iter().find(|owner| owner.email.key() == who.key()) else {
            return Err(Refusal::new(ErrorCode::NotFound, "this person does not own the application"));
        };
        // A disabled account does not count as an owner.
        let stays = owners.iter().any(|owner| owner.active && owner.user != leaving.user);
        if leaving.user.is_some() && !stays {
            let what = "the last owner cannot leave; hand the application over or delete it";
            return Err(Refusal::new(ErrorCode::Conflict, what));
        }
        match leaving.user {
            Some(user) => {
                tx.owner_remove(application.id, user).await?;
                tx.invitations_end_of(application.id, user, self.instruments.now()).await?;
            }
            None => {
                tx.owner_remove_address(application.id, who).await?;
            }
        }
        self.settle_named_owner(&mut tx, application).await?;
        let own = leaving.user.is_some() && caller.user().map(|user| user.id) == leaving.user;
        let what = if own { OwnerChange::Left } else { OwnerChange::Removed };
        self.note_owner(&mut tx, caller, application, (what, leaving.sub.clone())).await?;
        if !own {
            let is_owner = |user: &&User| owners.iter().any(|owner| owner.user == Some(user.id));
            let by = caller.user().filter(is_owner).and_then(|user| user.email.as_ref());
            let removal = Removal { application, removed: leaving, by, at: self.instruments.now() };
            tell_removed(&mut tx, &self.mail, &self.issuer, &removal).await?;
        }
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(())
    }

    /// Updates the address that stands for an application's owner, for example on the consent page.
    async fn settle_named_owner(&self, tx: &mut Transaction, application: &Application) -> Result<(), StoreError> {
        let owners = tx.owners_of(application.id).await?;
        let named = application.settings.owner.as_deref().map(str::to_ascii_lowercase);
        if owners.iter().any(|owner| Some(owner.email.key()) == named) {
            return Ok(());
        }
        tx.application_set_owner(application.id, owners.first().map(|owner| &owner.email)).await
    }

    async fn note_owner(
        &self,
        tx: &mut Transaction,
        caller: &Caller,
        application: &Application,
        (what, sub): (OwnerChange, Option<String>),
    ) -> Result<(), StoreError> {
        let event = AuditEvent::OwnersChanged { client_id: application.client_id.clone(), what, who: Concerned(sub) };
        tx.audit_append(&self.instruments.audit_entry(&caller.actor(), event, self.instruments.now())).await
    }
}

fn declared() -> Refusal {
    Refusal::new(ErrorCode::Conflict, "the configuration names the owner of this application; change it there")
        .in_form(FormReason::Declared)
}
