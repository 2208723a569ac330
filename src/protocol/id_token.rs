//! ID tokens: what an application learns about the person who signed in (OIDC Core §2, §3.1.3.6).

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;

use super::jose::SigningAlgorithm;
use super::named::named;

/// `token_use` of an ID token: an access token of the format `plain` has the same `typ` and another of these.
pub const TOKEN_USE: &str = "id";

named! {
    /// What ID tokens say of a person without being asked for single claims. A setting of the application.
    #[derive(Default)]
    pub enum IdTokenContent {
        /// What their scopes allow, as userinfo says it.
        #[default]
        All = "all": "All that its scopes allow",
        /// Who it is; the rest is told at userinfo (OIDC Core §5.4).
        SubOnly = "sub_only": "Who it is (sub), and the rest at userinfo",
    }
}

/// The `typ` of an ID token.
pub const TYPE: &str = "JWT";

/// The claims about a person, each only if the scope includes it (OIDC Core §5.1, §5.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonClaims {
    /// The person's name; scope `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that the person goes by; scope `profile`. It does not identify the account: `sub` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// When any of this last changed, in seconds since 1970; scope `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
    /// The person's language; scope `profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The person's address; scope `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the person proved that the address is theirs; scope `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The person's groups; scope `groups`.
    #[serde(flatten)]
    pub groups: GroupsClaim,
    /// What else the person is described by, under the names of the claims.
    #[serde(flatten)]
    pub attributes: BTreeMap<String, Value>,
}

impl PersonClaims {
    /// These claims as far as an application is told them.
    #[must_use]
    pub fn only(self, tells: impl Fn(&str) -> bool) -> Self {
        Self {
            name: self.name.filter(|_| tells("name")),
            preferred_username: self.preferred_username.filter(|_| tells("preferred_username")),
            updated_at: self.updated_at.filter(|_| tells("updated_at")),
            locale: self.locale.filter(|_| tells("locale")),
            email: self.email.filter(|_| tells("email")),
            email_verified: self.email_verified.filter(|_| tells("email_verified")),
            groups: self.groups.only(&tells),
            attributes: self.attributes.into_iter().filter(|(name, _)| tells(name)).collect(),
        }
    }
}

/// The groups of a person, under the name that the application has for that claim. Empty where the scope does not include
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct GroupsClaim(BTreeMap<String, Vec<String>>);

impl GroupsClaim {
    /// The usual name.
    pub const USUAL: &str = "groups";

    /// The claim of this name; a person without groups has an empty list.
    pub fn of(name: &str, groups: Vec<String>) -> Self {
        Self(BTreeMap::from([(name.to_owned(), groups)]))
    }

    /// The claim, if an application is told one of this name.
    #[must_use]
    fn only(mut self, tells: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|name, _| tells(name));
        self
    }

    /// Whether the scope does not include them.
    pub fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

/// The userinfo response (OIDC Core §5.3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserInfo {
    /// The subject identifier of the person.
    pub sub: String,
    /// When the person authenticated, if the application asked for that here (OIDC Core §5.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The class of that authentication, if the application asked for that here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// What the scope lets the application know.
    #[serde(flatten)]
    pub person: PersonClaims,
}

/// The claims of an ID token. It has neither `client_id`, `scope` nor `jti`, so it never passes for an access
/// token, whatever its `typ`. Times are whole seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct IdTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The subject identifier of the person.
    pub sub: String,
    /// The application it is for: always that one alone.
    pub aud: String,
    /// [`TOKEN_USE`].
    pub token_use: &'static str,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is refused.
    pub exp: i64,
    /// When the person authenticated.
    pub auth_time: i64,
    /// The class of that authentication.
    pub acr: &'static str,
    /// How the person authenticated (RFC 8176).
    pub amr: &'static [&'static str],
    /// The nonce of the authorization request; not repeated on refresh (OIDC Core §12.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// A hash of the access token that was issued with it.
    pub at_hash: String,
    /// The session as this application knows it, if the person signed in with a browser: a logout token has the same
    /// (OIDC Back-Channel Logout §2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// What the scope lets the application know about the person.
    #[serde(flatten)]
    pub person: PersonClaims,
}

/// OIDC Core §3.1.3.6: the left half of the hash that the signature algorithm uses, of the access token.
pub fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    let hash = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 | SigningAlgorithm::Es256 => &SHA256,
        SigningAlgorithm::EdDsa => &SHA512,
    };
    let hashed = digest(hash, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&hashed.as_ref()[..hashed.as_ref().len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OIDC Core §A.3: the access token and `at_hash` of its example.
    #[test]
    fn the_example_of_the_specification_holds() {
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(SigningAlgorithm::Rs256, access_token), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn the_hash_is_half_of_what_the_algorithm_hashes_with() {
        for (algorithm, characters) in [
            (SigningAlgorithm::Rs256, 22),
            (SigningAlgorithm::Ps256, 22),
            (SigningAlgorithm::Es256, 22),
            (SigningAlgorithm::EdDsa, 43),
        ] {
            assert_eq!(at_hash(algorithm, "token").len(), characters, "{algorithm}");
        }
    }

    #[test]
    fn claims_that_are_not_there_are_left_out() {
        let claims = UserInfo { sub: "s".to_owned(), auth_time: None, acr: None, person: PersonClaims::default() };
        assert_eq!(serde_json::to_string(&claims).unwrap(), r#"{"sub":"s"}"#);
    }
}
