//! Limits on wrong secrets, so that guessing is useless and an attack on an application affects neither the others nor
//! its own requests from another network.
//!
//! A wrong secret is refused with 429 after too many, a right one never for that reason: it is compared as long as
//! comparisons are left, and after that one a second for each network.
//!
//! The counts are kept in this process, because they protect its processor. Limits that must hold across nodes are
//! counted in the database.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use quick_cache::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::sleep;

use crate::config::RateLimits;
use crate::domain::ids::{ClientId, Timestamp};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The length of a counting window.
const WINDOW: Duration = Duration::from_mins(1);

/// How long a comparison beyond the limit waits.
const LATE: Duration = Duration::from_secs(1);

/// How many counts are kept; beyond that the least used are evicted.
const CAPACITY: usize = 50_000;

/// The subjects whose guesses are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    /// Wrong secrets for a client id, whether an application has it or not, from a network.
    Secrets(ClientId, IpAddr),
    /// Wrong secrets from a network.
    SecretsFrom(IpAddr),
    /// Comparisons of secrets whose hint or fingerprint is right.
    Promising(ClientId, IpAddr),
    /// The other comparisons.
    Comparisons(ClientId, IpAddr),
    /// The other comparisons for a network.
    ComparisonsFor(IpAddr),
    /// An application's guesses at addresses with an account.
    Accounts(ClientId),
}

#[derive(Debug)]
struct Count {
    since: AtomicI64,
    guesses: AtomicU32,
}

/// How many guesses are allowed in a window; none, where they are not limited.
#[derive(Debug)]
struct Allowed {
    per_application: Option<u32>,
    per_address: Option<u32>,
}

impl Allowed {
    fn by(limits: &RateLimits) -> Self {
        let enabled = |limit: u32| limits.enabled.then_some(limit);
        Self {
            per_application: enabled(limits.token_failures_per_application),
            per_address: enabled(limits.token_failures_per_address),
        }
    }
}

/// The counts of the current windows.
pub struct GuessLimits {
    limits: ArcSwap<Allowed>,
    counts: Cache<Counted, Arc<Count>>,
    late: Cache<IpAddr, Arc<Mutex<()>>>,
}

