//! Identity assertions that authorize (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant): the provider at which a
//! person signs in tells the authorization server of an API that an application may act there in their name. Who manages
//! both for an enterprise decides that once, and no person is asked.
//!
//! Owns what such an assertion says, how one of another issuer is judged, and how one of this server is asked for.

mod asserted;
mod request;
mod subject;

use serde::Serialize;

pub use asserted::{Asserted, IdJag};
pub use request::{IdJagRequest, SubjectToken, is_asked_for};
pub use subject::SubjectIdToken;

use super::refusal::{ErrorCode, Refusal};

/// `typ` of an assertion.
pub const TYPE: &str = "oauth-id-jag+jwt";

/// Its name as a type of token (RFC 8693 §3).
pub const TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id-jag";

/// Its name as a profile of the grant that takes it, in `authorization_grant_profiles_supported`.
pub const PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";

/// `token_type` of an answer with one: it is no access token (RFC 8693 §2.2.1).
pub const NOT_APPLICABLE: &str = "N_A";

/// How long one of this server is good for, in seconds. It is redeemed at once.
pub const LIFETIME: u32 = 300;

/// What an assertion of this server says (draft §3). Times are whole seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct IdJagClaims {
    /// The issuer.
    pub iss: String,
    /// The person.
    pub sub: String,
    /// The issuer of the authorization server that it is for.
    pub aud: String,
    /// What the application is called there.
    pub client_id: String,
    /// A unique id.
    pub jti: String,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is refused.
    pub exp: i64,
    /// The APIs: one is written as text.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_several")]
    pub resource: Vec<String>,
    /// What the application may do there, as a space separated list.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// When the person authenticated.
    pub auth_time: i64,
    /// The class of that authentication.
    pub acr: String,
    /// How they authenticated (RFC 8176).
    pub amr: Vec<String>,
    /// Their address, if the application knows it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether they proved that it is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

fn one_or_several<S: serde::Serializer>(several: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match several {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

fn invalid_grant(what: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::InvalidGrant, what)
}
