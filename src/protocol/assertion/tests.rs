//! Assertions, value by value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::KeyAlgorithm;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::*;
use crate::protocol::jose::{Signer, SigningAlgorithm};
use crate::protocol::refusal::ErrorCode;
use crate::protocol::signed_jwt::spoiled;

/// RFC 8410 §10.3.
const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
const ISSUER: &str = "https://login.example.com";
const NOW: i64 = 1_000_000;

fn ours(form: AssertionAudience) -> Addressee<'static> {
    let endpoints = vec![format!("{ISSUER}/token"), format!("{ISSUER}/oauth/token")];
    Addressee { issuer: ISSUER, endpoints, form }
}

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
    verify(&signed(&Header::new(Algorithm::EdDSA), claims), "shop", &keys(), &ours(AssertionAudience::default()), NOW)
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
    assert_eq!(checked(&with("aud", json!([ISSUER, "https://login.example.com/token"]))), Ok(good));
}

#[test]
fn every_claim_counts() {
    for (name, value) in [
        ("iss", json!("other")),
        ("iss", Value::Null),
        ("sub", json!("other")),
        ("sub", Value::Null),
        ("aud", json!("https://login.example.com/")),
        ("aud", json!([ISSUER, "https://other.example.com"])),
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
    let verified = |header: &Header, keys: &JwkSet| {
        verify(&signed(header, &claims()), "shop", keys, &ours(AssertionAudience::default()), NOW)
    };
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
    assert!(verify(&signed(&header, &claims()), "shop", &keys(), &ours(AssertionAudience::default()), NOW).is_err());
}

#[test]
fn a_shared_secret_or_the_signature_of_another_assertion_proves_nothing() {
    let shared = encode(&Header::default(), &claims(), &EncodingKey::from_secret(&private_key())).unwrap();
    let good = signed(&Header::new(Algorithm::EdDSA), &claims());
    let other = signed(&Header::new(Algorithm::EdDSA), &with("jti", json!("b")));
    let changed = spoiled::signed_as(&good, &other);
    for bad in [shared.as_str(), &changed, "a.b.c", ""] {
        assert!(verify(bad, "shop", &keys(), &ours(AssertionAudience::default()), NOW).is_err(), "{bad}");
    }
}

#[test]
fn an_audience_is_the_issuer_or_an_endpoint_and_nothing_besides() {
    let lenient = |aud: Value| ours(AssertionAudience::IssuerOrEndpoint).check(Some(&aud)).is_ok();
    let (issuer, token) = (json!(ISSUER), json!("https://login.example.com/token"));
    for good in [issuer.clone(), token.clone(), json!([issuer]), json!([token, issuer])] {
        assert!(lenient(good.clone()), "{good}");
    }
    for bad in [
        json!("https://login.example.com/"),
        json!("https://login.example.com/token/"),
        json!("https://login.example.com/oauth/par"),
        json!([]),
        json!([issuer, "https://other.example.com"]),
        json!([issuer, 1]),
        json!([[issuer]]),
        json!(null),
        json!({ "a": issuer }),
    ] {
        assert!(!lenient(bad.clone()), "{bad}");
    }
}

#[test]
fn in_the_strict_form_it_is_the_issuer_as_one_string() {
    for (aud, good) in
        [(json!(ISSUER), true), (json!([ISSUER]), false), (json!("https://login.example.com/token"), false)]
    {
        assert_eq!(ours(AssertionAudience::Issuer).check(Some(&aud)).is_ok(), good, "{aud}");
    }
    for form in AssertionAudience::ALL {
        assert_eq!(AssertionAudience::from_name(form.name()), Some(form));
    }
}
