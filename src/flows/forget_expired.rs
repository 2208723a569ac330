//! Forgetting what has expired.

use super::Server;
use crate::store::StoreError;

impl Server {
    /// Deletes rows whose time is over and that no rule needs any more.
    pub async fn forget_expired(&self) -> Result<(), StoreError> {
        self.store.client_assertions_forget(self.now()).await?;
        Ok(())
    }
}