/// Whether a presented secret looks like a stored one before the hashes are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// By its hint or fingerprint, which an attacker does not come by through guessing.
    Seen,
    /// Only a comparison can tell.
    Unknown,
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
        let limits = ArcSwap::from_pointee(Allowed::by(limits));
        Self { limits, counts: Cache::new(CAPACITY), late: Cache::new(CAPACITY) }
    }

    /// Other limits from now on; what was counted stays counted.
    pub fn set_limits(&self, limits: &RateLimits) {
        self.limits.store(Arc::new(Allowed::by(limits)));
    }

    /// Counts a wrong secret; after too many, refuses it with the time of the next one.
    pub fn count(&self, client_id: &ClientId, address: IpAddr, now: Timestamp) -> Result<(), Refusal> {
        let (network, limits) = (network_of(address), self.limits.load());
        let counted = [
            (Counted::Secrets(client_id.clone(), network), limits.per_application),
            (Counted::SecretsFrom(network), limits.per_address),
        ];
        self.admit_all(counted, now).map(|_| ()).map_err(too_many_secrets)
    }

    /// Admits one more comparison with a stored hash, or refuses with the time of the next one. It is counted before it
    /// is made, so that parallel requests cannot exceed the limit.
    pub fn admit(
        &self,
        client_id: &ClientId,
        address: IpAddr,
        likeness: Likeness,
        now: Timestamp,
    ) -> Result<Guess, Refusal> {
        let (network, limits) = (network_of(address), self.limits.load());
        let (counted, over_all) = match likeness {
            Likeness::Seen => (Counted::Promising(client_id.clone(), network), None),
            Likeness::Unknown => (Counted::Comparisons(client_id.clone(), network), limits.per_address),
        };
        let counted = [(counted, limits.per_application), (Counted::ComparisonsFor(network), over_all)];
        self.admit_all(counted, now).map_err(too_many_secrets)
    }

    /// The turn for a comparison beyond the limit, so that a right secret is still recognised: one a second for each
    /// network, at no more cost than the limit allows. None while another has it.
    pub async fn late_turn(&self, address: IpAddr) -> Option<OwnedMutexGuard<()>> {
        let turn = self.late.get_or_insert_with(&network_of(address), || Ok::<_, Infallible>(Arc::default()));
        let turn = turn.unwrap_or_default().try_lock_owned().ok()?;
        sleep(LATE).await;
        Some(turn)
    }

    /// The same for addresses that an application names: each without an account is a wrong guess. After too many every
    /// further request is refused, because a refusal that depended on the address would reveal whether it has an
    /// account.
    pub fn admit_address(&self, client_id: &ClientId, now: Timestamp) -> Result<Guess, Refusal> {
        let counted = [(Counted::Accounts(client_id.clone()), self.limits.load().per_application)];
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

fn too_many_secrets(wait: Duration) -> Refusal {
    too_many("too many wrong client secrets; wait and try again", wait)
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
        let limits =
            ArcSwap::from_pointee(Allowed { per_application: Some(per_application), per_address: Some(per_address) });
        GuessLimits { limits, counts: Cache::new(100), late: Cache::new(100) }
    }

    fn client(id: &str) -> ClientId {
        id.parse().unwrap()
    }

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    #[test]
    fn wrong_secrets_run_out_for_a_client_id_in_a_network_and_come_back_with_the_next_window() {
        let limits = limits(2, 100);
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let later = NOW.plus(Duration::from_secs(20));
        limits.count(&client("a"), here, NOW).unwrap();
        limits.count(&client("a"), here, later).unwrap();
        let refusal = limits.count(&client("a"), here, later).unwrap_err();
        assert_eq!((refusal.code, refusal.retry_after), (ErrorCode::TooManyRequests, Some(Duration::from_secs(40))));
        assert!(limits.count(&client("b"), here, later).is_ok());
        assert!(limits.count(&client("a"), there, later).is_ok(), "another network has its own");
        assert!(limits.count(&client("a"), here, NOW.plus(Duration::from_secs(60))).is_ok());
    }

    #[tokio::test]
    async fn beyond_the_limit_a_network_has_one_comparison_at_a_time() {
        let limits = limits(1, 100);
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let (turn, other) = tokio::join!(limits.late_turn(here), limits.late_turn(there));
        assert!(turn.is_some() && other.is_some());
        assert!(limits.late_turn(here).await.is_none());
        drop(turn);
        assert!(limits.late_turn(here).await.is_some());
    }

    #[test]
    fn guesses_at_accounts_are_counted_for_themselves() {
        let limits = limits(1, 100);
        let _unknown = limits.admit_address(&client("a"), NOW).unwrap();
        assert!(limits.admit_address(&client("a"), NOW).is_err());
        assert!(limits.admit_address(&client("b"), NOW).is_ok());
        assert!(limits.count(&client("a"), IpAddr::from([10, 0, 0, 1]), NOW).is_ok());
    }

    #[test]
    fn right_secrets_do_not_count() {
        let limits = limits(1, 1);
        for likeness in [Likeness::Seen, Likeness::Unknown] {
            for _ in 0..10 {
                limits.admit(&client("a"), IpAddr::from([10, 0, 0, 1]), likeness, NOW).unwrap().withdraw();
            }
        }
    }

    #[test]
    fn what_looks_right_is_compared_when_guesses_are_used_up() {
        let limits = limits(1, 1);
        let here = IpAddr::from([10, 0, 0, 1]);
        limits.count(&client("a"), here, NOW).unwrap();
        let _compared = limits.admit(&client("a"), here, Likeness::Unknown, NOW).unwrap();
        assert!(limits.admit(&client("a"), here, Likeness::Unknown, NOW).is_err());
        assert!(limits.admit(&client("a"), here, Likeness::Seen, NOW).is_ok());
    }

    #[test]
    fn an_address_is_limited_over_all_applications_and_an_ipv6_network_counts_as_one() {
        let limits = limits(100, 1);
        limits.count(&client("a"), "2001:db8::1".parse().unwrap(), NOW).unwrap();
        assert!(limits.count(&client("b"), "2001:db8::2".parse().unwrap(), NOW).is_err());
        assert!(limits.count(&client("b"), "2001:db8:0:1::2".parse().unwrap(), NOW).is_ok());
    }
}
