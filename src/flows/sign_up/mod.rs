//! Who may make an account of their own, and invitations to do so.

mod messages;

use std::sync::Arc;

use super::access::{Need, begin_acting, check_acting};
use super::foundations::Foundations;
use super::groups::GroupError;
use super::instruments::Instruments;
use super::mail::Mail;
use crate::config::{Issuer, Login, SignUp};
use crate::domain::account_invitation::{AccountInvitation, INVITATION_LIFETIME};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::group::{GroupChange, GroupName, MOST_GROUPS_OF_A_PERSON};
use crate::domain::user::{EmailAddress, ProfileError, User, check_locale};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, Store, StoreError, Transaction};

/// A person to be invited.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Their address.
    pub email: EmailAddress,
    /// The groups that they are in from the first sign-in on.
    pub groups: Vec<GroupName>,
    /// The language of the mail, and of the account.
    pub locale: Option<String>,
}

/// Why a person could not be invited. No sentence names an address, since they reach the log.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The locale is refused.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The address has an account.
    #[error("an account with this address exists already")]
    Taken,
    /// A group that is not there, or too many.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The configuration lets no person make an account.
    #[error("this server lets nobody make an account (login.signup = \"closed\"); make it instead")]
    Closed,
    /// There is no such invitation.
    #[error("there is no such invitation")]
    Unknown,
    /// The actor may not do it, or not any more.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl From<Refusal> for InviteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<InviteError> for Refusal {
    fn from(error: InviteError) -> Self {
        let code = match error {
            InviteError::Store(error) => return error.into(),
            InviteError::Group(error) => return error.into(),
            InviteError::Refused(refusal) => return refusal,
            InviteError::Profile(_) => ErrorCode::InvalidRequest,
            InviteError::Taken | InviteError::Closed => ErrorCode::Conflict,
            InviteError::Unknown => ErrorCode::NotFound,
        };
        Self::new(code, error.to_string())
    }
}

/// Decides who may make an account.
pub struct SignUps {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    mail: Arc<Mail>,
    login: Login,
}

impl SignUps {
    /// Invitations are kept in the database.
    pub fn new(base: &Foundations, mail: &Arc<Mail>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            mail: Arc::clone(mail),
            login: base.config.login.clone(),
        }
    }

    /// Whether the owner of this address may make an account. It is looked up whether or not there is one already, so
    /// that the time it takes tells nothing.
    pub(super) async fn may_sign_up(&self, tx: &mut Transaction, email: &EmailAddress) -> Result<bool, StoreError> {
        let signup = self.login.signup();
        if matches!(signup, SignUp::Open | SignUp::Closed) {
            return Ok(signup == SignUp::Open);
        }
        let is_invited = tx.account_invitation(email, self.instruments.now()).await?.is_some();
        let is_named = tx.is_named_as_owner(email).await?;
        let is_of_domain = signup == SignUp::Domains && self.login.signup_domains.contains(&email.domain());
        Ok(is_invited || is_named || is_of_domain)
    }

    /// Waits for changes of groups, if a person of this address was invited to some. Before the sign-in is redeemed: its
    /// row is locked after the counter of groups.
    pub(super) async fn await_groups(&self, tx: &mut Transaction, email: &EmailAddress) -> Result<(), StoreError> {
        let invitation = tx.account_invitation(email, self.instruments.now()).await?;
        if invitation.is_some_and(|invitation| !invitation.groups.is_empty()) {
            tx.lock(Generation::Groups).await?;
        }
        Ok(())
    }

    /// The person has proven the address: what they were invited to is theirs. A group that is not there any more, or would
    /// be one too many, is left out.
    pub(super) async fn take_up(&self, tx: &mut Transaction, user: &User) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let Some(email) = &user.email else { return Ok(()) };
        let Some(invitation) = tx.account_invitation(email, now).await? else { return Ok(()) };
        if !tx.account_invitation_delete(email).await? || invitation.groups.is_empty() {
            return Ok(());
        }
        tx.generation_raise(Generation::Groups).await?;
        for group in invitation.groups {
            let is_there = tx.group(&group).await?.is_some();
            let is_full = tx.groups_of(user.id).await?.len() >= MOST_GROUPS_OF_A_PERSON;
            if is_there && !is_full && tx.group_member_add(&group, user.id, now).await? {
                let event = AuditEvent::GroupChanged { group, what: GroupChange::MemberAdded(user.sub.clone()) };
                tx.audit_append(&self.instruments.audit_entry(&Actor::User(user.id), event, now)).await?;
            }
        }
        Ok(())
    }

    /// Invites a person by mail to make an account. Who was invited before is invited anew.
    pub async fn invite(&self, new: NewInvitation, actor: &Actor) -> Result<AccountInvitation, InviteError> {
        new.locale.as_deref().map(check_locale).transpose()?;
        if self.login.signup() == SignUp::Closed {
            return Err(InviteError::Closed);
        }
        let now = self.instruments.now();
        let NewInvitation { email, groups, locale } = new;
        let expires_at = now.plus(INVITATION_LIFETIME);
        let invitation = AccountInvitation { email, locale, groups, created_at: now, expires_at };
        let mut tx = begin_acting(&self.store, actor, Need::WriteUsers).await?;
        if !invitation.groups.is_empty() {
            check_acting(&mut tx, actor, Need::WriteGroups).await?;
        }
        if tx.user_by_email(&invitation.email).await?.is_some() {
            return Err(InviteError::Taken);
        }
        if invitation.groups.len() > MOST_GROUPS_OF_A_PERSON {
            return Err(GroupError::TooManyOfOne.into());
        }
        for group in &invitation.groups {
            tx.group(group).await?.ok_or(GroupError::Unknown)?;
        }
        tx.account_invitation_put(&invitation).await?;
        self.tell_invited(&mut tx, &invitation).await?;
        let event = AuditEvent::UserInvited { groups: invitation.groups.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        self.mail.wake_outbox();
        Ok(invitation)
    }

    /// The open invitations, the newest first.
    pub async fn open_invitations(&self) -> Result<Vec<AccountInvitation>, StoreError> {
        self.store.account_invitations(self.instruments.now()).await
    }

    /// Takes an invitation back.
    pub async fn withdraw(&self, email: &EmailAddress, actor: &Actor) -> Result<(), InviteError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteUsers).await?;
        if !tx.account_invitation_delete(email).await? {
            return Err(InviteError::Unknown);
        }
        let (event, now) = (AuditEvent::UserInvitationWithdrawn, self.instruments.now());
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        Ok(tx.commit().await?)
    }
}
