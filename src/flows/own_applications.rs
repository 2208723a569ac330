//! What a person looks after, and what its page tells beside its settings.

use super::Server;
use crate::domain::application::Application;
use crate::domain::approval::Approval;
use crate::domain::ids::UserId;
use crate::domain::ownership::Owner;
use crate::domain::user::EmailAddress;
use crate::protocol::refusal::Refusal;

impl Server {
    /// All applications that this account looks after, deleted ones included, by name, without their secrets.
    pub async fn own_applications(&self, user: UserId) -> Result<Vec<Application>, Refusal> {
        Ok(self.store.applications_of_owner(user).await?)
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
