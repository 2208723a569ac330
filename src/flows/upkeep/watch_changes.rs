//! Noticing that cached data has changed in the database.
//!
//! One small query, several times a second, on either engine. LISTEN/NOTIFY would save that query on
//! PostgreSQL, but needs a second mechanism for SQLite and a poll as its safety net, and does not pass
//! through a connection pooler in transaction mode.

use super::Upkeep;
use crate::store::{Generations, StoreError};

impl Upkeep {
    /// [`Self::look_for_changes`] without the counters.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        self.look_for_changes().await.map(|_| ())
    }

    /// Reads the counters of changes and acts on them: cached applications are confirmed or loaded again when next
    /// needed, keys and the catalogue are loaded at once, because they are served without the database, too.
    pub async fn look_for_changes(&self) -> Result<Generations, StoreError> {
        let asked_at = self.instruments.now();
        let generations = self.store.generations().await?;
        self.application_cache.confirm(generations.applications, asked_at);
        self.groups.confirm(generations.groups, asked_at);
        self.keys.keep_up_with(generations.signing_keys).await?;
        self.application_cache.keep_catalogue_up_with(generations.applications).await?;
        Ok(generations)
    }
}
