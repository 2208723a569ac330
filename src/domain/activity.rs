//! What an application's owner can see: how much it is used, which requests failed and why.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use super::ids::Timestamp;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::named::named;
use crate::protocol::token::GrantType;

/// How many requests of an application are kept of each [`Quota`].
pub const REQUESTS_KEPT: i64 = 100;

/// How many unauthenticated requests are kept of the same error from the same network.
pub const ALIKE_KEPT: i64 = 10;

/// How long a request is kept at most.
pub const REQUESTS_KEPT_FOR: Duration = Duration::from_hours(14 * 24);

/// How long the counts of a day are kept.
pub const DAYS_KEPT_FOR: Duration = Duration::from_hours(90 * 24);

named! {
    /// An endpoint whose requests are recorded for the application that they name.
    #[derive(PartialOrd, Ord)]
    pub enum Endpoint {
        /// The token endpoint (RFC 6749 §3.2).
        Token = "/token",
        /// The authorization endpoint, by browser (RFC 6749 §3.1) or as JSON.
        Authorize = "/oauth/authorize",
        /// Pushed authorization requests (RFC 9126).
        PushedRequest = "/oauth/par",
        /// Requests of devices (RFC 8628 §3.1).
        DeviceAuthorization = "/oauth/device_authorization",
        /// Introspection (RFC 7662).
        Introspect = "/oauth/introspect",
        /// Revocation (RFC 7009).
        Revoke = "/oauth/revoke",
        /// RP-initiated logout.
        Logout = "/oauth/logout",
    }
}

/// A request that named an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedRequest {
    /// When it arrived; of several, the last.
    pub at: Timestamp,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The grant it asked for, at the token endpoint.
    pub grant: Option<GrantType>,
    /// Why it failed; none if it succeeded.
    pub failure: Option<Failure>,
    /// How many equal requests this stands for.
    pub times: u64,
    /// The trace id of its log line; of several, the first.
    pub trace_id: String,
    /// The network it came from.
    pub network: String,
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The value of `error`.
    pub error: String,
    /// The `error_description` that was sent, or what it left out because it is for the owner alone.
    pub reason: String,
    /// The parameter that differs from what is registered, if that is the reason.
    pub mismatch: Option<Mismatch>,
    /// Whether the application had authenticated before.
    pub proven: bool,
}

/// Requests that share one limit on how many are kept, so that unauthenticated requests do not push out those of the
/// application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// They succeeded.
    Success,
    /// They failed after the application had authenticated.
    Proven,
    /// They failed without authentication, so an attacker may have sent them.
    Unproven,
}

impl NotedRequest {
    /// The limit that it counts against.
    pub fn quota(&self) -> Quota {
        match &self.failure {
            None => Quota::Success,
            Some(Failure { proven: true, .. }) => Quota::Proven,
            Some(Failure { proven: false, .. }) => Quota::Unproven,
        }
    }

    /// Whether one line can stand for another request too: they differ only in time and trace id. Without
    /// authentication only the error code is compared and not the sentence, which quotes what was sent.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.endpoint, self.grant, &self.network) == (other.endpoint, other.grant, &other.network)
            && match (&self.failure, &other.failure) {
                (Some(failure), Some(other)) if !failure.proven && !other.proven => {
                    (&failure.error, failure.field()) == (&other.error, other.field())
                }
                (failure, other) => failure == other,
            }
    }
}

impl Failure {
    fn field(&self) -> Option<Field> {
        self.mismatch.as_ref().map(|mismatch| mismatch.field)
    }
}

/// What is counted of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// A token issued for this grant.
    Issued(GrantType),
    /// A request that failed.
    Failed,
}

impl Counted {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued(grant) => grant.name(),
            Self::Failed => "failed",
        }
    }
}

impl FromStr for Counted {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == Self::Failed.name() { Ok(Self::Failed) } else { name.parse().map(Self::Issued) }
    }
}

/// What was counted on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The first moment of the day, UTC.
    pub day: Timestamp,
    /// The tokens issued.
    pub tokens: u64,
    /// The tokens by grant, grants without tokens left out.
    pub by_grant: Vec<(GrantType, u64)>,
    /// The requests that failed.
    pub failures: u64,
}

