//! Signing keys and their states: announced, active, retiring, gone.
//!
//! No state is stored. A key has dates, and what it is follows from them and the time, so every node
//! changes over at the same moment and a node that was down has nothing to catch up on.

use std::time::Duration;

use jsonwebtoken::jwk::Jwk;

use super::encryption::Sealed;
use super::ids::Timestamp;
use crate::protocol::jose::SigningAlgorithm;

/// A stored key: the public half in the clear, the private half sealed.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The RFC 7638 thumbprint.
    pub kid: String,
    /// The signature algorithm.
    pub algorithm: SigningAlgorithm,
    /// The public half.
    pub jwk: Jwk,
    /// The private half, PKCS#8, under the master key.
    pub private: Sealed,
    /// Since when it is published.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub activates_at: Timestamp,
    /// How long it stays published after its successor took over.
    pub keep_for: Duration,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// An algorithm that has keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferedAlgorithm {
    /// Which.
    pub algorithm: SigningAlgorithm,
    /// From when on tokens are signed with it; until then its keys are only announced.
    pub usable_at: Timestamp,
    /// Since when nothing names it any more, if so.
    pub dropped_at: Option<Timestamp>,
}

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyState {
    /// Published, not yet signing.
    Announced,
    /// Signing.
    Active,
    /// Not signing any more; published until the last token it signed has expired.
    Retiring,
    /// Not published any more.
    Gone,
    /// Removed from the key set at once; the tokens it signed are no longer valid.
    Revoked,
}

impl KeyState {
    /// The states in which a key is in the JWKS.
    pub const PUBLISHED: [Self; 3] = [Self::Announced, Self::Active, Self::Retiring];

    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
            Self::Revoked => "revoked",
        }
    }

    /// Whether a key in this state is in the JWKS.
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Announced | Self::Active | Self::Retiring)
    }
}

/// The keys of one algorithm, in the order in which they sign.
#[derive(Clone, Debug)]
pub struct KeySequence(Vec<SigningKey>);

impl KeySequence {
    /// The keys of this algorithm among all.
    pub fn of(algorithm: SigningAlgorithm, keys: &[SigningKey]) -> Self {
        let mut sequence: Vec<_> = keys.iter().filter(|key| key.algorithm == algorithm).cloned().collect();
        sequence.sort_by(|a, b| (a.activates_at, &a.kid).cmp(&(b.activates_at, &b.kid)));
        Self(sequence)
    }

    /// Every key with the state it is in.
    pub fn states(&self, now: Timestamp) -> impl Iterator<Item = (&SigningKey, KeyState)> {
        self.0.iter().map(move |key| (key, self.state(key, now)))
    }

    /// The key that signs now. If the time of none has come, the one whose time is nearest: the clock was ahead when
    /// they were made, and verifiers know it already.
    pub fn active(&self, now: Timestamp) -> Option<&SigningKey> {
        let mut usable = self.0.iter().filter(|key| key.revoked_at.is_none());
        let due = usable.clone().rev().find(|key| key.activates_at <= now);
        due.or_else(|| usable.next())
    }

    /// The key that signs although its time has not come.
    pub fn premature(&self, now: Timestamp) -> Option<&SigningKey> {
        self.active(now).filter(|key| key.activates_at > now)
    }

    /// The next key to sign.
    pub fn announced(&self, now: Timestamp) -> Option<&SigningKey> {
        let active = self.active(now).map(|key| key.kid.as_str());
        let ahead = |key: &&SigningKey| key.revoked_at.is_none() && key.activates_at > now;
        self.0.iter().filter(ahead).find(|key| Some(key.kid.as_str()) != active)
    }

    /// The next key to sign, if that is further away than any key is made for: the clock was ahead then.
    pub fn distant(&self, now: Timestamp, policy: &RotationPolicy) -> Option<&SigningKey> {
        let furthest = now.plus(policy.rotate_every.max(policy.announce_for));
        self.announced(now).filter(|key| key.activates_at > furthest)
    }

    /// The next moment at which some key's state changes by itself.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let gone = self.0.iter().filter_map(|key| self.retires_at(key).map(|at| at.plus(key.keep_for)));
        self.0.iter().map(|key| key.activates_at).chain(gone).filter(|at| *at > now).min()
    }

    fn state(&self, key: &SigningKey, now: Timestamp) -> KeyState {
        if key.revoked_at.is_some() {
            return KeyState::Revoked;
        }
        if key.activates_at > now {
            let signs = self.active(now).is_some_and(|active| active.kid == key.kid);
            return if signs { KeyState::Active } else { KeyState::Announced };
        }
        match self.retires_at(key) {
            Some(retired) if retired.plus(key.keep_for) <= now => KeyState::Gone,
            Some(retired) if retired <= now => KeyState::Retiring,
            _ => KeyState::Active,
        }
    }

    /// When the key's successor takes over.
    pub fn retires_at(&self, key: &SigningKey) -> Option<Timestamp> {
        let after = self.0.iter().skip_while(|other| other.kid != key.kid).skip(1);
        after.filter(|other| other.revoked_at.is_none()).map(|other| other.activates_at).next()
    }
}

/// How keys follow one another.
#[derive(Clone, Copy, Debug)]
pub struct RotationPolicy {
    /// How long a key signs, at most.
    pub rotate_every: Duration,
    /// How long a key is published before it signs, at least.
    pub announce_for: Duration,
}

