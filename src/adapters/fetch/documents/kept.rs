//! What is kept of a fetch, and for how long.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use super::{Document, DocumentError, Unread, without_query};
use crate::domain::ids::Timestamp;

/// How long a document is kept at least, whatever its headers say.
const SHORTEST: Duration = Duration::from_mins(5);

/// How long a failure is kept, and how long an address is not fetched again for somebody who misses something.
const AGAIN_AFTER: Duration = Duration::from_mins(1);

/// A document, or why there is none.
pub(super) type Outcome = Result<Arc<dyn Any + Send + Sync>, Arc<str>>;

/// What the last fetch brought.
#[derive(Clone)]
pub(super) struct Kept {
    outcome: Outcome,
    good_until: Timestamp,
    /// When it was last fetched, in vain or not.
    tried_at: Timestamp,
    /// What was wrong then.
    wrong: Option<Arc<str>>,
}

impl Kept {
    pub(super) fn document(outcome: Outcome, fresh_for: Option<Duration>, longest: Duration, now: Timestamp) -> Self {
        let lifetime = fresh_for.unwrap_or(SHORTEST).min(longest).max(SHORTEST);
        Self { outcome, good_until: now.plus(lifetime), tried_at: now, wrong: None }
    }

    pub(super) fn failure(reason: Arc<str>, now: Timestamp) -> Self {
        let wrong = Some(Arc::clone(&reason));
        Self { outcome: Err(reason), good_until: now.plus(AGAIN_AFTER), tried_at: now, wrong }
    }

    /// The same, after another fetch that failed.
    pub(super) fn tried_in_vain(self, reason: Arc<str>, now: Timestamp) -> Self {
        Self { tried_at: now, wrong: Some(reason), ..self }
    }

    /// What was wrong when it was last fetched, if anything was.
    pub(super) fn unread(&self, url: &str) -> Option<Unread> {
        let (address, reason) = (without_query(url).to_owned(), Arc::clone(self.wrong.as_ref()?));
        Some(Unread { address, reason, at: self.tried_at })
    }

    /// Whether it is used without another fetch.
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        now < self.good_until
    }

    /// Whether it was fetched a moment ago.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        now < self.tried_at.plus(AGAIN_AFTER)
    }

    pub(super) fn is_good_document(&self, now: Timestamp) -> bool {
        self.outcome.is_ok() && self.is_good(now)
    }

    pub(super) fn give<T: Document>(&self) -> Result<Arc<T>, DocumentError> {
        let document = self.outcome.clone().map_err(DocumentError::Failed)?;
        // The key of an entry names the type, so it is this one.
        document.downcast().map_err(|_| DocumentError::Busy)
    }
}
