//! Upstreams: other OpenID providers at which people may sign in, and whose accounts there belong to which here.

use std::time::Duration;

use super::ids::{PendingIdentityId, Timestamp, UpstreamIdentityId, UserId};
use super::one_time::ValueHash;
use super::sign_in::Purpose;

pub use super::upstream_name::{UpstreamName, UpstreamNameError};

/// How long somebody may take to sign in at an upstream.
pub const SIGN_IN_LIFETIME: Duration = Duration::from_mins(15);

/// How long an identity waits for the proof of the account that it is to belong to.
pub const PENDING_LIFETIME: Duration = Duration::from_hours(1);

/// How many identities one account has at most.
pub const MOST_IDENTITIES: usize = 10;

/// How old a sign-in at an upstream is taken to be that does not say when it was.
pub const ASSUMED_AGE: Duration = Duration::from_hours(24);

/// How long a failure is shown to operators.
pub const FAILURES_KEPT_FOR: Duration = Duration::from_hours(14 * 24);

/// A sign-in that was begun at an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamSignIn {
    /// The hash of the nonce that the ID token must have.
    pub nonce: ValueHash,
    /// What happens after it.
    pub purpose: Purpose,
    /// How long ago the person may have signed in there.
    pub max_age: Option<Duration>,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// Why a sign-in at an upstream is not recent enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotRecent;

/// By how much the clock of an upstream may be behind.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

impl UpstreamSignIn {
    /// When the person signed in, by what the upstream says, as far as that is enough. What has to be recent must be
    /// said, and what is not said is taken to be old.
    pub fn auth_time(&self, said: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, NotRecent> {
        let Some(said) = said.map(|said| said.min(now)) else {
            return if self.max_age.is_none() { Ok(now.minus(ASSUMED_AGE)) } else { Err(NotRecent) };
        };
        match self.max_age {
            None => Ok(said),
            // Anew: after it was asked for.
            Some(Duration::ZERO) if said.plus(CLOCK_SKEW) >= self.created_at => Ok(said.max(self.created_at)),
            Some(age) if !age.is_zero() && now.since(said) <= age => Ok(said),
            Some(_) => Err(NotRecent),
        }
    }
}

/// An account at an upstream that signs in to an account here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamIdentity {
    /// The key of its row.
    pub id: UpstreamIdentityId,
    /// The account here.
    pub user: UserId,
    /// The upstream's name when it was connected.
    pub upstream: UpstreamName,
    /// The upstream's issuer identifier: with `subject` what the identity is known by.
    pub issuer: String,
    /// Its `sub` there.
    pub subject: String,
    /// Its address there, for people to recognise it.
    pub address: Option<String>,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it last signed in.
    pub last_used_at: Option<Timestamp>,
}

/// An identity that belongs to no account yet: it waits for somebody to prove the account that it is to belong to, in the
/// browser that it signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingIdentity {
    /// The key of its row.
    pub id: PendingIdentityId,
    /// The upstream's name.
    pub upstream: UpstreamName,
    /// The upstream's issuer identifier.
    pub issuer: String,
    /// Its `sub` there.
    pub subject: String,
    /// Its address there.
    pub address: Option<String>,
    /// What happens afterwards.
    pub purpose: Purpose,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

/// Why an upstream signed nobody in. It names no person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFailure {
    /// The reason.
    pub why: String,
    /// How often it was that.
    pub times: i64,
    /// When it last was.
    pub last_at: Timestamp,
}

/// What happened between an account and an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamChange {
    /// An identity signs in to the account from now on.
    Linked,
    /// It does not any more.
    Unlinked,
    /// It did.
    SignedIn,
}

impl UpstreamChange {
    /// The name of the event.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Linked => "upstream.linked",
            Self::Unlinked => "upstream.unlinked",
            Self::SignedIn => "upstream.signed_in",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn begun(max_age: Option<u64>) -> UpstreamSignIn {
        UpstreamSignIn {
            nonce: ValueHash::of("n"),
            purpose: Purpose::Page("/account".to_owned()),
            max_age: max_age.map(Duration::from_secs),
            created_at: at(100_000),
        }
    }

    #[test]
    fn a_sign_in_is_as_old_as_the_upstream_says_and_old_where_it_says_nothing() {
        let now = at(100_030);
        assert_eq!(begun(None).auth_time(Some(at(90_000)), now), Ok(at(90_000)));
        assert_eq!(begun(None).auth_time(Some(at(200_000)), now), Ok(now), "not in the future");
        assert_eq!(begun(None).auth_time(None, now), Ok(at(13_630)));
    }

    #[test]
    fn what_has_to_be_recent_has_to_be_said_so() {
        let now = at(100_030);
        assert_eq!(begun(Some(0)).auth_time(None, now), Err(NotRecent));
        assert_eq!(begun(Some(0)).auth_time(Some(at(99_000)), now), Err(NotRecent), "it went on as it was");
        assert_eq!(begun(Some(0)).auth_time(Some(at(99_950)), now), Ok(at(100_000)), "its clock is behind");
        assert_eq!(begun(Some(0)).auth_time(Some(at(100_020)), now), Ok(at(100_020)));
        assert_eq!(begun(Some(600)).auth_time(Some(at(99_500)), now), Ok(at(99_500)));
        assert_eq!(begun(Some(600)).auth_time(Some(at(99_400)), now), Err(NotRecent));
        assert_eq!(begun(Some(600)).auth_time(None, now), Err(NotRecent));
    }
}
