//! When devices may poll next (RFC 8628 §3.5).
//!
//! The times are kept in this process: a poll must not cost a write, and each node protects itself. A device that
//! spreads its polls over several nodes is told to slow down by each that it asks too often.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;
use crate::protocol::device::{POLL_INTERVAL, SLOW_DOWN_BY};

/// How many devices' times are kept; beyond that the least used are evicted.
const CAPACITY: usize = 50_000;

/// A device that polls by a regular clock arrives earlier than its interval where the way was shorter this time.
const TOLERANCE: Duration = Duration::from_millis(500);

/// Whether a poll came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::flows) enum Poll {
    InTime,
    TooEarly,
}

#[derive(Debug, Default)]
struct Pace {
    last: Option<Timestamp>,
    interval: Duration,
}

/// The times of the last polls, and how long each device has to wait between two.
pub(in crate::flows) struct PollTimes(Cache<ValueHash, Arc<Mutex<Pace>>>);

impl Default for PollTimes {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl PollTimes {
    /// Notes a poll. Each that comes too early makes the interval longer, for this device and from now on.
    pub(in crate::flows) fn note(&self, device_code: ValueHash, now: Timestamp) -> Poll {
        let new = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(pace) = self.0.get_or_insert_with(&device_code, new);
        let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
        let interval = pace.interval.max(POLL_INTERVAL);
        let is_early = pace.last.is_some_and(|last| now.plus(TOLERANCE) < last.plus(interval));
        *pace =
            Pace { last: Some(now), interval: if is_early { interval.saturating_add(SLOW_DOWN_BY) } else { interval } };
        if is_early { Poll::TooEarly } else { Poll::InTime }
    }

    /// Forgets a device that polls no more.
    pub(in crate::flows) fn forget(&self, device_code: ValueHash) {
        self.0.remove(&device_code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(1000).plus(Duration::from_secs_f64(seconds))
    }

    #[test]
    fn each_poll_that_is_too_early_makes_the_interval_five_seconds_longer() {
        let (times, code) = (PollTimes::default(), ValueHash::of("device"));
        let in_time = |seconds| times.note(code, at(seconds)) == Poll::InTime;
        assert_eq!([0.0, 5.0, 9.8, 15.0].map(in_time), [true; 4], "every five seconds, more or less");
        assert_eq!([18.0, 25.0].map(in_time), [false; 2], "three seconds, then seven of ten");
        assert_eq!([40.0, 55.0].map(in_time), [true; 2], "fifteen are enough");
        assert_eq!([65.0, 85.0, 95.0].map(in_time), [false, true, false], "and stay what it takes");
    }

    #[test]
    fn devices_do_not_slow_each_other_down_and_are_forgotten() {
        let (times, one, other) = (PollTimes::default(), ValueHash::of("one"), ValueHash::of("other"));
        assert_eq!([times.note(one, at(0.0)), times.note(other, at(1.0))], [Poll::InTime; 2]);
        assert_eq!(times.note(one, at(2.0)), Poll::TooEarly);
        times.forget(one);
        assert_eq!(times.note(one, at(3.0)), Poll::InTime);
    }

    #[test]
    fn of_many_polls_at_the_same_time_one_is_in_time() {
        let (times, code) = (PollTimes::default(), ValueHash::of("device"));
        let in_time = std::thread::scope(|scope| {
            let polls: Vec<_> = (0..20).map(|_| scope.spawn(|| times.note(code, at(0.0)))).collect();
            polls.into_iter().map(|poll| poll.join().unwrap()).filter(|poll| *poll == Poll::InTime).count()
        });
        assert_eq!(in_time, 1);
    }
}
