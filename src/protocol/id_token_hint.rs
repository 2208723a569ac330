//! An ID token that a client sends back to name the person it means (OIDC Core §3.1.2.1, RP-Initiated Logout §2).

use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;

use super::bearer::VerifyingKey;
use super::claims::Audience;
use super::refusal::Refusal;

/// The claims of a hint that are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTokenHint {
    /// The person.
    pub sub: String,
    /// The application it was issued to.
    pub client_id: String,
    /// The session it was issued in.
    pub sid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    sid: Option<String>,
    // Only ID tokens have it, so an access token is never taken for one.
    #[serde(rename = "at_hash")]
    _at_hash: String,
}

/// Reads a hint. It must be signed by this server; that it has expired does not matter, since applications
/// keep ID tokens for as long as a session lasts.
pub fn read(
    token: &str,
    key_of: impl FnOnce(&str) -> Option<VerifyingKey>,
    issuer: &str,
) -> Result<IdTokenHint, Refusal> {
    let unusable = || Refusal::invalid_request("the id_token_hint is not an ID token of this server");
    let kid = decode_header(token).map_err(|_| unusable())?.kid.ok_or_else(unusable)?;
    let key = key_of(&kid).ok_or_else(unusable)?;
    let mut validation = Validation::new(key.algorithm.jsonwebtoken());
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key.key, &validation).map_err(|_| unusable())?.claims;
    if claims.iss != issuer {
        return Err(unusable());
    }
    let client_id = match (claims.azp, claims.aud) {
        (Some(azp), _) => azp,
        (None, Audience::One(aud)) => aud,
        (None, Audience::Many(_)) => return Err(unusable()),
    };
    Ok(IdTokenHint { sub: claims.sub, client_id, sid: claims.sid })
}
