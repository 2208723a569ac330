//! What an upstream is called.

use std::fmt;
use std::str::FromStr;

/// The longest name.
const LONGEST_NAME: usize = 32;

/// What an upstream is called in addresses and in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpstreamName(String);

/// A text that is no name of an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an upstream has 1 to {LONGEST_NAME} characters of a-z 0-9 -, the first of them a letter")]
pub struct UpstreamNameError;

impl FromStr for UpstreamName {
    type Err = UpstreamNameError;

    fn from_str(text: &str) -> Result<Self, UpstreamNameError> {
        let fits = text.len() <= LONGEST_NAME
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if fits { Ok(Self(text.to_owned())) } else { Err(UpstreamNameError) }
    }
}

impl UpstreamName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where its answers come back: an address of its own.
    pub fn callback(&self) -> String {
        format!("/login/upstream/{self}/callback")
    }
}

impl fmt::Display for UpstreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_stand_in_an_address() {
        let name: UpstreamName = "corp-sso2".parse().unwrap();
        assert_eq!(name.callback(), "/login/upstream/corp-sso2/callback");
        for bad in ["", "2nd", "-x", "Corp", "a/b", "a.b", "ä", &"x".repeat(33)] {
            assert_eq!(bad.parse::<UpstreamName>(), Err(UpstreamNameError), "{bad}");
        }
    }
}
