//! ID tokens of a provider, claim by claim.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::*;
use crate::protocol::jose::{Signer, SigningAlgorithm};
use crate::protocol::signed_jwt::spoiled;

/// RFC 8410 §10.3.
const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
const ISSUER: &str = "https://accounts.example";
const NOW: i64 = 1_000_000;

fn private_key() -> Vec<u8> {
    STANDARD.decode(PRIVATE_KEY).unwrap()
}

fn signer() -> Signer {
    Signer::from_pkcs8(SigningAlgorithm::EdDsa, &private_key()).unwrap()
}

/// Its key set, with a key that nobody knows.
fn keys() -> JwkSet {
    let document = json!({"keys": [{"kty": "new", "kid": "x"}, signer().jwk()]});
    key_set(document.to_string().as_bytes()).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "gatepost", "sub": "u1", "exp": NOW + 300, "iat": NOW, "nonce": "n",
        "email": "jane@example.com", "email_verified": true, "auth_time": NOW - 5,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

fn checked(token: &str) -> Result<Identity, Unusable> {
    let is_nonce = |nonce: &str| nonce == "n";
    verify(token, &keys(), &Expected { issuer: ISSUER, client_id: "gatepost", is_nonce: &is_nonce, now: NOW })
}

fn said(claims: &Value) -> Result<Identity, Unusable> {
    checked(&signer().sign_jwt("JWT", claims).unwrap())
}

#[test]
fn keys_that_check_no_signature_are_passed_over() {
    assert_eq!(keys().keys.len(), 1);
    let mut hiding = serde_json::to_value(signer().jwk()).unwrap();
    hiding["use"] = "enc".into();
    for key in [json!({"kty": "new"}), json!({"kty": "oct", "k": "AAAA"}), json!({"kty": "RSA"}), hiding] {
        let document = json!({ "keys": [key] });
        assert_eq!(key_set(document.to_string().as_bytes()).unwrap().keys, [], "{document}");
    }
}

#[test]
fn a_good_token_says_who_signed_in_and_when() {
    let identity = said(&claims()).unwrap();
    assert_eq!((identity.subject.as_str(), identity.email.as_deref()), ("u1", Some("jane@example.com")));
    assert!(identity.email_verified && identity.auth_time == Some(NOW - 5));
    for good in [
        with("aud", json!(["gatepost"])),
        with("azp", json!("gatepost")),
        with("exp", json!(NOW - 59)),
        with("iat", json!(NOW + 60)),
    ] {
        assert!(said(&good).is_ok(), "{good}");
    }
}

#[test]
fn every_claim_that_is_wrong_is_refused() {
    for bad in [
        with("iss", json!("https://accounts.example/")),
        with("iss", Value::Null),
        with("aud", json!("other")),
        with("aud", json!([])),
        with("aud", json!(["gatepost", "other"])),
        with("azp", json!("other")),
        with("exp", json!(NOW - 60)),
        with("exp", Value::Null),
        with("exp", json!("soon")),
        with("iat", json!(NOW + 61)),
        with("iat", Value::Null),
        with("nbf", json!(NOW + 61)),
        with("nonce", json!("other")),
        with("nonce", Value::Null),
        with("sub", json!("")),
        with("sub", json!(7)),
        with("sub", json!("x".repeat(256))),
    ] {
        assert!(said(&bad).is_err(), "{bad}");
    }
}

#[test]
fn only_true_is_verified() {
    for value in [json!("true"), json!(1), json!(false), Value::Null] {
        assert!(!said(&with("email_verified", value.clone())).unwrap().email_verified, "{value}");
    }
}

#[test]
fn a_token_without_signature_of_a_secret_or_of_another_key_is_refused() {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims()));
    let public = serde_json::to_vec(signer().jwk()).unwrap();
    let hmac = encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(&public)).unwrap();
    let good = signer().sign_jwt("JWT", &claims()).unwrap();
    let forged = spoiled::signature(&good);
    let critical = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::EdDSA) };
    let critical = encode(&critical, &claims(), &EncodingKey::from_ed_der(&private_key())).unwrap();
    let elsewhere = Header { kid: Some("x".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let elsewhere = encode(&elsewhere, &claims(), &EncodingKey::from_ed_der(&private_key())).unwrap();
    for bad in [unsigned, hmac, forged, critical, elsewhere, "a.b".to_owned(), String::new()] {
        assert!(checked(&bad).is_err(), "{bad}");
    }
}

#[test]
fn userinfo_adds_the_address_of_the_same_person_only() {
    let bare = said(&with("email", Value::Null)).unwrap();
    let told = told_by_userinfo(&bare, br#"{"sub": "u1", "email": "a@b.example", "email_verified": true}"#);
    let told = told.unwrap();
    assert_eq!(
        (told.email.as_deref(), told.email_verified, told.auth_time),
        (Some("a@b.example"), true, Some(NOW - 5))
    );
    assert_eq!(told.name, bare.name, "what it does not say stays");
    let named =
        told_by_userinfo(&Identity { name: None, ..bare.clone() }, br#"{"sub": "u1", "name": "Jane"}"#).unwrap();
    assert_eq!(named.name.as_deref(), Some("Jane"));
    let other = told_by_userinfo(&bare, br#"{"sub": "u1", "name": "Janet"}"#).unwrap();
    assert_eq!((other.name.as_deref(), other.email.as_deref()), (Some("Janet"), None));
    let known = said(&claims()).unwrap();
    let told = told_by_userinfo(&known, br#"{"sub": "u1", "email_verified": false}"#).unwrap();
    assert_eq!((told.email, told.email_verified), (known.email, known.email_verified), "one of the two says both");
    assert!(told_by_userinfo(&bare, br#"{"sub": "u2", "email": "a@b.example"}"#).is_err());
    assert!(told_by_userinfo(&bare, b"[]").is_err());
}
