//! Authorization requests, registrations and challenges are limited before they are stored: they need no
//! authentication, and each becomes a row.
//!
//! The counts are kept in this process, because a refused request must not cost a write to the database either.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use quick_cache::sync::Cache;

use super::guess_limits::network_of;
use crate::config::RateLimits;
use crate::domain::ids::{ApplicationId, Timestamp, UserId};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// How many counts are kept; beyond that the least used are evicted.
const CAPACITY: usize = 50_000;

/// The subjects whose requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// All requests from this network address.
    Network(IpAddr),
    /// A person who is signed in. They have a count of their own, so that many people behind one address do not share a
    /// limit.
    Person(UserId),
    /// An application that looks after its own registration.
    Application(ApplicationId),
}

impl Sender {
    /// The sender at this address.
    pub(super) fn at(address: IpAddr) -> Self {
        Self::Network(network_of(address))
    }
}

/// The counts, by the generic cell rate algorithm: for each sender the moment at which its limit will be unused again.
pub struct RequestLimits {
    what: &'static str,
    by: fn(&RateLimits) -> Allowed,
    allowed: ArcSwap<Allowed>,
    unused_again: Cache<Sender, Arc<AtomicI64>>,
}

/// How many requests are allowed.
#[derive(Debug)]
struct Allowed {
    enabled: bool,
    burst: u32,
    every: Duration,
}

impl Allowed {
    const fn authorizations(limits: &RateLimits) -> Self {
        let (burst, every) = (limits.authorizations_per_ip_burst, limits.authorizations_per_ip_every);
        Self { enabled: limits.enabled, burst, every }
    }

    const fn registrations(limits: &RateLimits) -> Self {
        let (burst, every) = (limits.registrations_per_ip_burst, limits.registrations_per_ip_every);
        Self { enabled: limits.enabled, burst, every }
    }
}

impl RequestLimits {
    /// Limits on authorization requests, as configured.
    pub fn new(limits: &RateLimits) -> Self {
        let what = "too many sign-ins were begun from here; wait a moment and try again";
        Self::with(what, Allowed::authorizations, limits)
    }

    fn with(what: &'static str, by: fn(&RateLimits) -> Allowed, limits: &RateLimits) -> Self {
        Self { what, by, allowed: ArcSwap::from_pointee(by(limits)), unused_again: Cache::new(CAPACITY) }
    }

    /// Other limits from now on; what was counted stays counted.
    pub fn set_limits(&self, limits: &RateLimits) {
        self.allowed.store(Arc::new((self.by)(limits)));
    }

    /// The same on applications that register themselves, and change what they registered.
    pub fn of_registrations(limits: &RateLimits) -> Self {
        let what = "too many registrations were made or changed from here; wait a moment and try again";
        Self::with(what, Allowed::registrations, limits)
    }

    /// The same on challenges for passkeys, as many again as authorization requests.
    pub fn of_passkeys(limits: &RateLimits) -> Self {
        let what = "passkeys were asked for too often from here; wait a moment and try again";
        Self::with(what, Allowed::authorizations, limits)
    }

    /// The same on sign-ins at upstreams.
    pub fn of_upstreams(limits: &RateLimits) -> Self {
        Self::with(
            "too many sign-ins were begun from here; wait a moment and try again",
            Allowed::authorizations,
            limits,
        )
    }

    /// Admits one more request, or refuses with the time of the next one.
    pub fn admit(&self, sender: Sender, now: Timestamp) -> Result<(), Refusal> {
        let Allowed { enabled, burst, every } = **self.allowed.load();
        if !enabled {
            return Ok(());
        }
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(count) = self.unused_again.get_or_insert_with(&sender, fresh);
        let latest = now.plus(every.saturating_mul(burst.saturating_sub(1)));
        let take = |unused_again: i64| {
            let unused_again = Timestamp::from_micros(unused_again);
            (unused_again <= latest).then(|| unused_again.max(now).plus(every).as_micros())
        };
        match count.fetch_update(Ordering::AcqRel, Ordering::Acquire, take) {
            Ok(_) => Ok(()),
            Err(unused_again) => {
                let wait = Timestamp::from_micros(unused_again).since(latest);
                Err(Refusal::new(ErrorCode::TooManyRequests, self.what).retry_after(wait))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    fn limits() -> RequestLimits {
        let allowed = Allowed { enabled: true, burst: 3, every: Duration::from_secs(2) };
        RequestLimits {
            what: "too many",
            by: Allowed::authorizations,
            allowed: ArcSwap::from_pointee(allowed),
            unused_again: Cache::new(100),
        }
    }

    #[test]
    fn so_many_at_once_and_then_one_after_each_interval() {
        let (limits, sender) = (limits(), Sender::at("198.51.100.1".parse().unwrap()));
        let at = |seconds| NOW.plus(Duration::from_secs(seconds));
        let admitted = |seconds| limits.admit(sender, at(seconds)).is_ok();
        assert_eq!([0, 0, 0, 0, 1, 2, 2, 3].map(admitted), [true, true, true, false, false, true, false, false]);
        let refusal = limits.admit(sender, at(3)).unwrap_err();
        assert_eq!((refusal.code, refusal.retry_after), (ErrorCode::TooManyRequests, Some(Duration::from_secs(1))));
        assert_eq!([100, 100, 100, 100].map(admitted), [true, true, true, false], "all come back, and no more");
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_a_person_for_themselves() {
        let limits = limits();
        for host in 1..=3 {
            limits.admit(Sender::at(format!("2001:db8::{host}").parse().unwrap()), NOW).unwrap();
        }
        assert!(limits.admit(Sender::at("2001:db8::ffff".parse().unwrap()), NOW).is_err());
        assert!(limits.admit(Sender::at("2001:db8:0:1::1".parse().unwrap()), NOW).is_ok());
        assert!(limits.admit(Sender::Person(UserId::from_bytes([1; 16])), NOW).is_ok());
    }

    #[test]
    fn of_many_at_the_same_time_as_many_get_through_as_one_after_the_other() {
        let (limits, sender) = (limits(), Sender::at("198.51.100.1".parse().unwrap()));
        let tries = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..20).map(|_| scope.spawn(|| limits.admit(sender, NOW).is_ok())).collect();
            tries.into_iter().map(|one| one.join().unwrap()).filter(|admitted| *admitted).count()
        });
        assert_eq!(tries, 3);
    }
}
