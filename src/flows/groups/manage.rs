//! Making, filling and deleting groups.

use std::fmt;

use tracing::warn;

use super::Groups;
use crate::domain::application::{AccessPolicy, Application, ApplicationState};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::group::{Group, GroupChange, GroupName, MOST_GROUPS, MOST_GROUPS_OF_A_PERSON};
use crate::domain::ids::{ClientId, UserId};
use crate::domain::settings_change::changes;
use crate::domain::user::{User, UserState};
use crate::flows::access::{Need, begin_acting};
use crate::flows::consequences::Consequences;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// A new group.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Its name.
    pub name: GroupName,
    /// Whether developers may know of it.
    pub visible_to_developers: bool,
    /// How the people in it have to sign in to applications.
    pub require: RequiredSignIn,
}

/// What is to become of a group; what is not said stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupSettings {
    /// Whether developers may know of it.
    pub visible_to_developers: Option<bool>,
    /// How the people in it have to sign in to applications, from now on.
    pub require: Option<RequiredSignIn>,
}

impl GroupSettings {
    /// Developers may know of it, or not.
    pub fn visible_to_developers(visible: bool) -> Self {
        Self { visible_to_developers: Some(visible), ..Self::default() }
    }

    /// Its people have to sign in like this.
    pub fn require(require: RequiredSignIn) -> Self {
        Self { require: Some(require), ..Self::default() }
    }
}

/// Why a group could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name is another group's.
    #[error("there is a group of this name already")]
    Taken,
    /// No such group.
    #[error("there is no such group")]
    Unknown,
    /// No such account, or one that is deleted.
    #[error("there is no such account")]
    UnknownAccount,
    /// The server has enough.
    #[error("there are {MOST_GROUPS} groups already, as many as there may be")]
    TooMany,
    /// The person is in enough.
    #[error("one account is in {MOST_GROUPS_OF_A_PERSON} groups at most")]
    TooManyOfOne,
    /// The configuration file is the only place to change it.
    #[error("the group {0} is declared in the configuration; change it there")]
    Declared(GroupName),
    /// Applications let in its members.
    #[error("{0}")]
    Needed(Follows),
    /// The actor may not do it, or not any more.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl From<Refusal> for GroupError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What would follow if a group were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follows {
    group: GroupName,
    /// Applications that other groups let people into too.
    narrower: Vec<ClientId>,
    /// Applications that no person may use any more.
    closed: Vec<ClientId>,
}

impl Follows {
    fn of(group: &GroupName, naming: &[Application]) -> Self {
        let needs = |application: &&Application| {
            let is_there = !matches!(application.state, ApplicationState::Deleted { .. });
            is_there && application.settings.access == AccessPolicy::Groups
        };
        let is_closed = |application: &&Application| application.settings.allowed_groups.len() == 1;
        let (closed, narrower): (Vec<_>, Vec<_>) = naming.iter().filter(needs).partition(is_closed);
        let ids = |some: Vec<&Application>| some.into_iter().map(|one| one.client_id.clone()).collect();
        Self { group: group.clone(), narrower: ids(narrower), closed: ids(closed) }
    }

    /// The group.
    pub const fn group(&self) -> &GroupName {
        &self.group
    }

    /// Applications that other groups let people into too.
    pub fn narrower(&self) -> &[ClientId] {
        &self.narrower
    }

    /// Applications that no person may use any more.
    pub fn closed(&self) -> &[ClientId] {
        &self.closed
    }

    const fn is_nothing(&self) -> bool {
        self.narrower.is_empty() && self.closed.is_empty()
    }
}

impl fmt::Display for Follows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |ids: &[ClientId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "the group {} lets people into applications", self.group)?;
        if !self.narrower.is_empty() {
            write!(f, "; without it, its members may use these through other groups only: {}", list(&self.narrower))?;
        }
        if !self.closed.is_empty() {
            write!(f, "; without it, nobody may use these any more: {}", list(&self.closed))?;
        }
        Ok(())
    }
}

impl From<GroupError> for Refusal {
    fn from(error: GroupError) -> Self {
        let code = match error {
            GroupError::Store(error) => return error.into(),
            GroupError::Refused(refusal) => return refusal,
            GroupError::Taken
            | GroupError::TooMany
            | GroupError::TooManyOfOne
            | GroupError::Declared(_)
            | GroupError::Needed(_) => ErrorCode::Conflict,
            GroupError::Unknown | GroupError::UnknownAccount => ErrorCode::NotFound,
        };
        Self::new(code, error.to_string())
    }
}

impl Groups {
    /// Makes a group without members.
    pub async fn group_create(&self, new: NewGroup, actor: &Actor) -> Result<Group, GroupError> {
        let mut tx = self.begin(actor).await?;
        let group = self.create_in(&mut tx, new, actor).await?;
        tx.commit().await?;
        self.after_commit().await;
        Ok(group)
    }

    pub(super) async fn create_in(
        &self,
        tx: &mut Transaction,
        NewGroup { name, visible_to_developers, require }: NewGroup,
        actor: &Actor,
    ) -> Result<Group, GroupError> {
        let now = self.instruments.now();
        let declared = *actor == Actor::Configuration;
        let group = Group { name, visible_to_developers, require, declared, created_at: now, members: 0 };
        tx.group_insert(&group).await.map_err(|e| match e {
            StoreError::Conflict => GroupError::Taken,
            other => other.into(),
        })?;
        if tx.group_count().await? > MOST_GROUPS {
            return Err(GroupError::TooMany);
        }
        self.audit(tx, actor, group_event(&group.name, GroupChange::Created)).await?;
        Ok(group)
    }

