//! What a person looks after.

use super::Server;
use crate::domain::application::Application;
use crate::domain::ids::UserId;
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
}
