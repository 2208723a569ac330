//! The groups of people who get tokens, without asking the database while nothing has changed.

use std::sync::Arc;

use super::Groups;
use crate::domain::application::{AccessPolicy, Application};
use crate::domain::group::GroupName;
use crate::domain::ids::{Timestamp, UserId};
use crate::domain::may_use::{Relation, may_use};
use crate::flows::confirmed_counter::Loaded;
use crate::protocol::id_token::GroupsClaim;
use crate::protocol::scope::{self, Scope};
use crate::store::StoreError;

impl Groups {
    /// The claim with a person's groups, as this application sees them, if this scope includes it.
    pub(in crate::flows) async fn claim_of(
        &self,
        user: UserId,
        application: &Application,
        scope: &Scope,
    ) -> Result<GroupsClaim, StoreError> {
        if !scope.contains(scope::GROUPS) {
            return Ok(GroupsClaim::default());
        }
        Ok(application.groups_claim(&self.groups_at_hand(user).await?))
    }

    /// Whether a person may use an application, as it was within the last second.
    pub(in crate::flows) async fn admits(&self, user: UserId, application: &Application) -> Result<bool, StoreError> {
        let relation = match application.settings.access {
            AccessPolicy::Everybody => Relation::default(),
            AccessPolicy::Groups => Relation { groups: self.groups_at_hand(user).await?.to_vec(), owns: false },
            AccessPolicy::Owners => {
                Relation { groups: Vec::new(), owns: self.store.is_owner(application.id, user).await? }
            }
        };
        Ok(may_use(&relation, application))
    }

    /// The groups of a person, by name, as they were within the last second.
    async fn groups_at_hand(&self, user: UserId) -> Result<Arc<[GroupName]>, StoreError> {
        let generation = match self.counter.trusted(self.instruments.now()) {
            Some(generation) => generation,
            None => self.look().await?,
        };
        if let Some(loaded) = self.of_people.get(&user)
            && loaded.generation == generation
        {
            return Ok(Arc::clone(&loaded.value));
        }
        let value: Arc<[GroupName]> = self.store.groups_of(user).await?.into();
        self.of_people.insert(user, Arc::new(Loaded { generation, value: Arc::clone(&value) }));
        Ok(value)
    }

    /// Reads the counter of changes, before what is loaded under it.
    async fn look(&self) -> Result<i64, StoreError> {
        let asked_at = self.instruments.now();
        let generation = self.store.generations().await?.groups;
        self.confirm(generation, asked_at);
        Ok(generation)
    }

    /// Records the counter's value, with a moment before the database was asked.
    pub(in crate::flows) fn confirm(&self, generation: i64, asked_at: Timestamp) {
        self.counter.confirm(generation, asked_at);
    }

    /// Notices a change of this node's own at once. It is done, so an error is none: it is noticed within a second.
    pub(super) async fn after_commit(&self) {
        self.look().await.ok();
    }
}
