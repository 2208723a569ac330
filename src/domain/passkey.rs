//! Passkeys: what a person signs in with instead of a mail.

use std::time::Duration;

use super::ids::{PasskeyId, Timestamp, UserId};
use super::session::AuthenticationMethod;
use super::visible_text::is_visible_text;
use crate::protocol::webauthn::PublicKey;

/// How many one person has at most.
pub const MOST_PASSKEYS: usize = 20;

/// How long a challenge can be answered.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_mins(5);

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The key of its row.
    pub id: PasskeyId,
    /// Whose it is.
    pub user: UserId,
    /// What authenticators know it by.
    pub credential_id: Vec<u8>,
    /// What its signatures are checked with.
    pub public_key: PublicKey,
    /// What its owner calls it.
    pub name: PasskeyName,
    /// Its counter when it was last used; 0 where its authenticator does not count.
    pub sign_count: u32,
    /// Whether it may have copies on other devices.
    pub backup_eligible: bool,
    /// Whether it had copies when it was last used.
    pub backed_up: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

impl Passkey {
    /// How a person authenticates with it (RFC 8176). What cannot leave its device is held by hardware, as far as this
    /// can be told without attestation.
    pub const fn method(&self) -> AuthenticationMethod {
        if self.backup_eligible { AuthenticationMethod::SoftwareKey } else { AuthenticationMethod::HardwareKey }
    }
}

/// What somebody calls a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

/// A text that is no name of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a passkey has 1 to {LONGEST_NAME} characters, on one line and all of them visible")]
pub struct PasskeyNameError;

impl std::str::FromStr for PasskeyName {
    type Err = PasskeyNameError;

    fn from_str(text: &str) -> Result<Self, PasskeyNameError> {
        let name = text.trim();
        let fits = is_visible_text(name) && name.chars().count() <= LONGEST_NAME;
        if fits { Ok(Self(name.to_owned())) } else { Err(PasskeyNameError) }
    }
}

impl PasskeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PasskeyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happened to a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyChange {
    /// It was registered.
    Added,
    /// It was removed.
    Removed,
    /// Its counter went back: there are two of it. It was refused.
    Cloned,
}

impl PasskeyChange {
    /// The name of the event.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Added => "passkey.added",
            Self::Removed => "passkey.removed",
            Self::Cloned => "passkey.cloned",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_visible_and_not_too_long() {
        assert_eq!(" My phone ".parse::<PasskeyName>().unwrap().as_str(), "My phone");
        assert!("x".repeat(64).parse::<PasskeyName>().is_ok());
        for bad in ["", " ", "\u{200b}", "a\nb", &"x".repeat(65)] {
            assert_eq!(bad.parse::<PasskeyName>(), Err(PasskeyNameError), "{bad:?}");
        }
    }
}
