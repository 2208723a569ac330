//! Text that must not appear in logs, messages or `config show`.

use std::fmt;

use super::setting::FromText;

/// What is shown instead of a secret.
pub(super) const MASK: &str = "********";

/// A secret of the configuration; `Debug` and `Display` show only a mask.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps the plain text.
    pub fn new(plain: impl Into<String>) -> Self {
        Self(plain.into())
    }

    /// The plain text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl FromText for Secret {
    const EXPECTED: &'static str = "a secret that is not empty";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        if text.trim_ascii().is_empty() {
            return Err(String::new());
        }
        Ok(Self(text.to_owned()))
    }

    fn shown(&self) -> String {
        MASK.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_only_when_asked() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), [MASK; 3].join(" "));
        assert_eq!(secret.expose(), "hunter2");
    }
}
