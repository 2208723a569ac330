//! A client's signed statement of who it is: `private_key_jwt` (RFC 7523 §3, OIDC Core §9).

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::claims::Audience;
use super::jose::SigningAlgorithm;
use super::refusal::Refusal;

/// The longest an assertion may be good for, in seconds. Its `jti` is remembered that long.
pub const LONGEST_LIFETIME: i64 = 3600;

/// How far the client's clock may be ahead or behind, in seconds.
const CLOCK_SKEW: i64 = 30;

/// The longest `jti` that is remembered, in bytes.
const LONGEST_JTI: usize = 256;

/// An assertion that proves its client, provided its `jti` is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAssertion {
    /// The `jti` claim (RFC 7519 §4.1.7).
    pub jti: String,
    /// The `exp` claim, in seconds since 1970: its `jti` is remembered until then.
    pub expires: i64,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    jti: Option<String>,
    exp: Option<i64>,
    nbf: Option<i64>,
    iat: Option<i64>,
}

/// The client that an assertion claims to come from; nothing is verified yet.
pub fn claimed_client(assertion: &str) -> Result<String, Refusal> {
    let claims: Claims = insecure_decode_claims(assertion).map_err(|_| malformed())?;
    claims.sub.ok_or_else(|| Refusal::invalid_client("the client assertion has no sub claim"))
}

/// Checks an assertion of this client: its signature by one of the client's keys, then every claim.
///
/// `now` is in seconds since 1970. The audience must be the issuer itself: accepting the token endpoint's
/// address too would let an assertion for one server be used at another that shares the address.
pub fn verify(
    assertion: &str,
    client_id: &str,
    keys: &JwkSet,
    issuer: &str,
    now: i64,
) -> Result<VerifiedAssertion, Refusal> {
    let header = decode_header(assertion).map_err(|_| malformed())?;
    let Some(algorithm) = SigningAlgorithm::ALL.into_iter().find(|known| known.jsonwebtoken() == header.alg) else {
        return Err(Refusal::invalid_client("the client assertion must be signed with RS256, PS256, ES256 or EdDSA"));
    };
    // RFC 7515 §4.1.11: a recipient that does not understand a critical extension must refuse it; this server
    // understands none.
    if header.crit.is_some() {
        return Err(Refusal::invalid_client("the client assertion's crit header names an extension this server lacks"));
    }
    let mut validation = Validation::new(algorithm.jsonwebtoken());
    // The claims are checked below, against `now`.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = candidates(keys, header.kid.as_deref(), algorithm)
        .filter_map(|jwk| DecodingKey::from_jwk(jwk).ok())
        .find_map(|key| decode::<Claims>(assertion, &key, &validation).ok())
        .ok_or_else(|| {
            Refusal::invalid_client("the client assertion is not signed by a key registered for this application")
        })?;
    check_claims(claims.claims, client_id, issuer, now)
}

/// The registered keys that could have signed it: the one of that `kid`, or all of the right kind.
fn candidates<'a>(
    keys: &'a JwkSet,
    kid: Option<&'a str>,
    algorithm: SigningAlgorithm,
) -> impl Iterator<Item = &'a Jwk> {
    keys.keys.iter().filter(move |jwk| {
        let kid_fits = kid.is_none() || jwk.common.key_id.is_none() || jwk.common.key_id.as_deref() == kid;
        let declared = jwk.common.key_algorithm.map(|declared| declared.to_string());
        kid_fits && declared.is_none_or(|declared| declared == algorithm.name())
    })
}

fn check_claims(claims: Claims, client_id: &str, issuer: &str, now: i64) -> Result<VerifiedAssertion, Refusal> {
    let refuse = |what: &'static str| Err(Refusal::invalid_client(what));
    if claims.iss.as_deref() != Some(client_id) || claims.sub.as_deref() != Some(client_id) {
        return refuse("iss and sub of the client assertion must both be the client id");
    }
    if !claims.aud.is_some_and(|aud| aud.contains(issuer)) {
        return Err(Refusal::invalid_client(format!("the client assertion's aud must be the issuer, {issuer}")));
    }
    let Some(expires) = claims.exp else {
        return refuse("the client assertion has no exp claim");
    };
    if expires <= now.saturating_sub(CLOCK_SKEW) {
        return refuse("the client assertion has expired");
    }
    if expires > now.saturating_add(LONGEST_LIFETIME + CLOCK_SKEW) {
        return refuse("the client assertion is good for more than an hour; make it shorter");
    }
    if claims.nbf.into_iter().chain(claims.iat).any(|start| start > now.saturating_add(CLOCK_SKEW)) {
        return refuse("the client assertion is not valid yet; check the client's clock");
    }
    match claims.jti {
        Some(jti) if !jti.is_empty() && jti.len() <= LONGEST_JTI => {
            Ok(VerifiedAssertion { jti, expires: expires.saturating_add(CLOCK_SKEW) })
        }
        _ => refuse("the client assertion needs a jti claim of 1 to 256 bytes"),
    }
}

fn malformed() -> Refusal {
    Refusal::invalid_client("the client assertion is not a signed JWT")
}
