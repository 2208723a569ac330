//! Recording when applications and secrets were last used: asynchronously, in batches.
//!
//! A sweep of another node may deactivate an application as unused before its use is written down here. Then the
//! application is activated again when the use is written.

use std::collections::BTreeSet;

use super::LifeCycle;
use crate::store::{ApplicationUse, StoreError};

impl LifeCycle {
    /// If the database fails, a use is noted again for the next time.
    pub(in crate::flows) async fn flush_uses(&self) -> Result<(), StoreError> {
        let uses = self.usage.take();
        let written = self.write_uses(&uses).await;
        if written.is_err() {
            for used in uses {
                self.usage.note(used);
            }
        }
        written
    }

    async fn write_uses(&self, uses: &[ApplicationUse]) -> Result<(), StoreError> {
        // Small transactions: on SQLite no other write is possible while one is open.
        for batch in uses.chunks(200) {
            let mut tx = self.store.begin().await?;
            let mut proven_wrong = BTreeSet::new();
            // All secrets before any application, and each in its order: who takes a secret away locks it before its
            // application, and another node writes the same ones.
            for used in batch {
                if let Some(secret) = used.secret {
                    tx.secret_used(secret, used.at.start_of_day()).await?;
                }
            }
            for used in batch {
                if tx.application_used(used).await? {
                    proven_wrong.insert(used.application);
                }
            }
            tx.commit().await?;
            // In separate transactions, because they lock the counter of changes before the application.
            for application in proven_wrong {
                self.revive(application).await?;
            }
        }
        Ok(())
    }
}
