//! Names that an application chooses for a claim.

use std::fmt;
use std::str::FromStr;

/// The longest name, in characters.
const LONGEST: usize = 128;

/// What a token or userinfo says already (RFC 7519 §4.1, RFC 9068 §2.2, RFC 8693 §4, RFC 7800 §3.1, OIDC Core §2, §5.1): a
/// claim of that name would be another one's, or there twice.
const TAKEN: [&str; 43] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "scope",
    "client_id",
    "act",
    "may_act",
    "cnf",
    "sid",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "auth_time",
    "acr",
    "amr",
    "azp",
    "token_use",
    "exchanged_from",
    "events",
    "active",
    "username",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "authorization_details",
];

/// The name of a claim that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimName(String);

/// A text that cannot be the name of a claim here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimNameError {
    /// It is empty, too long, or has other characters.
    #[error("the name of a claim has 1 to {LONGEST} characters of a-z A-Z 0-9 - _ . : /")]
    Shape,
    /// A token says something else by it.
    #[error("the claim '{0}' is another one already")]
    Taken(&'static str),
}

impl ClaimName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClaimName {
    type Err = ClaimNameError;

    fn from_str(text: &str) -> Result<Self, ClaimNameError> {
        let is_good = |c: u8| c.is_ascii_alphanumeric() || b"-_.:/".contains(&c);
        if !(1..=LONGEST).contains(&text.len()) || !text.bytes().all(is_good) {
            return Err(ClaimNameError::Shape);
        }
        match TAKEN.iter().find(|taken| **taken == text) {
            Some(taken) => Err(ClaimNameError::Taken(taken)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::protocol::id_token::{PersonClaims, UserInfo};

    #[test]
    fn what_a_token_says_already_is_taken() {
        for taken in TAKEN {
            assert_eq!(taken.parse::<ClaimName>(), Err(ClaimNameError::Taken(taken)));
        }
        for good in ["groups", "policy", "roles", "https://app.example/groups", "Sub"] {
            assert_eq!(good.parse::<ClaimName>().unwrap().to_string(), good);
        }
        for bad in ["", " ", "a b", "ä", "a\"", "a\n", &"a".repeat(129)] {
            assert_eq!(bad.parse::<ClaimName>(), Err(ClaimNameError::Shape), "{bad:?}");
        }
    }

    #[test]
    fn every_claim_about_a_person_is_taken() {
        let person = PersonClaims {
            name: Some(String::new()),
            preferred_username: Some(String::new()),
            updated_at: Some(0),
            locale: Some(String::new()),
            email: Some(String::new()),
            email_verified: Some(true),
            ..PersonClaims::default()
        };
        let all = serde_json::to_string(&UserInfo {
            sub: String::new(),
            auth_time: Some(0),
            acr: Some(String::new()),
            person,
        })
        .unwrap();
        let all: HashMap<String, serde_json::Value> = serde_json::from_str(&all).unwrap();
        for name in all.keys() {
            assert!(name.parse::<ClaimName>().is_err(), "{name}");
        }
    }
}
