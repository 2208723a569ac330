//! What a person looks after, and what its page tells beside its settings.

use super::Server;
use crate::domain::application::Application;
use crate::domain::approval::Approval;
use crate::domain::ids::UserId;
use crate::domain::listing::{ApplicationFilter, ApplicationPlace, ApplicationStates};
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;
use crate::protocol::refusal::Refusal;

impl Server {
    /// Applications that this account looks after, in these states, behind this place of the list, without their
    /// secrets.
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

    /// Whether this account looks after an application.
    pub async fn looks_after(&self, user: UserId, application: &Application) -> Result<bool, Refusal> {
        Ok(self.store.is_owner(application.id, user).await?)
    }

    /// Everybody who looks after an application, the longest serving first.
    pub async fn owners_of(&self, application: &Application) -> Result<Vec<Owner>, Refusal> {
        Ok(self.store.owners_of(application.id).await?)
    }

    /// What an application waits for.
    pub async fn approval_of(&self, application: &Application) -> Result<Option<Approval>, Refusal> {
        Ok(self.store.approval_of(application.id).await?)
    }

    /// The address of an account, if there still is one.
    pub async fn address_of_user(&self, user: UserId) -> Result<Option<EmailAddress>, Refusal> {
        Ok(self.store.user(user).await?.and_then(|user| user.email))
    }
}
