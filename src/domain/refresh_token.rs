//! Refresh tokens: each is used once and has exactly one successor.
//!
//! The successor is derived from its predecessor under the master key instead of being random. So a client
//! whose answer was lost, or whose two tabs asked at once, gets the same successor again, and a family of
//! tokens can never fork.

use std::time::Duration;

use aws_lc_rs::hmac;

use super::ids::{Timestamp, TokenFamilyId};
use super::one_time::{AuthorizationCode, RefreshToken};
use crate::protocol::thumbprint::KeyThumbprint;

impl RefreshToken {
    /// The one token that follows this one, under this key.
    #[must_use]
    pub fn successor(&self, key: &[u8; 32]) -> Self {
        Self::derived(self.expose(), key)
    }

    /// The one token that begins what grows from this code, under this key.
    #[must_use]
    pub fn first_of(code: &AuthorizationCode, key: &[u8; 32]) -> Self {
        Self::derived(code.expose(), key)
    }

    fn derived(from: &str, key: &[u8; 32]) -> Self {
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), from.as_bytes());
        let mut derived = [0; 32];
        derived.copy_from_slice(mac.as_ref());
        Self::from_random(derived)
    }
}

/// A stored refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRefreshToken {
    /// The family it continues.
    pub family: TokenFamilyId,
    /// The key that whoever uses it has to prove the possession of (RFC 9449 §5).
    pub dpop_jkt: Option<KeyThumbprint>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// When it was used, if it was.
    pub spent_at: Option<Timestamp>,
}

/// The state of a presented refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenState {
    /// It can be used.
    Unused,
    /// It was used within the grace period: the answer may have been lost. Decided by whether its successor was used.
    JustUsed,
    /// It was used before: an attacker may have it.
    Used,
    /// It expired unused.
    Expired,
}

impl StoredRefreshToken {
    /// The state now; `grace` is how long a used token may be presented again, zero for never.
    pub fn state(&self, grace: Duration, now: Timestamp) -> RefreshTokenState {
        match self.spent_at {
            Some(spent) if !grace.is_zero() && now < spent.plus(grace) => RefreshTokenState::JustUsed,
            Some(_) => RefreshTokenState::Used,
            None if now >= self.expires_at => RefreshTokenState::Expired,
            None => RefreshTokenState::Unused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn token(spent_at: Option<i64>) -> StoredRefreshToken {
        StoredRefreshToken {
            family: TokenFamilyId::from_bytes([1; 16]),
            dpop_jkt: None,
            created_at: at(0),
            expires_at: at(100),
            spent_at: spent_at.map(at),
        }
    }

    #[test]
    fn a_token_has_one_successor_under_one_key() {
        let first = RefreshToken::from_random([1; 32]);
        let second = first.successor(&[7; 32]);
        assert_eq!(second, first.successor(&[7; 32]));
        assert_ne!(second, first.successor(&[8; 32]));
        assert_ne!(second, RefreshToken::from_random([2; 32]).successor(&[7; 32]));
        assert_ne!(second.successor(&[7; 32]), first);
        assert_eq!(second.expose().parse(), Ok(second.clone()));
    }

    #[test]
    fn a_used_token_may_be_shown_again_within_the_grace_only() {
        let grace = Duration::from_secs(10);
        assert_eq!(token(None).state(grace, at(99)), RefreshTokenState::Unused);
        assert_eq!(token(None).state(grace, at(100)), RefreshTokenState::Expired);
        assert_eq!(token(Some(50)).state(grace, at(59)), RefreshTokenState::JustUsed);
        assert_eq!(token(Some(50)).state(grace, at(60)), RefreshTokenState::Used);
        assert_eq!(token(Some(50)).state(grace, at(200)), RefreshTokenState::Used);
    }

    #[test]
    fn without_grace_a_used_token_is_never_shown_again() {
        assert_eq!(token(Some(50)).state(Duration::ZERO, at(50)), RefreshTokenState::Used);
    }
}
