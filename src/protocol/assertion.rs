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

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use jsonwebtoken::jwk::KeyAlgorithm;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;
    use crate::protocol::jose::Signer;
    use crate::protocol::refusal::ErrorCode;

    /// RFC 8410 §10.3.
    const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    const ISSUER: &str = "https://login.example.com";
    const NOW: i64 = 1_000_000;

    fn private_key() -> Vec<u8> {
        STANDARD.decode(PRIVATE_KEY).unwrap()
    }

    /// The public half, and another key before it.
    fn keys() -> JwkSet {
        let own = Signer::from_pkcs8(SigningAlgorithm::EdDsa, &private_key()).unwrap().jwk().clone();
        let mut other = own.clone();
        other.common.key_id = Some("other".to_owned());
        JwkSet { keys: vec![other, own] }
    }

    fn own_kid() -> String {
        keys().keys[1].common.key_id.clone().unwrap()
    }

    fn claims() -> Value {
        json!({"iss": "shop", "sub": "shop", "aud": ISSUER, "jti": "a", "exp": NOW + 60})
    }

    fn signed(header: &Header, claims: &Value) -> String {
        encode(header, claims, &EncodingKey::from_ed_der(&private_key())).unwrap()
    }

    fn checked(claims: &Value) -> Result<VerifiedAssertion, Refusal> {
        verify(&signed(&Header::new(Algorithm::EdDSA), claims), "shop", &keys(), ISSUER, NOW)
    }

    /// The claims with this one changed; removed by null.
    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        claims
    }

    #[test]
    fn the_client_is_the_subject_even_before_anything_is_verified() {
        assert_eq!(claimed_client(&signed(&Header::new(Algorithm::EdDSA), &claims())).unwrap(), "shop");
        for bad in ["", "a.b.c", &signed(&Header::new(Algorithm::EdDSA), &with("sub", Value::Null))] {
            assert_eq!(claimed_client(bad).unwrap_err().code, ErrorCode::InvalidClient, "{bad}");
        }
    }

    /// Its `jti` is remembered for as long as it is taken.
    #[test]
    fn a_good_assertion_tells_its_jti_and_until_when_it_is_remembered() {
        let good = VerifiedAssertion { jti: "a".to_owned(), expires: NOW + 60 + CLOCK_SKEW };
        assert_eq!(checked(&claims()), Ok(good.clone()));
        assert_eq!(checked(&with("aud", json!([ISSUER, "https://other.example.com"]))), Ok(good));
    }

    #[test]
    fn every_claim_counts() {
        for (name, value) in [
            ("iss", json!("other")),
            ("iss", Value::Null),
            ("sub", json!("other")),
            ("sub", Value::Null),
            ("aud", json!("https://login.example.com/token")),
            ("aud", Value::Null),
            ("exp", Value::Null),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("jti", json!("a".repeat(LONGEST_JTI + 1))),
        ] {
            let refusal = checked(&with(name, value.clone())).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::InvalidClient, "{name}: {value}");
        }
        assert!(checked(&with("jti", json!("a".repeat(LONGEST_JTI)))).is_ok());
    }

    #[test]
    fn it_is_good_for_an_hour_at_most_and_clocks_may_differ_by_half_a_minute() {
        for (name, last, first_bad) in [
            ("exp", NOW - CLOCK_SKEW + 1, NOW - CLOCK_SKEW),
            ("exp", NOW + LONGEST_LIFETIME + CLOCK_SKEW, NOW + LONGEST_LIFETIME + CLOCK_SKEW + 1),
            ("nbf", NOW + CLOCK_SKEW, NOW + CLOCK_SKEW + 1),
            ("iat", NOW + CLOCK_SKEW, NOW + CLOCK_SKEW + 1),
        ] {
            assert!(checked(&with(name, json!(last))).is_ok(), "{name} {last}");
            assert!(checked(&with(name, json!(first_bad))).is_err(), "{name} {first_bad}");
        }
    }

    #[test]
    fn the_key_is_the_one_that_is_named_and_of_the_algorithm_that_is_named() {
        let of_key = |kid: &str| Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let verified = |header: &Header, keys: &JwkSet| verify(&signed(header, &claims()), "shop", keys, ISSUER, NOW);
        assert!(verified(&of_key(&own_kid()), &keys()).is_ok());
        assert!(verified(&of_key("unknown"), &keys()).is_err());
        let mut unnamed = keys();
        unnamed.keys[1].common.key_id = None;
        assert!(verified(&of_key("unknown"), &unnamed).is_ok(), "a key without a name may be any");
        let mut undeclared = keys();
        undeclared.keys[1].common.key_algorithm = None;
        assert!(verified(&of_key(&own_kid()), &undeclared).is_ok());
        let mut declared_otherwise = keys();
        declared_otherwise.keys[1].common.key_algorithm = Some(KeyAlgorithm::ES256);
        assert!(verified(&of_key(&own_kid()), &declared_otherwise).is_err());
        assert!(verified(&of_key(&own_kid()), &JwkSet { keys: Vec::new() }).is_err());
    }

    /// RFC 7515 §4.1.11.
    #[test]
    fn an_extension_that_has_to_be_understood_is_not() {
        let header = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::EdDSA) };
        assert!(verify(&signed(&header, &claims()), "shop", &keys(), ISSUER, NOW).is_err());
    }

    #[test]
    fn a_shared_secret_or_the_signature_of_another_assertion_proves_nothing() {
        let shared = encode(&Header::default(), &claims(), &EncodingKey::from_secret(&private_key())).unwrap();
        let good = signed(&Header::new(Algorithm::EdDSA), &claims());
        let other = signed(&Header::new(Algorithm::EdDSA), &with("jti", json!("b")));
        let changed = [good.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1].join(".");
        for bad in [shared.as_str(), &changed, "a.b.c", ""] {
            assert!(verify(bad, "shop", &keys(), ISSUER, NOW).is_err(), "{bad}");
        }
    }
}
