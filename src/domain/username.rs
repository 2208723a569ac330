//! The user name that a person chooses for applications to call them by.

use std::fmt;
use std::str::FromStr;

/// A user name: plain letters, digits, dots, hyphens and underscores.
///
/// It never has an `@`, so that it cannot be taken for the address of another person, and no letters that look like
/// others. Names that differ in their case alone are one name, see [`Username::key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// How long one is, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=32;

/// Names of those who run things.
const RESERVED: [&str; 16] = [
    "abuse",
    "admin",
    "administrator",
    "daemon",
    "gatepost",
    "guest",
    "hostmaster",
    "nobody",
    "operator",
    "postgres",
    "postmaster",
    "root",
    "security",
    "superuser",
    "system",
    "webmaster",
];

/// Why a text is no user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a user name has 2 to 32 letters a to z, digits, '.', '-' and '_', and begins and ends with a letter or a digit"
)]
pub struct UsernameError;

impl Username {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nobody chooses it for themselves: applications have an account of this name for whoever runs them, and
    /// some of them go by the name alone.
    pub fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.key().as_str())
    }

    /// What two people cannot share.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b".-_".contains(&c);
        let end = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let fits = LENGTH.contains(&bytes.len()) && bytes.iter().copied().all(plain);
        if fits && end(bytes.first()) && end(bytes.last()) { Ok(Self(text.to_owned())) } else { Err(UsernameError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_plain_and_never_an_address() {
        for good in ["zo", "Zoe", "zoe.lukasiewicz", "z_l-1", "42", &"n".repeat(32)] {
            assert_eq!(good.parse::<Username>().map(|name| name.to_string()).as_deref(), Ok(good));
        }
        for bad in
            ["", "z", ".zoe", "zoe-", "a b", "a@b.de", "zoë", "zое", "a/b", "a\u{200b}b", "a\nb", &"n".repeat(33)]
        {
            assert_eq!(bad.parse::<Username>(), Err(UsernameError), "{bad:?}");
        }
    }

    #[test]
    fn the_names_of_those_who_run_things_are_reserved_in_any_case() {
        let is_reserved = |text: &str| text.parse::<Username>().unwrap().is_reserved();
        assert!(["admin", "Root", "ADMINISTRATOR", "gatepost"].into_iter().all(is_reserved));
        assert!(!["adam", "rooter", "zoe"].into_iter().any(is_reserved));
    }

    #[test]
    fn names_that_differ_in_case_are_one() {
        let key = |text: &str| text.parse::<Username>().unwrap().key();
        assert_eq!(key("Zoe"), key("zOE"));
        assert_ne!(key("zoe"), key("zo.e"));
    }
}
