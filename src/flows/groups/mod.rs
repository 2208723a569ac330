//! Groups of people: made, filled, and at hand for the tokens of the people in them.

mod at_hand;
mod declared;
mod launcher;
mod manage;

use std::sync::Arc;

use quick_cache::sync::Cache;

use super::access::{Caller, Need, Reach};
use super::application_cache::ApplicationCache;
use super::confirmed_counter::{ConfirmedCounter, Loaded};
use super::instruments::Instruments;
use crate::domain::group::{Group, GroupName};
use crate::domain::ids::UserId;
use crate::domain::user::User;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Store, StoreError};

pub use manage::{Follows, GroupError, GroupSettings, NewGroup};

/// How many people's groups are at hand.
const CAPACITY: usize = 10_000;

/// The groups.
pub struct Groups {
    instruments: Instruments,
    store: Store,
    application_cache: Arc<ApplicationCache>,
    counter: ConfirmedCounter,
    of_people: Cache<UserId, Arc<Loaded<Arc<[GroupName]>>>>,
}

impl Groups {
    /// Groups are kept in the database; nothing is at hand yet.
    pub fn new(instruments: Instruments, store: Store, application_cache: &Arc<ApplicationCache>) -> Self {
        let (application_cache, of_people) = (Arc::clone(application_cache), Cache::new(CAPACITY));
        Self { instruments, store, application_cache, counter: ConfirmedCounter::new(), of_people }
    }

    /// The groups that this caller may know of, by name: all for an operator, those that developers see for others.
    pub async fn groups_for(&self, caller: &Caller) -> Result<Vec<Group>, Refusal> {
        let reach = caller.reach(Need::ReadGroups)?;
        let mut groups = self.store.groups().await?;
        groups.retain(|group| reach == Reach::All || group.visible_to_developers);
        Ok(groups)
    }

    /// The group of this name, if this caller may know of it.
    pub async fn group_for(&self, caller: &Caller, name: &str, need: Need) -> Result<Group, Refusal> {
        let reach = caller.reach(need)?;
        let found = match name.parse() {
            Ok(name) => self.store.group(&name).await?,
            Err(_) => None,
        };
        let found = found.filter(|group| reach == Reach::All || group.visible_to_developers);
        found.ok_or_else(|| GroupError::Unknown.into())
    }

    /// Who is in a group, by account, those after `after`. Only operators see people.
    pub async fn members_page(
        &self,
        caller: &Caller,
        name: &GroupName,
        after: Option<UserId>,
        limit: u16,
    ) -> Result<Vec<User>, Refusal> {
        match caller.reach(Need::ReadGroups)? {
            Reach::All => Ok(self.store.group_members_page(name, after, i64::from(limit)).await?),
            Reach::OwnedBy(_) => {
                Err(Refusal::new(ErrorCode::AccessDenied, "only an operator of this server may do this"))
            }
        }
    }

    /// The groups of an account, as the database has them.
    pub async fn groups_of_user(&self, user: &User) -> Result<Vec<GroupName>, StoreError> {
        self.store.groups_of(user.id).await
    }
}
