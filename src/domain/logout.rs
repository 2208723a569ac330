//! What an application is told when a session of a person ends (OIDC Back-Channel Logout).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::base62::base62;

/// The longest name of a session, in bytes.
const LONGEST_SID: usize = 64;

/// A session as one application knows it, the claim `sid`. Every application has another, at random: two of them cannot
/// tell by it that they serve the same browser, and neither learns the id that the person's own pages use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sid(String);

/// A text that is no `sid` of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sid has letters, digits and hyphens, at most {LONGEST_SID}")]
pub struct SidError;

impl Sid {
    /// The one made of these random bytes.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(base62(&random, 22))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sid {
    type Err = SidError;

    fn from_str(text: &str) -> Result<Self, SidError> {
        let is_good = (1..=LONGEST_SID).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_good { Ok(Self(text.to_owned())) } else { Err(SidError) }
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who was signed out. It is kept while it waits to be sent; the token is made of it when it is sent, so that each try
/// carries a fresh one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logout {
    /// The subject identifier of the person.
    pub sub: String,
    /// The session; without it, all that the application has of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<Sid>,
}

impl Logout {
    /// Its name among what is delivered. No event of a webhook has it.
    pub const EVENT: &str = "backchannel_logout";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sid_is_short_and_plain() {
        let sid = Sid::from_random([7; 16]);
        assert_eq!(sid.as_str().len(), 22);
        assert_eq!(sid.as_str().parse(), Ok(sid));
        assert!("01932c07-e9ac-7000-8000-000000000000".parse::<Sid>().is_ok(), "as it was before");
        for bad in ["", "a b", "a\"b", "é", &"a".repeat(65)] {
            assert_eq!(bad.parse::<Sid>(), Err(SidError), "{bad}");
        }
    }

    #[test]
    fn what_waits_is_read_as_it_was_written() {
        for sid in [None, Some(Sid::from_random([1; 16]))] {
            let logout = Logout { sub: "s1".to_owned(), sid };
            assert_eq!(serde_json::from_str::<Logout>(&serde_json::to_string(&logout).unwrap()).unwrap(), logout);
        }
    }
}
