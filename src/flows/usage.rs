//! When applications and secrets were last used, until it is written down ([`super::life_cycle`]).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::{ApplicationId, SecretId, Timestamp};
use crate::store::ApplicationUse;

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

    /// What was noted since the last time.
    pub(super) fn take(&self) -> Vec<ApplicationUse> {
        let taken = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let used = |((application, secret), at)| ApplicationUse { application, secret, at };
        taken.into_iter().map(used).collect()
    }
}
