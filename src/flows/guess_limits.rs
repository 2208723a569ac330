//! Limits on wrong secrets, so that guessing is useless and an attack on one application does not affect the others.
//!
//! The counts are kept in this process, because they protect its processor. Limits that must hold across nodes are
//! counted in the database.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::config::RateLimits;
use crate::domain::ids::{ClientId, Timestamp};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The length of a counting window.
const WINDOW: Duration = Duration::from_mins(1);

/// How many counts are kept; beyond that the least used are evicted.
const CAPACITY: usize = 50_000;

/// The subjects whose guesses are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    Application(ClientId),
    Address(IpAddr),
    /// An application's guesses at addresses with an account.
    Accounts(ClientId),
}

#[derive(Debug)]
struct Count {
    since: AtomicI64,
    guesses: AtomicU32,
}

/// The counts of the current windows.
pub struct GuessLimits {
    per_application: Option<u32>,
    per_address: Option<u32>,
    counts: Cache<Counted, Arc<Count>>,
}

/// A guess that is counted as wrong until it is withdrawn.
#[must_use]
pub struct Guess(Vec<Arc<Count>>);

impl Guess {
    /// Takes it out of the count: it was right, or was not compared.
    pub fn withdraw(self) {
        for count in self.0 {
            count.guesses.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl GuessLimits {
    /// Limits as configured.
    pub fn new(limits: &RateLimits) -> Self {
        let enabled = |limit: u32| limits.enabled.then_some(limit);
        Self {
            per_application: enabled(limits.token_failures_per_application),
            per_address: enabled(limits.token_failures_per_address),
            counts: Cache::new(CAPACITY),
        }
    }

    /// Admits one more guess at this application's secret, or refuses with the time of the next one. It is counted
    /// before it is compared, so that parallel requests cannot exceed the limit.
    pub fn admit(&self, client_id: &ClientId, address: IpAddr, now: Timestamp) -> Result<Guess, Refusal> {
        let counted = [
            (Counted::Application(client_id.clone()), self.per_application),
            (Counted::Address(network_of(address)), self.per_address),
        ];
        self.admit_all(counted, now).map_err(|wait| too_many("too many wrong client secrets; wait and try again", wait))
    }

    /// The same for addresses that an application names: each without an account is a wrong guess. After too many every
    /// further request is refused, because a refusal that depended on the address would reveal whether it has an
    /// account.
    pub fn admit_address(&self, client_id: &ClientId, now: Timestamp) -> Result<Guess, Refusal> {
        let counted = [(Counted::Accounts(client_id.clone()), self.per_application)];
        let what = "too many addresses without an account; wait and try again";
        self.admit_all(counted, now).map_err(|wait| too_many(what, wait))
    }

    /// Counts a guess in all counters, or in none and returns how long to wait.
    fn admit_all<const N: usize>(
        &self,
        counted: [(Counted, Option<u32>); N],
        now: Timestamp,
    ) -> Result<Guess, Duration> {
        let mut guess = Guess(Vec::with_capacity(N));
        for (key, limit) in counted {
            let Some(limit) = limit else { continue };
            let count = self.count_of(key, now);
            let before = count.guesses.fetch_add(1, Ordering::AcqRel);
            let since = Timestamp::from_micros(count.since.load(Ordering::Acquire));
            guess.0.push(count);
            if before >= limit {
                guess.withdraw();
                return Err(since.plus(WINDOW).since(now).max(Duration::from_secs(1)));
            }
        }
        Ok(guess)
    }

    fn count_of(&self, key: Counted, now: Timestamp) -> Arc<Count> {
        let fresh = || Arc::new(Count { since: AtomicI64::new(now.as_micros()), guesses: AtomicU32::new(0) });
        let current = self.counts.get(&key).filter(|count| {
            let since = Timestamp::from_micros(count.since.load(Ordering::Acquire));
            since <= now && now.since(since) < WINDOW
        });
        current.unwrap_or_else(|| {
            let count = fresh();
            self.counts.insert(key, Arc::clone(&count));
            count
        })
    }
}

fn too_many(what: &'static str, wait: Duration) -> Refusal {
    Refusal::new(ErrorCode::TooManyRequests, what).retry_after(wait)
}

/// An IPv6 host can choose among 2^64 addresses of its network, so the network is what is counted.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(per_application: u32, per_address: u32) -> GuessLimits {
        GuessLimits { per_application: Some(per_application), per_address: Some(per_address), counts: Cache::new(100) }
    }

    fn client(id: &str) -> ClientId {
        id.parse().unwrap()
    }

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    #[test]
    fn wrong_guesses_run_out_and_come_back_with_the_next_window() {
        let limits = limits(2, 100);
        let address = IpAddr::from([10, 0, 0, 1]);
        let _first = limits.admit(&client("a"), address, NOW).unwrap();
        let _second = limits.admit(&client("a"), address, NOW.plus(Duration::from_secs(20))).unwrap();
        let refusal = limits.admit(&client("a"), address, NOW.plus(Duration::from_secs(20))).err().unwrap();
        assert_eq!((refusal.code, refusal.retry_after), (ErrorCode::TooManyRequests, Some(Duration::from_secs(40))));
        assert!(limits.admit(&client("b"), address, NOW).is_ok());
        assert!(limits.admit(&client("a"), address, NOW.plus(Duration::from_secs(60))).is_ok());
    }

    #[test]
    fn guesses_at_accounts_are_counted_for_themselves() {
        let limits = limits(1, 100);
        let _unknown = limits.admit_address(&client("a"), NOW).unwrap();
        assert!(limits.admit_address(&client("a"), NOW).is_err());
        assert!(limits.admit_address(&client("b"), NOW).is_ok());
        assert!(limits.admit(&client("a"), IpAddr::from([10, 0, 0, 1]), NOW).is_ok());
    }

    #[test]
    fn right_guesses_do_not_count() {
        let limits = limits(1, 1);
        for _ in 0..10 {
            limits.admit(&client("a"), IpAddr::from([10, 0, 0, 1]), NOW).unwrap().withdraw();
        }
    }

    #[test]
    fn an_address_is_limited_over_all_applications_and_an_ipv6_network_counts_as_one() {
        let limits = limits(100, 1);
        let _first = limits.admit(&client("a"), "2001:db8::1".parse().unwrap(), NOW).unwrap();
        assert!(limits.admit(&client("b"), "2001:db8::2".parse().unwrap(), NOW).is_err());
        assert!(limits.admit(&client("b"), "2001:db8:0:1::2".parse().unwrap(), NOW).is_ok());
    }
}