    /// Changes a group, all at once.
    pub async fn group_change(&self, name: &GroupName, to: GroupSettings, actor: &Actor) -> Result<Group, GroupError> {
        let mut tx = self.begin(actor).await?;
        let known = changeable(&mut tx, name).await?;
        let visible_to_developers = to.visible_to_developers.unwrap_or(known.visible_to_developers);
        let group = Group { visible_to_developers, require: to.require.unwrap_or(known.require), ..known.clone() };
        if group != known {
            tx.group_update(&group).await?;
        }
        let changed = [
            ("visible_to_developers", group.visible_to_developers != known.visible_to_developers),
            ("require", group.require != known.require),
        ];
        for (what, _) in changed.into_iter().filter(|(_, changed)| *changed) {
            self.audit(&mut tx, actor, group_event(name, GroupChange::Changed(what))).await?;
        }
        tx.commit().await?;
        Ok(group)
    }

    /// Deletes a group. Applications that let in its members let them in no more, and no others instead; where there are
    /// such applications that has to be known.
    pub async fn group_delete(
        &self,
        name: &GroupName,
        consequences: Consequences,
        actor: &Actor,
    ) -> Result<(), GroupError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteGroups).await?;
        tx.generation_raise(Generation::Applications).await?;
        tx.generation_raise(Generation::Groups).await?;
        changeable(&mut tx, name).await?;
        let naming = tx.applications_allowing(name).await?;
        let follows = Follows::of(name, &naming);
        if consequences == Consequences::Unknown && !follows.is_nothing() {
            return Err(GroupError::Needed(follows));
        }
        for application in naming {
            self.forget_group(&mut tx, application, name, actor).await?;
        }
        tx.group_delete(name, self.instruments.now()).await?;
        self.audit(&mut tx, actor, group_event(name, GroupChange::Deleted)).await?;
        tx.commit().await?;
        self.after_commit().await;
        self.application_cache.refresh().await.ok();
        // There can be many members, and nobody waits for their rows.
        if let Err(error) = self.store.deleted_groups_forget().await {
            warn!(%error, "the rows of a deleted group stay until the next clean-up");
        }
        Ok(())
    }

    /// Whom an application lets in stays limited to groups, even when this was the last of them. A declared one names it
    /// again after the next start.
    async fn forget_group(
        &self,
        tx: &mut Transaction,
        application: Application,
        name: &GroupName,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let mut settings = application.settings.clone();
        settings.allowed_groups.retain(|group| group != name);
        tx.application_update(application.id, &settings, application.origin).await?;
        let what = changes(&application.settings, &settings);
        self.audit(tx, actor, AuditEvent::ApplicationChanged { client_id: application.client_id, what }).await
    }

    /// Adds accounts to a group: all of them or, where that cannot be, none. Adding twice is no error.
    pub async fn group_add(&self, name: &GroupName, users: &[UserId], actor: &Actor) -> Result<Group, GroupError> {
        let now = self.instruments.now();
        let mut tx = self.begin(actor).await?;
        existing(&mut tx, name).await?;
        for id in users {
            let user = account(&mut tx, *id).await?;
            if !tx.group_member_add(name, *id, now).await? {
                continue;
            }
            if tx.groups_of(*id).await?.len() > MOST_GROUPS_OF_A_PERSON {
                return Err(GroupError::TooManyOfOne);
            }
            self.audit(&mut tx, actor, group_event(name, GroupChange::MemberAdded(user.sub))).await?;
        }
        self.finish(tx, name).await
    }

    /// Takes accounts out of a group. One that is not in it is no error.
    pub async fn group_remove(&self, name: &GroupName, users: &[UserId], actor: &Actor) -> Result<Group, GroupError> {
        let mut tx = self.begin(actor).await?;
        existing(&mut tx, name).await?;
        for id in users {
            let user = account(&mut tx, *id).await?;
            if tx.group_member_remove(name, *id).await? {
                self.audit(&mut tx, actor, group_event(name, GroupChange::MemberRemoved(user.sub))).await?;
            }
        }
        self.finish(tx, name).await
    }

    /// Raises the counter, which also lets one change of groups at a time go on: counts are right, and an account that is
    /// deleted at this moment is in no group afterwards.
    pub(super) async fn begin(&self, actor: &Actor) -> Result<Transaction, GroupError> {
        let mut tx = begin_acting(&self.store, actor, Need::WriteGroups).await?;
        tx.generation_raise(Generation::Groups).await?;
        Ok(tx)
    }

    async fn finish(&self, mut tx: Transaction, name: &GroupName) -> Result<Group, GroupError> {
        let group = existing(&mut tx, name).await?;
        tx.commit().await?;
        self.after_commit().await;
        Ok(group)
    }

    pub(super) async fn audit(&self, tx: &mut Transaction, actor: &Actor, event: AuditEvent) -> Result<(), StoreError> {
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await
    }
}

pub(super) fn group_event(group: &GroupName, what: GroupChange) -> AuditEvent {
    AuditEvent::GroupChanged { group: group.clone(), what }
}

async fn existing(tx: &mut Transaction, name: &GroupName) -> Result<Group, GroupError> {
    tx.group(name).await?.ok_or(GroupError::Unknown)
}

/// The group, if it can be changed here. Its members can be in any case.
async fn changeable(tx: &mut Transaction, name: &GroupName) -> Result<Group, GroupError> {
    let group = existing(tx, name).await?;
    if group.declared { Err(GroupError::Declared(name.clone())) } else { Ok(group) }
}

async fn account(tx: &mut Transaction, id: UserId) -> Result<User, GroupError> {
    let user = tx.user(id).await?.filter(|user| !matches!(user.state, UserState::Deleted { .. }));
    user.ok_or(GroupError::UnknownAccount)
}
