//! Whether the database took what was last written to it. One whose disk is full still answers every query.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::store::StoreError;

/// How long a failed write is relied on; after that, another is tried.
const TELLS_FOR: Duration = Duration::from_secs(1);

/// The outcome of the last write, as far as it says something about the database.
#[derive(Debug, Default)]
pub(in crate::store) struct LastWrite(Mutex<Option<Failed>>);

#[derive(Debug)]
struct Failed {
    why: String,
    at: Instant,
}

/// How the last write failed.
pub(in crate::store) enum Failure {
    /// It did not.
    None,
    /// A moment ago, for this reason.
    Recent(String),
    /// Long enough ago that another should be tried.
    Old,
}

impl LastWrite {
    /// Records the outcome of a write that changed something.
    pub(super) fn note<T>(&self, outcome: &Result<T, StoreError>) {
        let failed = match outcome {
            Ok(_) => None,
            Err(StoreError::Unwritable(why)) => Some(Failed { why: why.clone(), at: Instant::now() }),
            Err(_) => return,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failed;
    }

    /// What is known of a database that takes nothing.
    pub(in crate::store) fn failure(&self) -> Failure {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Failure::None,
            Some(failed) if failed.at.elapsed() < TELLS_FOR => Failure::Recent(failed.why.clone()),
            Some(_) => Failure::Old,
        }
    }
}
