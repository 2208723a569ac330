//! The ID token of a provider, and what it says of the person (OIDC Core §2, §3.1.3.7, §5.3.2).

use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize as _;
use serde_json::Value;

use super::Unusable;
use crate::protocol::client_keys::verifies;
use crate::protocol::signed_jwt::{Claims, HeaderProblem, SignedJwt};

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

/// Checks an ID token by the provider's keys and for this request (OIDC Core §3.1.3.7). The algorithm is one of those
/// that this server signs with itself: never `none`, and none that makes a secret of a public key.
pub fn verify(token: &str, keys: &JwkSet, expected: &Expected<'_>) -> Result<Identity, Unusable> {
    let (signed, algorithm) = SignedJwt::judged(token).map_err(|problem| match problem {
        HeaderProblem::Algorithm => Unusable::because("its ID token is not signed with RS256, PS256, ES256 or EdDSA"),
        HeaderProblem::Critical => Unusable::because("'crit' of its ID token names an extension"),
    })?;
    let is_signed = signed.candidates(&keys.keys, algorithm, MOST_KEYS).any(|jwk| signed.is_by(jwk, algorithm));
    let claims = signed.claims::<Claims>().filter(|_| is_signed);
    let claims = claims.ok_or_else(|| Unusable::because("its ID token is not signed by a key of its key set"))?;
    check_claims(&claims, expected)?;
    identity(&claims)
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Unusable> {
    let refuse = |what: &'static str| Err(Unusable::because(what));
    if claims.text("iss") != Some(expected.issuer) {
        return refuse("'iss' of its ID token is another issuer");
    }
    let audiences = claims.audiences();
    if !audiences.contains(&expected.client_id) {
        return refuse("'aud' of its ID token does not name this server's client id");
    }
    let authorized = claims.value("azp").is_none_or(|azp| azp.as_str() == Some(expected.client_id));
    if !authorized || audiences.len() > 1 && claims.value("azp").is_none() {
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
    match claims.text("nonce") {
        Some(nonce) if (expected.is_nonce)(nonce) => Ok(()),
        _ => refuse("'nonce' of its ID token is not the one that was sent"),
    }
}

/// A time in seconds since 1970. One of another form says nothing.
fn time(claims: &Claims, name: &str) -> Option<i64> {
    claims.time(name).ok().flatten()
}

fn identity(claims: &Claims) -> Result<Identity, Unusable> {
    let text = |name: &str| claims.text(name).filter(|text| !text.is_empty());
    let subject = text("sub").filter(|sub| sub.chars().count() <= LONGEST_SUBJECT);
    let subject = subject.ok_or_else(|| Unusable::because("its ID token has no 'sub' of 1 to 255 characters"))?;
    Ok(Identity {
        subject: subject.to_owned(),
        email: text("email").map(str::to_owned),
        email_verified: claims.value("email_verified") == Some(&Value::Bool(true)),
        name: text("name").map(str::to_owned),
        auth_time: time(claims, "auth_time"),
    })
}

/// Adds what the userinfo endpoint tells, if it tells it of the same person (OIDC Core §5.3.2). What it leaves out stays
/// as the ID token has it; an address and whether it is proven come from one of the two.
pub fn told_by_userinfo(identity: &Identity, body: &[u8]) -> Result<Identity, Unusable> {
    let claims: Claims =
        serde_json::from_slice(body).map_err(|_| Unusable::because("its userinfo is no JSON object"))?;
    let told = self::identity(&claims)?;
    if told.subject != identity.subject {
        return Err(Unusable::because("'sub' of its userinfo is not that of its ID token"));
    }
    let (email, email_verified) = match told.email {
        Some(email) => (Some(email), told.email_verified),
        None => (identity.email.clone(), identity.email_verified),
    };
    let name = told.name.or_else(|| identity.name.clone());
    Ok(Identity { email, email_verified, name, ..identity.clone() })
}

#[cfg(test)]
mod tests;
