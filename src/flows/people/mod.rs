//! Accounts: made, found, changed, ended.

mod export;
mod find;
mod manage;
mod rename;

use std::sync::Arc;

use super::access::check_fresh;
use super::application_cache::ApplicationCache;
use super::instruments::Instruments;
use super::sessions::SignedInPerson;
use crate::domain::audit::Actor;
use crate::protocol::refusal::Refusal;
use crate::store::Store;

pub use export::Export;
pub use manage::{Admin, ManageUserError, NewUser};
pub use rename::OwnProfile;

/// The accounts.
pub struct People {
    instruments: Instruments,
    store: Store,
    application_cache: Arc<ApplicationCache>,
}

impl People {
    /// Accounts are kept in the database.
    pub fn new(instruments: Instruments, store: Store, application_cache: &Arc<ApplicationCache>) -> Self {
        Self { instruments, store, application_cache: Arc::clone(application_cache) }
    }

    /// Deletes the person's account; nothing of it works any more. Since it cannot be undone, a browser that was left
    /// open is not enough: they must have signed in a moment ago.
    pub async fn delete_own_account(&self, person: &SignedInPerson) -> Result<(), Refusal> {
        check_fresh(person)?;
        self.user_delete(person.user.id, &Actor::User(person.user.id)).await?;
        Ok(())
    }
}
