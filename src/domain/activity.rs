//! What an application's owner sees of it: how much it is used, what failed and why.

use std::net::IpAddr;
use std::time::Duration;

use super::ids::Timestamp;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::token::GrantType;

/// How many requests of an application are kept of each [`Quota`].
pub const REQUESTS_KEPT: i64 = 100;

/// How many are kept that anybody may have sent, of the same error from the same network.
pub const ALIKE_KEPT: i64 = 10;

/// How long a request is kept at most.
pub const REQUESTS_KEPT_FOR: Duration = Duration::from_hours(14 * 24);

/// How long the counts of a day are kept.
pub const DAYS_KEPT_FOR: Duration = Duration::from_hours(90 * 24);

/// An endpoint whose requests are noted for the application that they name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// Tokens.
    Token,
    /// Authorization requests: by browser, or as JSON.
    Authorize,
    /// Authorization requests that are pushed.
    PushedRequest,
    /// Questions about tokens.
    Introspect,
    /// Tokens ended before their time.
    Revoke,
    /// Signing out.
    Logout,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Self; 6] =
        [Self::Token, Self::Authorize, Self::PushedRequest, Self::Introspect, Self::Revoke, Self::Logout];

    /// Its path. Aliases count as the same endpoint.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "/token",
            Self::Authorize => "/oauth/authorize",
            Self::PushedRequest => "/oauth/par",
            Self::Introspect => "/oauth/introspect",
            Self::Revoke => "/oauth/revoke",
            Self::Logout => "/oauth/logout",
        }
    }

    /// The endpoint of this path.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }
}

/// A request that named an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedRequest {
    /// When; of several, the last.
    pub at: Timestamp,
    /// Where it went.
    pub endpoint: Endpoint,
    /// The grant it asked for, at the token endpoint.
    pub grant: Option<GrantType>,
    /// Why it failed; none if it did not.
    pub failure: Option<Failure>,
    /// How many there were, one right after the other.
    pub times: u64,
    /// Its name in the log; of several, the first.
    pub trace_id: String,
    /// The network it came from.
    pub network: String,
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The value of `error`.
    pub error: String,
    /// The sentence that the caller got.
    pub reason: String,
    /// What was sent against what is registered, where that is why.
    pub mismatch: Option<Mismatch>,
    /// Whether the application had proven itself before.
    pub proven: bool,
}

/// Requests that share the room there is for them. Who need not prove anything takes none from who has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// They went well.
    Success,
    /// They failed, and the application itself has sent them.
    Proven,
    /// They failed, and anybody may have sent them.
    Anybody,
}

impl NotedRequest {
    /// What it shares its room with.
    pub fn quota(&self) -> Quota {
        match &self.failure {
            None => Quota::Success,
            Some(Failure { proven: true, .. }) => Quota::Proven,
            Some(Failure { proven: false, .. }) => Quota::Anybody,
        }
    }

    /// Whether one line tells of another request too: it differs in nothing but its time and its name. Of what
    /// anybody may have sent the error counts and not the sentence, which quotes whatever they like.
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

    /// What has this name.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == Self::Failed.name() { Some(Self::Failed) } else { GrantType::from_name(name).map(Self::Issued) }
    }
}

/// What was counted on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The first moment of the day, UTC.
    pub day: Timestamp,
    /// The tokens issued.
    pub tokens: u64,
    /// The same by grant, those without any left out.
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

/// The network of an address, which tells an office from a data centre and nobody from their neighbour:
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
            assert_eq!(Counted::from_name(counted.name()), Some(counted));
        }
        assert_eq!(Counted::from_name("unknown"), None);
    }
}
