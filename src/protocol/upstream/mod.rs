//! Signing in at another OpenID provider: what this server asks for there, as its relying party, and what it believes
//! of the answers (OIDC Core §3.1, Discovery §4).

mod callback;
mod id_token;
mod provider;
mod request;
mod token_answer;

use std::borrow::Cow;

pub use callback::Callback;
pub use id_token::{Expected, Identity, key_set, told_by_userinfo, verify};
pub use provider::{Provider, SecretPlace};
pub use request::AuthenticationRequest;
pub use token_answer::{TokenAnswer, TokenRequest};

/// Why a provider's answer cannot be used: for the log. It quotes nothing secret and nothing that names a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(Cow<'static, str>);

impl Unusable {
    /// With this reason.
    pub fn because(why: impl Into<Cow<'static, str>>) -> Self {
        Self(why.into())
    }
}

/// The longest error code that is written to the log.
const LONGEST_ERROR: usize = 64;

/// A provider's error code as far as it has the form of one (RFC 6749 §5.2), for the log.
fn error_code(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(LONGEST_ERROR).collect()
}
