//! Time that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gatepost::adapters::clock::Clock;
use gatepost::domain::ids::Timestamp;

/// When every test begins: 2026-03-01T12:00:00Z.
pub(crate) const START: i64 = 1_772_366_400;

/// A clock that a test sets.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(Timestamp::from_seconds(START).as_micros()))
    }
}

impl TestClock {
    /// Lets this much time pass.
    pub(crate) fn advance(&self, by: Duration) {
        self.0.store(self.now().plus(by).as_micros(), Ordering::SeqCst);
    }

    /// Sets it back by this much.
    pub(crate) fn set_back(&self, by: Duration) {
        self.0.store(self.now().minus(by).as_micros(), Ordering::SeqCst);
    }

    /// Microseconds since 1970.
    pub(crate) fn micros(&self) -> i64 {
        self.now().as_micros()
    }

    /// Whole seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_seconds()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
