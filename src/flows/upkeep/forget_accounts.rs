//! Deleted accounts leave nothing in the files of the database.

use std::sync::PoisonError;

use super::Upkeep;
use crate::store::StoreError;

impl Upkeep {
    /// Deletes what is left of deleted accounts, and empties the database's log, if an account was deleted since that was
    /// last done, on this node or another.
    pub async fn forget_accounts(&self) -> Result<(), StoreError> {
        self.store.addresses_clear().await?;
        let newest = self.store.newest_deletion().await?;
        let is_done = *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner) == newest;
        if !is_done && self.store.empty_log().await? {
            *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner) = newest;
        }
        Ok(())
    }
}