impl RotationPolicy {
    /// When a key created now, to follow one that is active since `predecessor`, begins to sign.
    ///
    /// `jitter` takes up to a tenth off the interval (at 255), so that no verifier relies on a date. However late the
    /// server is, the new key is announced first.
    pub fn activation(&self, predecessor: Timestamp, now: Timestamp, jitter: u8) -> Timestamp {
        let early = self.rotate_every.mul_f64(f64::from(jitter) / 2550.0);
        predecessor.plus(self.rotate_every.saturating_sub(early)).max(now.plus(self.announce_for))
    }

    /// How long a verifier may keep the JWKS: a third of the announcement, so that even one that fetched a
    /// moment before a key was announced, from a node that was late to learn of it, fetches again in time.
    /// A day at most.
    pub fn jwks_max_age(&self) -> Duration {
        (self.announce_for / 3).min(Duration::from_hours(24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn key(kid: &str, activates: i64) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            algorithm: SigningAlgorithm::EdDsa,
            jwk: serde_json::from_str(r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#).unwrap(),
            private: Sealed::for_test(),
            created_at: at(0),
            activates_at: at(activates),
            keep_for: Duration::from_secs(50),
            revoked_at: None,
        }
    }

    fn states(keys: &[SigningKey], now: i64) -> Vec<(String, KeyState)> {
        let sequence = KeySequence::of(SigningAlgorithm::EdDsa, keys);
        sequence.states(at(now)).map(|(key, state)| (key.kid.clone(), state)).collect()
    }

    #[test]
    fn a_key_is_announced_then_active_then_retiring_then_gone() {
        use KeyState::{Active, Announced, Gone, Retiring};
        let keys = [key("b", 100), key("a", 0)];
        let pairs = |a, b| vec![("a".to_owned(), a), ("b".to_owned(), b)];
        assert_eq!(states(&keys, 99), pairs(Active, Announced));
        assert_eq!(states(&keys, 100), pairs(Retiring, Active));
        assert_eq!(states(&keys, 149), pairs(Retiring, Active));
        assert_eq!(states(&keys, 150), pairs(Gone, Active));
    }

    #[test]
    fn a_revoked_key_neither_signs_nor_retires_its_predecessor() {
        let revoked = SigningKey { revoked_at: Some(at(110)), ..key("b", 100) };
        let keys = [key("a", 0), revoked];
        assert_eq!(states(&keys, 120), [("a".to_owned(), KeyState::Active), ("b".to_owned(), KeyState::Revoked)]);
        let sequence = KeySequence::of(SigningAlgorithm::EdDsa, &keys);
        assert_eq!(sequence.active(at(120)).unwrap().kid, "a");
    }

    #[test]
    fn where_no_key_is_due_the_nearest_signs() {
        let revoked = SigningKey { revoked_at: Some(at(1)), ..key("a", 900) };
        let keys = [key("c", 2000), key("b", 1000), revoked];
        let sequence = KeySequence::of(SigningAlgorithm::EdDsa, &keys);
        assert_eq!(sequence.active(at(10)).unwrap().kid, "b");
        assert_eq!(sequence.premature(at(10)).unwrap().kid, "b");
        assert_eq!(sequence.announced(at(10)).unwrap().kid, "c");
        assert!(sequence.premature(at(1000)).is_none());
        let states: Vec<_> = sequence.states(at(10)).map(|(_, state)| state).collect();
        assert_eq!(states, [KeyState::Revoked, KeyState::Active, KeyState::Announced]);
    }

    #[test]
    fn a_key_is_distant_if_the_policy_would_never_have_dated_it_so() {
        let policy = RotationPolicy { rotate_every: Duration::from_secs(500), announce_for: Duration::from_secs(50) };
        let distant = |activates| {
            let keys = [key("a", 0), key("b", activates)];
            KeySequence::of(SigningAlgorithm::EdDsa, &keys).distant(at(10), &policy).is_some()
        };
        assert!(!distant(510));
        assert!(distant(511));
    }

    #[test]
    fn the_next_change_is_the_nearest_date_ahead() {
        let sequence = KeySequence::of(SigningAlgorithm::EdDsa, &[key("a", 0), key("b", 100)]);
        assert_eq!(sequence.next_change(at(10)), Some(at(100)));
        assert_eq!(sequence.next_change(at(100)), Some(at(150)));
        assert_eq!(sequence.next_change(at(150)), None);
    }

    #[test]
    fn a_new_key_is_announced_in_full_however_late_the_rotation_is() {
        let policy = RotationPolicy { rotate_every: Duration::from_secs(100), announce_for: Duration::from_secs(20) };
        assert_eq!(policy.activation(at(0), at(0), 0), at(100));
        assert_eq!(policy.activation(at(0), at(0), 255), at(90));
        assert_eq!(policy.activation(at(0), at(500), 0), at(520));
    }

    #[test]
    fn verifiers_fetch_again_well_before_an_announced_key_signs() {
        let policy = |seconds| RotationPolicy {
            rotate_every: Duration::from_secs(4 * seconds),
            announce_for: Duration::from_secs(seconds),
        };
        assert_eq!(policy(3600).jwks_max_age(), Duration::from_secs(1200));
        assert_eq!(policy(14 * 24 * 3600).jwks_max_age(), Duration::from_secs(24 * 3600));
    }
}
