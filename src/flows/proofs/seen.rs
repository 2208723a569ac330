//! The proofs that this node has seen, for as long as they could come again.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;
use crate::protocol::dpop::WINDOW;

/// How many are remembered at least; twice as many at most, some ten megabytes.
const CAPACITY: usize = 100_000;

/// A proof can come for as long as it may be old and for as long as it may be made ahead of our clock.
const GOOD_FOR: Duration = Duration::from_secs(2 * WINDOW.unsigned_abs() + 1);

/// Two generations: what comes goes into the younger one; the older one is forgotten when it cannot be needed any more,
/// or when the younger one is full.
#[derive(Default)]
pub(super) struct SeenProofs(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    younger: HashSet<ValueHash>,
    older: HashSet<ValueHash>,
    /// Since when there is the younger one.
    since: Option<Timestamp>,
}

impl SeenProofs {
    /// Remembers a proof. False if it was remembered already.
    pub(super) fn note(&self, id: ValueHash, now: Timestamp) -> bool {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.turn(now);
        !generations.older.contains(&id) && generations.younger.insert(id)
    }
}

impl Generations {
    fn turn(&mut self, now: Timestamp) {
        let over = self.since.is_none_or(|since| now >= since.plus(GOOD_FOR));
        if over || self.younger.len() >= CAPACITY {
            self.older = mem::take(&mut self.younger);
            self.since = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_proof_is_new_once_for_as_long_as_it_could_come_again() {
        let seen = SeenProofs::default();
        let id = |name: &str| ValueHash::of(name);
        assert!(seen.note(id("first"), at(0)));
        assert!(seen.note(id("late"), at(120)));
        for later in [120, 121, 200, 240] {
            assert!(!seen.note(id("late"), at(later)), "{later}");
        }
        assert!(seen.note(id("other"), at(240)));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let seen = SeenProofs::default();
        for n in 0..3 * CAPACITY {
            assert!(seen.note(ValueHash::of(&n.to_string()), at(0)));
        }
        let generations = seen.0.lock().unwrap();
        assert!(generations.younger.len() + generations.older.len() <= 2 * CAPACITY);
    }
}
