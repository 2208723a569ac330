//! A counter of changes as the database had it a moment ago: what was loaded under it is current while it is trusted.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::domain::ids::Timestamp;

/// How long a confirmed counter may be relied on.
const TRUSTED_FOR: Duration = Duration::from_millis(900);

/// Longer than any question to the database takes.
const LONGEST_QUESTION: Duration = Duration::from_secs(10);

/// A value with the counter under which it was loaded.
pub(super) struct Loaded<T> {
    pub(super) generation: i64,
    pub(super) value: T,
}

/// The value of a counter, and when it was read.
#[derive(Clone, Copy)]
struct Confirmed {
    generation: i64,
    asked_at: Timestamp,
}

/// A counter that is confirmed several times a second.
pub(super) struct ConfirmedCounter(ArcSwap<Confirmed>);

impl ConfirmedCounter {
    /// Nothing is confirmed yet.
    pub(super) fn new() -> Self {
        let never = Confirmed { generation: -1, asked_at: Timestamp::from_micros(i64::MIN) };
        Self(ArcSwap::from_pointee(never))
    }

    /// Records the counter's value, with a moment before the database was asked. A value that is older than the known
    /// one is ignored.
    pub(super) fn confirm(&self, generation: i64, asked_at: Timestamp) {
        let new = Confirmed { generation, asked_at };
        self.0.rcu(|known| {
            let newer = (generation, asked_at) > (known.generation, known.asked_at);
            // The clock was set back: an answer is not overtaken by one to a question that came so much later.
            let set_back = generation == known.generation && known.asked_at.since(asked_at) > LONGEST_QUESTION;
            if newer || set_back { Arc::new(new) } else { Arc::clone(known) }
        });
    }

    /// The value, if it was confirmed within the last second.
    pub(super) fn trusted(&self, now: Timestamp) -> Option<i64> {
        self.confirmed_within(TRUSTED_FOR, now)
    }

    /// The value, if it was confirmed less than this long ago.
    pub(super) fn confirmed_within(&self, age: Duration, now: Timestamp) -> Option<i64> {
        let confirmed = **self.0.load();
        // After the clock was set back the counter counts as unconfirmed.
        let recent = confirmed.asked_at <= now && now.since(confirmed.asked_at) < age;
        recent.then_some(confirmed.generation)
    }
}
