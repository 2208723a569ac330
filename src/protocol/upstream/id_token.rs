//! The ID token of a provider, and what it says of the person (OIDC Core §2, §3.1.3.7, §5.3.2).

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::Unusable;
use crate::protocol::client_keys::verifies;
use crate::protocol::jose::SigningAlgorithm;

/// By how much two clocks may differ, in seconds.
const CLOCK_SKEW: i64 = 60;

/// How many keys of a provider are looked at.
const MOST_KEYS: usize = 50;

/// The longest `sub` (OIDC Core §2), in characters.
const LONGEST_SUBJECT: usize = 255;

/// What an ID token must say.
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// What this server is called there.
    pub client_id: &'a str,
    /// Whether this is the nonce that was sent.
    pub is_nonce: &'a (dyn Fn(&str) -> bool + Sync),
    /// Seconds since 1970.
    pub now: i64,
}

/// Who signed in at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Their `sub` there. It stays theirs; an address can pass to somebody else.
    pub subject: String,
    /// Their address there.
    pub email: Option<String>,
    /// Whether the provider has seen that the address is theirs.
    pub email_verified: bool,
    /// Their name.
    pub name: Option<String>,
    /// When they signed in there, in seconds since 1970, if it says so.
    pub auth_time: Option<i64>,
}

/// Reads a provider's key set (RFC 7517 §5). Keys that check no signature here are passed over.
pub fn key_set(document: &[u8]) -> Result<JwkSet, Unusable> {
    let read: Value = serde_json::from_slice(document).map_err(|_| Unusable::because("its key set is not JSON"))?;
    let keys = read["keys"].as_array().ok_or_else(|| Unusable::because("its key set has no keys"))?;
    let read = keys.iter().take(MOST_KEYS).filter_map(|key| Jwk::deserialize(key).ok());
    // A key of an unknown kind is read too, as one of which nothing is known.
    Ok(JwkSet { keys: read.filter(verifies).collect() })
}

/// Whether the keys have the one that signed this token, as far as its header says. If not, they may be older than it.
fn candidates<'a>(keys: &'a JwkSet, kid: Option<&'a str>, algorithm: SigningAlgorithm) -> Vec<&'a Jwk> {
    let fits = |jwk: &&Jwk| {
        let kid_fits = kid.is_none() || jwk.common.key_id.is_none() || jwk.common.key_id.as_deref() == kid;
        let declared = jwk.common.key_algorithm.map(|declared| declared.to_string());
        kid_fits && declared.is_none_or(|declared| declared == algorithm.name())
    };
    keys.keys.iter().filter(fits).collect()
}

/// Checks an ID token by the provider's keys and for this request (OIDC Core §3.1.3.7). The algorithm is one of those
/// that this server signs with itself: never `none`, and none that makes a secret of a public key.
pub fn verify(token: &str, keys: &JwkSet, expected: &Expected<'_>) -> Result<Identity, Unusable> {
    let algorithm = || Unusable::because("its ID token is not signed with RS256, PS256, ES256 or EdDSA");
    let header = decode_header(token).map_err(|_| algorithm())?;
    let known = SigningAlgorithm::ALL.into_iter().find(|known| known.jsonwebtoken() == header.alg);
    let known = known.ok_or_else(algorithm)?;
    // RFC 7515 §4.1.11: this server understands no critical extension.
    if header.crit.is_some() {
        return Err(Unusable::because("'crit' of its ID token names an extension"));
    }
    let mut validation = Validation::new(known.jsonwebtoken());
    // The claims are checked below, against `now`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = candidates(keys, header.kid.as_deref(), known)
        .into_iter()
        .filter_map(|jwk| DecodingKey::from_jwk(jwk).ok())
        .find_map(|key| decode::<Map<String, Value>>(token, &key, &validation).ok())
        .ok_or_else(|| Unusable::because("its ID token is not signed by a key of its key set"))?
        .claims;
    check_claims(&claims, expected)?;
    identity(&claims)
}

fn check_claims(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Unusable> {
    let refuse = |what: &'static str| Err(Unusable::because(what));
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return refuse("'iss' of its ID token is another issuer");
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&expected.client_id) {
        return refuse("'aud' of its ID token does not name this server's client id");
    }
    let authorized = claims.get("azp").is_none_or(|azp| azp.as_str() == Some(expected.client_id));
    if !authorized || audiences.len() > 1 && !claims.contains_key("azp") {
        return refuse("'azp' of its ID token is not this server's client id, as it must be");
    }
    let (soon, just_now) = (expected.now.saturating_add(CLOCK_SKEW), expected.now.saturating_sub(CLOCK_SKEW));
    match time(claims, "exp") {
        Some(expires) if expires > just_now => {}
        Some(_) => return refuse("its ID token has expired"),
        None => return refuse("its ID token has no 'exp'"),
    }
    match time(claims, "iat") {
        Some(issued) if issued <= soon => {}
        Some(_) => return refuse("'iat' of its ID token lies in the future; compare the clocks"),
        None => return refuse("its ID token has no 'iat'"),
    }
    if time(claims, "nbf").is_some_and(|start| start > soon) {
        return refuse("its ID token is not valid yet");
    }
    match text("nonce") {
        Some(nonce) if (expected.is_nonce)(nonce) => Ok(()),
        _ => refuse("'nonce' of its ID token is not the one that was sent"),
    }
}

/// A time in seconds since 1970 (RFC 7519 §2 `NumericDate`).
fn time(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest, which no rule takes")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))
}

fn identity(claims: &Map<String, Value>) -> Result<Identity, Unusable> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let subject = text("sub").filter(|sub| sub.chars().count() <= LONGEST_SUBJECT);
    let subject = subject.ok_or_else(|| Unusable::because("its ID token has no 'sub' of 1 to 255 characters"))?;
    Ok(Identity {
        subject: subject.to_owned(),
        email: text("email").map(str::to_owned),
        email_verified: claims.get("email_verified") == Some(&Value::Bool(true)),
        name: text("name").map(str::to_owned),
        auth_time: time(claims, "auth_time"),
    })
}

/// Adds what the userinfo endpoint tells, if it tells it of the same person (OIDC Core §5.3.2).
pub fn told_by_userinfo(identity: &Identity, body: &[u8]) -> Result<Identity, Unusable> {
    let claims: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| Unusable::because("its userinfo is no JSON object"))?;
    let told = Identity { auth_time: identity.auth_time, ..self::identity(&claims)? };
    if told.subject == identity.subject {
        Ok(told)
    } else {
        Err(Unusable::because("'sub' of its userinfo is not that of its ID token"))
    }
}

#[cfg(test)]
mod tests;
