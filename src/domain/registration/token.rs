//! Initial access tokens (RFC 7591 §1.2): an operator hands them to those whose clients may register themselves.

use std::time::Duration;

use crate::domain::application::LONGEST_NAME;
use crate::domain::approval::is_management;
use crate::domain::ids::{RegistrationTokenId, Timestamp};
use crate::domain::visible_text::is_visible_text;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// The longest life of such a token.
const LONGEST_LIFE: Duration = Duration::from_hours(366 * 24);

/// The most clients that one token registers, where their number is limited.
const MOST_USES: u32 = 1_000_000;

/// A token that lets clients register themselves, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationToken {
    /// The key of its row.
    pub id: RegistrationTokenId,
    /// What operators call it.
    pub name: String,
    /// The scopes that its clients may have besides those of everybody.
    pub scope: Scope,
    /// The grants that its clients may have besides those of everybody.
    pub grants: Vec<GrantType>,
    /// How many clients it registered.
    pub uses: i64,
    /// How many clients it registers at most.
    pub most_uses: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Whether a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It is.
    Good,
    /// It registered as many clients as it may.
    UsedUp,
    /// Its time is over.
    Expired,
    /// An operator revoked it.
    Revoked,
}

impl TokenState {
    /// The name in listings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::UsedUp => "used_up",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl RegistrationToken {
    /// Whether it is good at this moment.
    pub fn state(&self, now: Timestamp) -> TokenState {
        match self.most_uses {
            _ if self.revoked_at.is_some() => TokenState::Revoked,
            _ if self.expires_at <= now => TokenState::Expired,
            Some(most) if self.uses >= most => TokenState::UsedUp,
            _ => TokenState::Good,
        }
    }
}

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What operators call it; may be empty.
    pub name: String,
    /// How many clients it registers at most.
    pub uses: Option<u32>,
    /// How long it is good.
    pub lifetime: Duration,
    /// The scopes that its clients may have besides those of everybody.
    pub scope: Scope,
    /// The grants that its clients may have besides those of everybody.
    pub grants: Vec<GrantType>,
}

/// Why a token is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// A name that is too long or has invisible characters.
    #[error("name: at most {LONGEST_NAME} characters, all of them to be seen")]
    Name,
    /// No use, or too many.
    #[error("uses: expected 1 to {MOST_USES}")]
    Uses,
    /// A life out of bounds.
    #[error("expires: expected a duration from 1s to 366d, such as 1d")]
    Lifetime,
    /// A scope of this server's own APIs.
    #[error("scopes: '{0}' gives power over this server, which no application gets by registering itself")]
    Management(String),
}

impl NewToken {
    /// The default of its life.
    pub const USUAL_LIFE: Duration = Duration::from_hours(24);

    /// Checks what the types alone cannot.
    pub fn check(&self) -> Result<(), TokenError> {
        let is_long = self.name.chars().count() > LONGEST_NAME;
        if is_long || !(self.name.is_empty() || is_visible_text(&self.name)) {
            return Err(TokenError::Name);
        }
        if self.uses.is_some_and(|uses| !(1..=MOST_USES).contains(&uses)) {
            return Err(TokenError::Uses);
        }
        if !(Duration::from_secs(1)..=LONGEST_LIFE).contains(&self.lifetime) {
            return Err(TokenError::Lifetime);
        }
        match self.scope.iter().find(|token| is_management(token)) {
            Some(power) => Err(TokenError::Management(power.to_owned())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    fn token() -> RegistrationToken {
        RegistrationToken {
            id: RegistrationTokenId::from_bytes([1; 16]),
            name: String::new(),
            scope: Scope::empty(),
            grants: Vec::new(),
            uses: 1,
            most_uses: Some(2),
            created_at: NOW,
            expires_at: NOW.plus(Duration::from_secs(1)),
            last_used_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_is_good_until_it_is_used_up_expired_or_revoked() {
        assert_eq!(token().state(NOW), TokenState::Good);
        assert_eq!(token().state(NOW.plus(Duration::from_secs(1))), TokenState::Expired);
        assert_eq!(RegistrationToken { uses: 2, ..token() }.state(NOW), TokenState::UsedUp);
        assert_eq!(RegistrationToken { uses: 2, most_uses: None, ..token() }.state(NOW), TokenState::Good);
        assert_eq!(RegistrationToken { revoked_at: Some(NOW), ..token() }.state(NOW), TokenState::Revoked);
    }

    #[test]
    fn a_new_token_keeps_to_its_bounds_and_hands_out_no_power_over_this_server() {
        let new = || NewToken {
            name: "CI".to_owned(),
            uses: Some(1),
            lifetime: NewToken::USUAL_LIFE,
            scope: "orders:read".parse().unwrap(),
            grants: vec![GrantType::ClientCredentials],
        };
        assert_eq!(new().check(), Ok(()));
        assert_eq!(NewToken { name: String::new(), uses: None, ..new() }.check(), Ok(()));
        assert_eq!(NewToken { name: "a\u{202e}".to_owned(), ..new() }.check(), Err(TokenError::Name));
        assert_eq!(NewToken { name: "a".repeat(101), ..new() }.check(), Err(TokenError::Name));
        assert_eq!(NewToken { uses: Some(0), ..new() }.check(), Err(TokenError::Uses));
        for lifetime in [Duration::ZERO, Duration::from_hours(367 * 24)] {
            assert_eq!(NewToken { lifetime, ..new() }.check(), Err(TokenError::Lifetime));
        }
        for power in ["gatepost:admin", "users:write", "applications:read"] {
            let scope = format!("orders:read {power}").parse().unwrap();
            assert_eq!(NewToken { scope, ..new() }.check(), Err(TokenError::Management(power.to_owned())));
        }
    }
}
