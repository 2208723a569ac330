//! Accounts: made, found, changed, ended.

mod find;
mod manage;

use super::instruments::Instruments;
use super::sessions::SignedInPerson;
use crate::domain::audit::Actor;
use crate::protocol::refusal::Refusal;
use crate::store::Store;

pub use manage::{Admin, ManageUserError, NewUser};

/// The accounts.
pub struct People {
    instruments: Instruments,
    store: Store,
}

impl People {
    /// Accounts are kept in the database.
    pub const fn new(instruments: Instruments, store: Store) -> Self {
        Self { instruments, store }
    }

    /// Deletes the person's account with its sessions and grants.
    pub async fn delete_own_account(&self, person: &SignedInPerson) -> Result<(), Refusal> {
        self.user_delete(person.user.id, &Actor::User(person.user.id)).await?;
        Ok(())
    }
}
