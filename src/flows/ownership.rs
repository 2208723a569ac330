//! Who looks after an application: what was said when it was registered or declared.

use super::Server;
use crate::domain::application::Application;
use crate::domain::user::EmailAddress;
use crate::store::{StoreError, Transaction};

impl Server {
    /// Makes the address that an application was registered with its owner: the account that has it, or whoever
    /// proves it first.
    pub(super) async fn settle_owner(&self, tx: &mut Transaction, application: &Application) -> Result<(), StoreError> {
        let now = self.now();
        let Some(email) = application.settings.owner.as_deref().and_then(|owner| owner.parse::<EmailAddress>().ok())
        else {
            return Ok(());
        };
        match tx.user_by_email(&email).await? {
            Some(user) => tx.owner_add(application.id, user.id, now).await,
            None => tx.owner_add_address(application.id, &email, now).await,
        }
    }
}
