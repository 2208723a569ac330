//! Invitations by mail to become an owner of an application.

mod limits;
mod messages;

use std::time::Duration;

use super::{Ownership, declared};
use crate::domain::application::{Application, Origin};
use crate::domain::audit::{AuditEvent, Concerned, InvitationEnd, OwnerChange};
use crate::domain::ids::{ClientId, InvitationId};
use crate::domain::one_time::InvitationToken;
use crate::domain::ownership::{Invitation, InvitationPath, InvitationPurpose};
use crate::domain::user::{EmailAddress, User};
use crate::flows::access::{Caller, Need, begin_as};
use crate::protocol::refusal::{ErrorCode, FormReason, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// How long an invitation can be accepted.
const INVITATION_LIFETIME: Duration = Duration::from_hours(24 * 7);

/// How many open invitations an application may have; each of them is a mail to an unproven address.
const MOST_INVITATIONS: usize = 10;

impl Ownership {
    /// Invites a person by mail to become an owner. Only a person who proves the address can accept.
    pub async fn invite_owner(
        &self,
        caller: &Caller,
        application: &Application,
        email: EmailAddress,
        purpose: InvitationPurpose,
    ) -> Result<Invitation, Refusal> {
        self.access.application_for(caller, &application.client_id, Need::WriteApplications).await?;
        let needs_person = || Refusal::new(ErrorCode::AccessDenied, "only a person can invite another");
        let inviter = caller.user().ok_or_else(needs_person)?;
        let now = self.instruments.now();
        let token = InvitationToken::from_random(self.instruments.random());
        let invitation = Invitation {
            id: InvitationId::new(self.instruments.row_id(now)),
            application: application.id,
            email,
            purpose,
            invited_by: inviter.id,
            created_at: now,
            expires_at: now.plus(INVITATION_LIFETIME),
            spent_at: None,
        };
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        // Of parallel invitations each counts the ones before.
        tx.lock(Generation::Applications).await?;
        self.access.check_still_for(&mut tx, &caller, application).await?;
        self.check_invitation(&mut tx, application, &invitation).await?;
        self.take_invitation_limits(&mut tx, &invitation).await?;
        tx.invitation_insert(&invitation, token.hash()).await?;
        let known = tx.user_by_email(&invitation.email).await?;
        let locale = known.as_ref().and_then(|user| user.locale.as_deref()).or(inviter.locale.as_deref());
        self.tell_invited(&mut tx, (application, inviter), (&invitation, &token), locale.unwrap_or_default()).await?;
        let who = Concerned(known.map(|user| user.sub));
        let event = AuditEvent::OwnerInvited { client_id: application.client_id.clone(), purpose, who };
        tx.audit_append(&self.instruments.audit_entry(&caller.actor(), event, now)).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(invitation)
    }

    async fn check_invitation(
        &self,
        tx: &mut Transaction,
        application: &Application,
        invitation: &Invitation,
    ) -> Result<(), Refusal> {
        if application.origin == Origin::Declared {
            return Err(declared());
        }
        if application.origin.is_document() {
            return Err(Refusal::new(ErrorCode::Conflict, "an application that a document describes has no owners")
                .in_form(FormReason::OfDocument));
        }
        let key = invitation.email.key();
        if tx.owners_of(application.id).await?.iter().any(|owner| owner.email.key() == key) {
            return Err(Refusal::new(ErrorCode::Conflict, "this person owns the application already")
                .in_form(FormReason::OwnsAlready));
        }
        let open = tx.invitations_of(application.id, self.instruments.now()).await?;
        if open.iter().any(|known| known.email.key() == key) {
            return Err(
                Refusal::new(ErrorCode::Conflict, "they are invited already").in_form(FormReason::InvitedAlready)
            );
        }
        if open.len() >= MOST_INVITATIONS {
            let what = format!("{MOST_INVITATIONS} invitations are open already; withdraw one first");
            return Err(Refusal::new(ErrorCode::Conflict, what).in_form(FormReason::ManyInvitations));
        }
        Ok(())
    }

    /// The open invitations to an application.
    pub async fn invitations_of(&self, application: &Application) -> Result<Vec<Invitation>, Refusal> {
        Ok(self.store.invitations_of(application.id, self.instruments.now()).await?)
    }

    /// The open invitations to a person who has proven their address, each with its application.
    pub async fn invitations_for(&self, user: &User) -> Result<Vec<(Invitation, Application)>, Refusal> {
        match proven(user) {
            Some(email) => Ok(self.store.invitations_for(email, self.instruments.now()).await?),
            None => Ok(Vec::new()),
        }
    }

    /// An invitation, for the person it was sent to. For other accounts it is `not_found`.
    pub async fn invitation_for(
        &self,
        user: &User,
        path: &InvitationPath,
    ) -> Result<(Invitation, Application), Refusal> {
        let invitation = match path {
            InvitationPath::Link(token) => self.store.invitation_of_token(token.hash()).await?,
            InvitationPath::Listed(id) => self.store.invitation(*id).await?,
        };
        let invitation = invitation.ok_or_else(gone)?;
        if !invitation.is_open(self.instruments.now())
            || proven(user).map(EmailAddress::key) != Some(invitation.email.key())
        {
            return Err(gone());
        }
        let application = self.existing_application(&invitation).await?.ok_or_else(gone)?;
        Ok((invitation, application))
    }

    /// Accepts an invitation; if it hands the application over, the sender stops being an owner.
    pub async fn invitation_accept(&self, user: &User, path: &InvitationPath) -> Result<ClientId, Refusal> {
        let (invitation, application) = self.invitation_for(user, path).await?;
        let (mut tx, caller) = begin_as(&self.store, &Caller::in_person(user), Need::ReadApplications).await?;
        tx.lock(Generation::Applications).await?;
        // The invitation of a former owner is not open any more.
        if !tx.invitation_spend(invitation.id, self.instruments.now()).await? {
            return Err(gone());
        }
        tx.owner_add(application.id, user.id, self.instruments.now()).await?;
        self.access.check_owner_limit(&mut tx, &caller).await?;
        let takes_over = self.hand_over(&mut tx, &caller, &application, &invitation).await?;
        let joined = if takes_over { OwnerChange::TookOver } else { OwnerChange::Joined };
        self.settle_named_owner(&mut tx, &application).await?;
        self.note_owner(&mut tx, &caller, &application, (joined, Some(user.sub.clone()))).await?;
        tx.commit().await?;
        Ok(application.client_id)
    }

    /// Removes the sender of an invitation that hands the application over. False if they were no owner, or only share
    /// it.
    async fn hand_over(
        &self,
        tx: &mut Transaction,
        caller: &Caller,
        application: &Application,
        invitation: &Invitation,
    ) -> Result<bool, StoreError> {
        let inviter = invitation.invited_by;
        let leaves = invitation.purpose == InvitationPurpose::Transfer
            && caller.user().is_none_or(|user| user.id != inviter)
            && tx.owner_remove(application.id, inviter).await?;
        if leaves {
            tx.invitations_end_of(application.id, inviter, self.instruments.now()).await?;
            let sub = tx.user(inviter).await?.map(|user| user.sub);
            self.note_owner(tx, caller, application, (OwnerChange::HandedOver, sub)).await?;
        }
        Ok(leaves)
    }

    /// Declines an invitation.
    pub async fn invitation_decline(&self, user: &User, path: &InvitationPath) -> Result<(), Refusal> {
        let (invitation, application) = self.invitation_for(user, path).await?;
        let (tx, caller) = begin_as(&self.store, &Caller::in_person(user), Need::ReadApplications).await?;
        self.end_invitation(tx, &caller, (&application, &invitation), InvitationEnd::Declined).await
    }

    /// Withdraws an invitation.
    pub async fn invitation_withdraw(
        &self,
        caller: &Caller,
        application: &Application,
        id: InvitationId,
    ) -> Result<(), Refusal> {
        self.access.application_for(caller, &application.client_id, Need::WriteApplications).await?;
        let open = self.store.invitations_of(application.id, self.instruments.now()).await?;
        let invitation = open.iter().find(|invitation| invitation.id == id).ok_or_else(not_open)?;
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        self.access.check_still_for(&mut tx, &caller, application).await?;
        self.end_invitation(tx, &caller, (application, invitation), InvitationEnd::Withdrawn).await
    }

    async fn end_invitation(
        &self,
        mut tx: Transaction,
        caller: &Caller,
        (application, invitation): (&Application, &Invitation),
        how: InvitationEnd,
    ) -> Result<(), Refusal> {
        let now = self.instruments.now();
        if !tx.invitation_spend(invitation.id, now).await? {
            return Err(not_open());
        }
        let who = Concerned(tx.user_by_email(&invitation.email).await?.map(|user| user.sub));
        let event = AuditEvent::InvitationEnded { client_id: application.client_id.clone(), how, who };
        tx.audit_append(&self.instruments.audit_entry(&caller.actor(), event, now)).await?;
        Ok(tx.commit().await?)
    }

    async fn existing_application(&self, invitation: &Invitation) -> Result<Option<Application>, StoreError> {
        let Some(client_id) = self.store.application_client_id(invitation.application).await? else { return Ok(None) };
        let application = self.store.application(&client_id).await?;
        Ok(application.filter(|application| application.state.name() != "deleted"))
    }
}

fn proven(user: &User) -> Option<&EmailAddress> {
    user.email.as_ref().filter(|_| user.email_verified_at.is_some())
}

fn gone() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "this invitation is not, or no longer, for you")
}

fn not_open() -> Refusal {
    Refusal::new(ErrorCode::NotFound, "there is no such open invitation")
}
