//! Creating and changing accounts.

use tracing::warn;

use super::People;
use crate::domain::attribute::{Attributes, Editor};
use crate::domain::attribute_schema::AttributeError;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::UserId;
use crate::domain::token_family::EndReason;
use crate::domain::user::{EmailAddress, Profile, ProfileError, User, UserState, check_locale, check_name, new_sub};
use crate::flows::access::{Need, begin_acting, check_acting, check_acting_on};
use crate::flows::sessions::end_all_of;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// Whether an account is an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admin {
    /// It is.
    Yes,
    /// It is not. Only the command line can create operators directly.
    #[default]
    No,
}

/// A new account.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its address, not yet proven.
    pub email: EmailAddress,
    /// The person's name.
    pub name: Option<String>,
    /// The language of its mails and pages.
    pub locale: Option<String>,
    /// Whether it is an operator.
    pub admin: Admin,
}

/// Why an account could not be made or changed. No sentence names an address, since they reach the log.
#[derive(Debug, thiserror::Error)]
pub enum ManageUserError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name or locale is refused.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// An attribute is refused.
    #[error(transparent)]
    Attribute(#[from] AttributeError),
    /// The address has an account, perhaps in another spelling.
    #[error("an account with this address exists already")]
    Taken,
    /// Another account has the user name.
    #[error("another account has this user name")]
    UsernameTaken,
    /// No such account, or one that is deleted.
    #[error("there is no such account")]
    Unknown,
    /// It was changed after it was read.
    #[error("the account was changed meanwhile; read it again")]
    Changed,
    /// No operator would be left.
    #[error("this is the last operator of this server; make another account one first")]
    LastOperator,
    /// It is in that state already.
    #[error("the account is {0} already")]
    NothingToDo(&'static str),
    /// The actor may not do it, or not any more.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl From<Refusal> for ManageUserError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ManageUserError> for Refusal {
    fn from(error: ManageUserError) -> Self {
        let code = match error {
            ManageUserError::Store(error) => return error.into(),
            ManageUserError::Refused(refusal) => return refusal,
            ManageUserError::Profile(_) | ManageUserError::Attribute(_) => ErrorCode::InvalidRequest,
            ManageUserError::Taken
            | ManageUserError::UsernameTaken
            | ManageUserError::NothingToDo(_)
            | ManageUserError::LastOperator => ErrorCode::Conflict,
            ManageUserError::Unknown => ErrorCode::NotFound,
            ManageUserError::Changed => ErrorCode::PreconditionFailed,
        };
        Self::new(code, error.to_string())
    }
}

impl People {
    /// Creates an account; the person can sign in at once.
    pub async fn user_create(&self, new: NewUser, actor: &Actor) -> Result<User, ManageUserError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteUsers).await?;
        if new.admin == Admin::Yes {
            check_acting(&mut tx, actor, Need::Operate).await?;
        }
        let user = self.user_create_in(&mut tx, new, actor).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// The same within a larger transaction, such as one that also signs the person in.
    pub async fn user_create_in(
        &self,
        tx: &mut Transaction,
        new: NewUser,
        actor: &Actor,
    ) -> Result<User, ManageUserError> {
        new.name.as_deref().map(check_name).transpose()?;
        new.locale.as_deref().map(check_locale).transpose()?;
        let now = self.instruments.now();
        let user = User {
            id: UserId::new(self.instruments.row_id(now)),
            sub: new_sub(self.instruments.random()),
            email: Some(new.email),
            email_verified_at: None,
            name: new.name,
            username: None,
            locale: new.locale,
            admin: new.admin == Admin::Yes,
            attributes: Attributes::default(),
            state: UserState::Active,
            created_at: now,
            updated_at: None,
            last_sign_in_at: None,
        };
        tx.user_insert(&user).await.map_err(|e| match e {
            StoreError::Conflict => ManageUserError::Taken,
            other => other.into(),
        })?;
        let event = AuditEvent::UserCreated { sub: user.sub.clone(), operator: user.admin };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        Ok(user)
    }

    /// Disables an account: its sessions and grants end, and there is no sign-in.
    pub async fn user_disable(&self, id: UserId, actor: &Actor) -> Result<User, ManageUserError> {
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::WriteUsers).await?;
        let user = changeable_user(&mut tx, id, actor).await?;
        keep_an_operator(&mut tx, &user, actor).await?;
        if !tx.user_disable(id, now).await? {
            return Err(ManageUserError::NothingToDo("disabled"));
        }
        end_all_of(&mut tx, id, EndReason::AccountEnded, now).await?;
        let event = AuditEvent::UserDisabled { sub: user.sub.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        Ok(User { state: UserState::Disabled { at: now }, ..user })
    }

    /// Enables an account again. Its sessions and grants stay ended.
    pub async fn user_enable(&self, id: UserId, actor: &Actor) -> Result<User, ManageUserError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteUsers).await?;
        let user = changeable_user(&mut tx, id, actor).await?;
        if !tx.user_enable(id).await? {
            return Err(ManageUserError::NothingToDo("enabled"));
        }
        let event = AuditEvent::UserEnabled { sub: user.sub.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await?;
        tx.commit().await?;
        Ok(User { state: UserState::Active, ..user })
    }

    /// Changes the profile of an account, if it is still as it was read.
    pub async fn user_change(&self, known: &User, profile: Profile, actor: &Actor) -> Result<User, ManageUserError> {
        profile.name.as_deref().map(check_name).transpose()?;
        profile.locale.as_deref().map(check_locale).transpose()?;
        self.application_cache.attribute_schema().check(&known.attributes, &profile.attributes, Editor::Operator)?;
        let before = Profile::of(known);
        if before == profile {
            return Ok(known.clone());
        }
        let mut tx = self.begin_changing(known.id, actor).await?;
        let present = changeable_user(&mut tx, known.id, actor).await?;
        if profile.admin != present.admin {
            check_acting(&mut tx, actor, Need::Operate).await?;
        }
        if !profile.admin {
            keep_an_operator(&mut tx, known, actor).await?;
        }
        let described = Profile { admin: before.admin, ..profile.clone() };
        let renamed = described != before;
        let updated_at = if renamed { Some(self.instruments.now()) } else { known.updated_at };
        if !tx.user_update(known, &profile, updated_at).await? {
            return Err(ManageUserError::Changed);
        }
        let changed = [
            ("name", before.name != profile.name),
            ("locale", before.locale != profile.locale),
            ("promoted", profile.admin && !before.admin),
            ("demoted", before.admin && !profile.admin),
        ];
        let what = changed.into_iter().filter_map(|(member, changed)| changed.then_some(member));
        let what: Vec<&str> = what.chain(before.attributes.changed_to(&profile.attributes)).collect();
        let event = AuditEvent::UserChanged { sub: known.sub.clone(), what: what.join(" ") };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await?;
        tx.commit().await?;
        let Profile { name, locale, admin, attributes } = profile;
        Ok(User { name, locale, admin, attributes, updated_at, ..known.clone() })
    }

    /// Ends all sessions and grants of an account.
    pub async fn user_sign_out(&self, user: &User, actor: &Actor) -> Result<(), ManageUserError> {
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::WriteUsers).await?;
        changeable_user(&mut tx, user.id, actor).await?;
        tx.user_hold(user.id).await?;
        end_all_of(&mut tx, user.id, EndReason::AccountEnded, now).await?;
        let event = AuditEvent::UserSignedOut { sub: user.sub.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        Ok(tx.commit().await?)
    }

    /// Deletes an account for good, with its sign-ins, sessions and grants. Its address is free again, and stands nowhere.
    pub async fn user_delete(&self, id: UserId, actor: &Actor) -> Result<User, ManageUserError> {
        self.user_delete_seen(id, None, actor).await
    }

    /// The same, if it is still as it was read.
    pub async fn user_delete_seen(
        &self,
        id: UserId,
        seen: Option<&User>,
        actor: &Actor,
    ) -> Result<User, ManageUserError> {
        let now = self.instruments.now();
        let mut tx = self.begin_changing(id, actor).await?;
        tx.generation_raise(Generation::Applications).await?;
        tx.user_hold(id).await?;
        tx.generation_raise(Generation::Groups).await?;
        if let Some(seen) = seen {
            // An update with the known values: it fails if they have changed, and locks the row if not.
            if !tx.user_update(seen, &Profile::of(seen), seen.updated_at).await? {
                return Err(ManageUserError::Changed);
            }
        }
        let user = changeable_user(&mut tx, id, actor).await?;
        keep_an_operator(&mut tx, &user, actor).await?;
        if !tx.user_delete(id, now).await? {
            return Err(ManageUserError::Unknown);
        }
        end_all_of(&mut tx, id, EndReason::AccountEnded, now).await?;
        // Applications without another owner go on; operators see that they have none.
        tx.owner_leaves_all(id).await?;
        tx.group_member_leaves_all(id).await?;
        tx.passkeys_forget(id).await?;
        tx.upstream_identities_forget(id).await?;
        tx.sign_in_records_delete(id).await?;
        tx.account_export_delete(id).await?;
        tx.invitations_end_of_all(id, now).await?;
        for email in tx.addresses_of_changes(id).await? {
            // One that has another account now is that account's.
            if tx.user_by_email(&email).await?.is_none() {
                tx.address_forget(id, &email, now).await?;
            }
        }
        tx.address_changes_delete(id).await?;
        if let Some(email) = &user.email {
            tx.applications_forget_owner(email).await?;
            tx.address_forget(id, email, now).await?;
            tx.account_invitation_delete(email).await?;
        }
        let event = AuditEvent::UserDeleted { sub: user.sub.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        // It is gone, so an error is none: the rest goes within a minute.
        if let Err(error) = self.store.addresses_clear().await {
            warn!(%error, "what is left of a deleted account stays until the next clean-up");
        }
        Ok(User {
            email: None,
            name: None,
            username: None,
            locale: None,
            admin: false,
            attributes: Attributes::default(),
            state: UserState::Deleted { at: now },
            ..user
        })
    }
}

impl People {
    /// People may change their own account themselves.
    pub(super) async fn begin_changing(&self, id: UserId, actor: &Actor) -> Result<Transaction, Refusal> {
        let need = if *actor == Actor::User(id) { Need::WriteApplications } else { Need::WriteUsers };
        begin_acting(&self.store, actor, need).await
    }
}

/// An account that this actor may change.
pub(super) async fn changeable_user(tx: &mut Transaction, id: UserId, actor: &Actor) -> Result<User, ManageUserError> {
    check_acting_on(tx, id, actor).await?.ok_or(ManageUserError::Unknown)
}

/// Refuses to remove the last operator. Locks a counter's row, so that two operators who remove each other are checked
/// one after the other. The command line is allowed to, because it can create another one.
async fn keep_an_operator(tx: &mut Transaction, leaving: &User, actor: &Actor) -> Result<(), ManageUserError> {
    if *actor == Actor::CommandLine || !(leaving.admin && leaving.is_active()) {
        return Ok(());
    }
    tx.generation_raise(Generation::Applications).await?;
    if tx.is_last_operator(leaving.id).await? {
        return Err(ManageUserError::LastOperator);
    }
    Ok(())
}