impl DayCount {
    /// A day on which nothing has happened yet.
    pub const fn empty(day: Timestamp) -> Self {
        Self { day, tokens: 0, by_grant: Vec::new(), failures: 0 }
    }

    /// Adds what was counted.
    pub fn add(&mut self, counted: Counted, total: u64) {
        match counted {
            Counted::Issued(grant) => {
                self.tokens = self.tokens.saturating_add(total);
                self.by_grant.push((grant, total));
            }
            Counted::Failed => self.failures = self.failures.saturating_add(total),
        }
    }
}

/// The network of an address, precise enough to tell an office from a data centre and too coarse to identify a person:
/// `203.0.113.0/24`, `2001:db8:1::/48`.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_network_only() {
        for (address, known) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
            ("::1", "::/48"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ] {
            assert_eq!(network(address.parse().unwrap()), known);
        }
    }

    #[test]
    fn what_is_counted_is_found_by_its_name() {
        for counted in GrantType::ALL.map(Counted::Issued).into_iter().chain([Counted::Failed]) {
            assert_eq!(counted.name().parse(), Ok(counted));
        }
        assert!("unknown".parse::<Counted>().is_err());
    }

    fn request(failure: Option<Failure>) -> NotedRequest {
        NotedRequest {
            at: Timestamp::from_seconds(1),
            endpoint: Endpoint::Token,
            grant: Some(GrantType::ClientCredentials),
            failure,
            times: 1,
            trace_id: "one".to_owned(),
            network: "192.0.2.0/24".to_owned(),
        }
    }

    fn failure(reason: &str, proven: bool) -> Failure {
        let error = "invalid_client".to_owned();
        Failure { error, reason: reason.to_owned(), mismatch: None, proven }
    }

    #[test]
    fn requests_are_alike_that_differ_only_in_time_and_trace() {
        let later =
            NotedRequest { at: Timestamp::from_seconds(9), trace_id: "two".to_owned(), times: 3, ..request(None) };
        assert!(request(None).is_like(&later));
        let elsewhere = NotedRequest { network: "198.51.100.0/24".to_owned(), ..request(None) };
        let other_endpoint = NotedRequest { endpoint: Endpoint::Revoke, ..request(None) };
        let other_grant = NotedRequest { grant: None, ..request(None) };
        for other in [elsewhere, other_endpoint, other_grant, request(Some(failure("wrong", false)))] {
            assert!(!request(None).is_like(&other), "{other:?}");
        }
    }

    #[test]
    fn the_sentence_counts_only_after_authentication() {
        let alike = |one: Failure, other: Failure| request(Some(one)).is_like(&request(Some(other)));
        assert!(alike(failure("a", false), failure("b", false)), "an attacker chooses what is quoted");
        assert!(!alike(failure("a", true), failure("b", true)));
        assert!(alike(failure("a", true), failure("a", true)));
        assert!(!alike(failure("a", false), failure("a", true)));
        let other_error = Failure { error: "invalid_grant".to_owned(), ..failure("a", false) };
        assert!(!alike(failure("a", false), other_error));
    }

    #[test]
    fn each_outcome_has_its_own_limit() {
        let quota = |failure| request(failure).quota();
        assert_eq!(quota(None), Quota::Success);
        assert_eq!(quota(Some(failure("a", true))), Quota::Proven);
        assert_eq!(quota(Some(failure("a", false))), Quota::Unproven);
    }

    #[test]
    fn a_day_adds_up_what_was_issued_and_what_failed() {
        let mut day = DayCount::empty(Timestamp::from_seconds(0));
        day.add(Counted::Issued(GrantType::ClientCredentials), 2);
        day.add(Counted::Issued(GrantType::RefreshToken), 3);
        day.add(Counted::Failed, 4);
        day.add(Counted::Failed, 5);
        let by_grant = vec![(GrantType::ClientCredentials, 2), (GrantType::RefreshToken, 3)];
        assert_eq!(day, DayCount { day: Timestamp::from_seconds(0), tokens: 5, by_grant, failures: 9 });
    }
}
