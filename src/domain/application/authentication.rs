//! How an application proves that it is the one it says it is.

use jsonwebtoken::jwk::JwkSet;

use super::ApplicationKind;
use crate::protocol::client_auth::AuthMethod;

/// How an application authenticates at the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// With a secret (RFC 6749 §2.3.1).
    Secret,
    /// With a signed assertion, checked against these public keys (RFC 7523).
    PrivateKeyJwt(JwkSet),
    /// Not at all: a public client (RFC 6749 §2.1).
    None,
}

impl ClientAuthentication {
    /// How an application of this type authenticates that has no keys.
    pub const fn without_keys(kind: ApplicationKind) -> Self {
        if kind.is_confidential() { Self::Secret } else { Self::None }
    }

    /// The name that RFC 7591 §2 has for it.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Secret => AuthMethod::Basic.name(),
            Self::PrivateKeyJwt(_) => AuthMethod::PrivateKeyJwt.name(),
            Self::None => AuthMethod::None.name(),
        }
    }
}
