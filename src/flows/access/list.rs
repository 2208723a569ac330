//! Lists of applications, and what their pages tell beside the settings.

use super::{Access, Caller, Need, Reach};
use crate::domain::application::{AccessPolicy, Application};
use crate::domain::approval::Approval;
use crate::domain::ids::{ApplicationId, UserId};
use crate::domain::listing::{ApplicationFilter, ApplicationPlace, ApplicationStates};
use crate::domain::ownership::Owner;
use crate::domain::user::User;
use crate::protocol::refusal::Refusal;

/// How many applications of one owner are shown; the list of applications has all of them.
pub const MOST_OWNED: i64 = 100;

impl Access {
    /// Applications that this caller may see, after this cursor.
    pub async fn applications_page(
        &self,
        caller: &Caller,
        filter: ApplicationFilter,
        after: &ApplicationPlace,
        limit: u16,
    ) -> Result<Vec<Application>, Refusal> {
        let reach = caller.reach(Need::ReadApplications)?;
        let within = match reach {
            Reach::All => None,
            Reach::OwnedBy(user) => Some(user),
        };
        let filter = ApplicationFilter { within, ..filter };
        let mut seen = Vec::new();
        for application in self.store.applications_page(&filter, after, i64::from(limit)).await? {
            seen.push(self.as_seen(application, reach).await?);
        }
        Ok(seen)
    }

    /// Applications of this owner, in these states, after this cursor, without their secrets.
    pub async fn own_applications(
        &self,
        user: UserId,
        state: Option<ApplicationStates>,
        after: &ApplicationPlace,
        limit: u16,
    ) -> Result<Vec<Application>, Refusal> {
        let filter = ApplicationFilter { within: Some(user), state, ..ApplicationFilter::default() };
        Ok(self.store.applications_page(&filter, after, i64::from(limit)).await?)
    }

    /// Whether there is no person who may use an application: those who might are in none of its groups, or it has no owner.
    pub async fn is_for_nobody(&self, application: &Application) -> Result<bool, Refusal> {
        let settings = &application.settings;
        if !settings.kind.is_for_people() {
            return Ok(false);
        }
        Ok(match settings.access {
            AccessPolicy::Everybody => false,
            AccessPolicy::Groups => {
                // Its owner sees it without the groups that operators keep to themselves.
                let whole = self.store.application(&application.client_id).await?;
                let groups = whole.map(|whole| whole.settings.allowed_groups).unwrap_or_default();
                !self.store.is_anybody_in(&groups).await?
            }
            AccessPolicy::Owners => !self.store.owners_of(application.id).await?.iter().any(|owner| owner.active),
        })
    }

    /// Whether this account is an owner of an application.
    pub async fn looks_after(&self, user: UserId, application: &Application) -> Result<bool, Refusal> {
        Ok(self.store.is_owner(application.id, user).await?)
    }

    /// The owners of an application, the longest serving first.
    pub async fn owners_of(&self, application: &Application) -> Result<Vec<Owner>, Refusal> {
        Ok(self.store.owners_of(application.id).await?)
    }

    /// The open request of an application.
    pub async fn approval_of(&self, application: &Application) -> Result<Option<Approval>, Refusal> {
        Ok(self.store.approval_of(application.id).await?)
    }

    /// The owners of each of these applications, in their order.
    pub async fn owners_of_all(&self, caller: &Caller, all: &[Application]) -> Result<Vec<Vec<Owner>>, Refusal> {
        caller.reach(Need::Oversee)?;
        let ids: Vec<ApplicationId> = all.iter().map(|application| application.id).collect();
        let mut owners = self.store.owners_of_many(&ids).await?;
        Ok(ids.iter().map(|id| owners.remove(id).unwrap_or_default()).collect())
    }

    /// The first applications of this owner.
    pub async fn applications_of(&self, caller: &Caller, user: &User) -> Result<Vec<Application>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.applications_of_owner(user.id, MOST_OWNED).await?)
    }
}
