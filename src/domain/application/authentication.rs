//! How an application proves that it is the one it says it is.

use jsonwebtoken::jwk::JwkSet;

use super::{ApplicationKind, ApplicationSettings};
use crate::protocol::client_auth::AuthMethod;

/// How an application authenticates at the token endpoint, as far as it has no keys elsewhere:
/// [`super::ApplicationSettings::auth_method`] says all of it.
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
}

impl ApplicationSettings {
    /// How it authenticates (RFC 7591 §2). A secret may come in the body as well.
    pub const fn auth_method(&self) -> AuthMethod {
        match self.authentication {
            ClientAuthentication::Secret if self.jwks_uri.is_none() => AuthMethod::Basic,
            ClientAuthentication::Secret | ClientAuthentication::PrivateKeyJwt(_) => AuthMethod::PrivateKeyJwt,
            ClientAuthentication::None => AuthMethod::None,
        }
    }

    /// Whether it proves otherwise than before who it is: by other keys, at another address, or without a workload that
    /// was trusted. Then what was issued by the former proof ends with it. A secret ends by itself.
    pub fn authenticates_otherwise_than(&self, before: &Self) -> bool {
        let has_other_keys = (&self.authentication, &self.jwks_uri) != (&before.authentication, &before.jwks_uri);
        has_other_keys || before.federated.iter().any(|identity| !self.federated.contains(identity))
    }

    /// Whether it authenticates with a secret.
    pub const fn uses_secret(&self) -> bool {
        matches!(self.auth_method(), AuthMethod::Basic)
    }
}
