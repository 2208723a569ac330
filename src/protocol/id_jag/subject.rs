//! An ID token of this server as the statement of who a person is (RFC 8693 §2.1, draft §4.3.1).

use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;

use crate::protocol::bearer::VerifyingKey;
use crate::protocol::claims::Audience;
use crate::protocol::refusal::Refusal;

/// What an ID token says of a person and their sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SubjectIdToken {
    iss: String,
    /// The person.
    pub sub: String,
    aud: Audience,
    exp: i64,
    /// When the person authenticated, in seconds since 1970.
    pub auth_time: i64,
    /// The class of that.
    pub acr: String,
    /// How they did.
    pub amr: Vec<String>,
    /// The session, if there was a browser.
    pub sid: Option<String>,
    /// Their address, if the application was told it.
    pub email: Option<String>,
    // Only ID tokens have it, so an access token is never taken for one.
    #[serde(rename = "at_hash")]
    _at_hash: String,
}

impl SubjectIdToken {
    /// Checks an ID token that this server gave to this client: signature, issuer, audience and time. `now` is in seconds
    /// since 1970.
    pub fn verify(
        token: &str,
        key_of: impl FnOnce(&str) -> Option<VerifyingKey>,
        (issuer, client_id): (&str, &str),
        now: i64,
    ) -> Result<Self, Refusal> {
        let unusable = || Refusal::invalid_request("the subject_token is not an ID token of this server");
        let kid = decode_header(token).map_err(|_| unusable())?.kid.ok_or_else(unusable)?;
        let key = key_of(&kid).ok_or_else(unusable)?;
        let mut validation = Validation::new(key.algorithm.jsonwebtoken());
        // Issuer, audience and time are checked below, against the arguments.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let claims = decode::<Self>(token, &key.key, &validation).map_err(|_| unusable())?.claims;
        if claims.iss != issuer {
            return Err(unusable());
        }
        if !claims.aud.iter().all(|aud| aud == client_id) {
            return Err(Refusal::invalid_request("the subject_token was issued to another application ('aud')"));
        }
        if claims.exp <= now {
            return Err(Refusal::invalid_request("the subject_token has expired ('exp'); refresh it"));
        }
        Ok(claims)
    }
}
