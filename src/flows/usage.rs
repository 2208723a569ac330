//! Writing down when applications and secrets were last used: behind the requests, in batches.
//!
//! A sweep of another node may deactivate an application as unused before its use is written down here. Then the
//! use proves it wrong and the application is active again.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::Server;
use crate::domain::ids::{ApplicationId, SecretId, Timestamp};
use crate::store::{ApplicationUse, StoreError};

/// Uses since the last time they were written down: at most one for each application and secret. Sorted, so
/// that nodes lock rows in the same order.
#[derive(Debug, Default)]
pub struct UsageLog(Mutex<BTreeMap<(ApplicationId, Option<SecretId>), Timestamp>>);

impl UsageLog {
    /// Notes a use.
    pub fn note(&self, used: ApplicationUse) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match pending.entry((used.application, used.secret)) {
            Entry::Vacant(entry) => {
                entry.insert(used.at);
            }
            Entry::Occupied(mut entry) => {
                let latest = (*entry.get()).max(used.at);
                entry.insert(latest);
            }
        }
    }

    fn take(&self) -> BTreeMap<(ApplicationId, Option<SecretId>), Timestamp> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Server {
    /// Writes down what was noted: uses, and requests for whoever looks after their applications.
    pub async fn flush_usage(&self) -> Result<(), StoreError> {
        self.flush_uses().await?;
        self.flush_requests().await
    }

    /// If the database fails, a use is noted again for the next time.
    async fn flush_uses(&self) -> Result<(), StoreError> {
        let uses: Vec<_> = self
            .usage
            .take()
            .into_iter()
            .map(|((application, secret), at)| ApplicationUse { application, secret, at })
            .collect();
        let written = self.write_uses(&uses).await;
        if written.is_err() {
            for used in uses {
                self.usage.note(used);
            }
        }
        written
    }

    async fn write_uses(&self, uses: &[ApplicationUse]) -> Result<(), StoreError> {
        // Small transactions: on SQLite nobody else writes while one is open.
        for batch in uses.chunks(200) {
            let mut tx = self.store.begin().await?;
            let mut proven_wrong = BTreeSet::new();
            for used in batch {
                if tx.application_used(used).await? {
                    proven_wrong.insert(used.application);
                }
            }
            tx.commit().await?;
            // In transactions of their own: they lock the counter of changes before the application.
            for application in proven_wrong {
                self.revive(application).await?;
            }
        }
        Ok(())
    }
}
