//! Tokens of other issuers, value by value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::*;
use crate::protocol::federation::{ForeignKeys, Signature};
use crate::protocol::jose::Signer;
use crate::protocol::refusal::ErrorCode;
use crate::protocol::signed_jwt::spoiled;

/// RFC 8410 §10.3.
const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
const OURS: &str = "https://id.example.com";
const ISSUER: &str = "https://ci.example.com";
const SUB: &str = "repo:octo/shop:ref:refs/heads/main";
const NOW: i64 = 1_000_000;

fn private_key() -> Vec<u8> {
    STANDARD.decode(PRIVATE_KEY).unwrap()
}

fn jwk(kid: Option<&str>) -> Value {
    let mut jwk = Signer::from_pkcs8(SigningAlgorithm::EdDsa, &private_key()).unwrap().jwk().clone();
    jwk.common.key_id = kid.map(str::to_owned);
    serde_json::to_value(jwk).unwrap()
}

fn keys(kid: Option<&str>) -> ForeignKeys {
    ForeignKeys::read(&json!({ "keys": [jwk(kid)] })).unwrap()
}

fn identity(issuer: &str, subject: &str, audience: Option<&str>) -> FederatedIdentity {
    FederatedIdentity {
        issuer: issuer.parse().unwrap(),
        subject: subject.parse().unwrap(),
        audience: audience.map(str::to_owned),
        keys: None,
        reusable: false,
    }
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "sub": SUB, "aud": OURS, "exp": NOW + 300, "iat": NOW, "jti": "a" })
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

fn signed_under(kid: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &EncodingKey::from_ed_der(&private_key())).unwrap()
}

fn signed(claims: &Value) -> String {
    signed_under(Some("a"), claims)
}

/// The key is that of RFC 8037 §A.1, and §A.3 has its thumbprint.
fn signed_by() -> SignedBy {
    SignedBy::named("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
}

/// The reason that an owner is told, and the claim that it is about.
fn reason(refusal: &Refusal) -> (&str, Option<&str>) {
    assert_eq!((refusal.code, &*refusal.description), (ErrorCode::InvalidClient, TOLD));
    (refusal.for_owner.as_deref().unwrap(), refusal.mismatch.as_ref().map(|mismatch| mismatch.field.name()))
}

fn found(claims: &Value, federated: &[FederatedIdentity]) -> Result<usize, Refusal> {
    let compact = signed(claims);
    let token = ForeignToken::read(&compact)?;
    token.identities(federated, OURS).map(|found| found.len())
}

#[test]
fn an_identity_is_found_by_issuer_subject_and_audience() {
    let federated = [
        identity(ISSUER, "repo:octo/*", None),
        identity(ISSUER, SUB, None),
        identity(ISSUER, SUB, Some("other")),
        identity("https://b.example", SUB, None),
    ];
    assert_eq!(found(&claims(), &federated).unwrap(), 2);
    assert_eq!(found(&with("aud", json!([OURS, OURS])), &federated).unwrap(), 2);
    assert_eq!(found(&with("aud", json!("other")), &federated).unwrap(), 1, "the entry says whom it is for");
    for (name, value, field, sent) in [
        ("iss", json!("https://ci.example.com/"), "iss", Some("https://ci.example.com/")),
        ("iss", Value::Null, "iss", None),
        ("iss", json!([ISSUER]), "iss", None),
        ("sub", json!("repo:octopus/shop"), "sub", Some("repo:octopus/shop")),
        ("sub", Value::Null, "sub", None),
        ("sub", json!(7), "sub", None),
        ("aud", json!("https://id.example.com.evil.example"), "aud", Some("https://id.example.com.evil.example")),
        (
            "aud",
            json!([OURS, "https://other.example"]),
            "aud",
            Some("[\"https://id.example.com\",\"https://other.example\"]"),
        ),
        ("aud", json!([]), "aud", Some("[]")),
        ("aud", Value::Null, "aud", Some("")),
    ] {
        let refusal = found(&with(name, value.clone()), &federated).unwrap_err();
        assert_eq!(reason(&refusal).1, Some(field), "{name} {value}");
        assert_eq!(refusal.mismatch.unwrap().sent.as_deref(), sent, "{name} {value}");
    }
    let refusal = found(&claims(), &[]).unwrap_err();
    assert_eq!(reason(&refusal).1, Some("iss"));
}

/// SPIFFE JWT-SVID §3: `iss` may be missing, `sub` says the trust domain.
#[test]
fn a_jwt_svid_is_of_the_trust_domain_of_its_subject() {
    let federated = [identity("spiffe://example.org", "spiffe://example.org/ns/prod/*", None)];
    let svid = |sub: &str| json!({ "sub": sub, "aud": [OURS], "exp": NOW + 300 });
    assert_eq!(found(&svid("spiffe://example.org/ns/prod/sa/shop"), &federated).unwrap(), 1);
    for (sub, field) in [
        ("spiffe://example.org/ns/test/sa/shop", "sub"),
        ("spiffe://example.org.evil.example/ns/prod/sa/shop", "iss"),
        ("spiffe://other.example/ns/prod/sa/shop", "iss"),
    ] {
        assert_eq!(reason(&found(&svid(sub), &federated).unwrap_err()).1, Some(field), "{sub}");
    }
}

#[test]
fn a_token_counts_while_it_is_good_give_or_take_a_minute() {
    let checked = |claims: &Value| ForeignToken::read(&signed(claims)).unwrap().check_times(NOW);
    for good in [
        claims(),
        with("exp", json!(NOW - 59)),
        with("exp", json!(NOW + 24 * 3600 + 60)),
        with("iat", json!(NOW + 60)),
        with("nbf", json!(NOW + 60)),
        with("iat", Value::Null),
        with("exp", json!(1_000_060.9)),
    ] {
        assert_eq!(checked(&good), Ok(()), "{good}");
    }
    for (bad, what) in [
        (with("exp", json!(NOW - 60)), "expired"),
        (with("exp", Value::Null), "missing"),
        (with("exp", json!("soon")), "number"),
        (with("exp", json!(i64::MIN)), "expired"),
        (with("exp", json!(NOW + 24 * 3600 + 61)), "more than a day"),
        (with("exp", json!(1e300)), "more than a day"),
        (with("iat", json!(NOW + 61)), "not valid yet ('iat')"),
        (with("nbf", json!(NOW + 61)), "not valid yet ('nbf')"),
        (with("nbf", json!(null)), ""),
        (with("iat", json!([])), "number"),
    ] {
        match checked(&bad) {
            Ok(()) => assert_eq!(what, "", "{bad}"),
            Err(refusal) => assert!(reason(&refusal).0.contains(what), "{bad}: {refusal:?}"),
        }
    }
}

#[test]
fn a_signature_is_good_bad_or_by_a_key_that_is_not_known() {
    let judged = |kid: Option<&str>, keys: &ForeignKeys| {
        let compact = signed_under(kid, &claims());
        keys.signature(ForeignToken::read(&compact).unwrap().signed())
    };
    let good = || Signature::Good(signed_by());
    assert_eq!(judged(Some("a"), &keys(Some("a"))), good());
    assert_eq!(judged(Some("a"), &keys(None)), good(), "a key without a name can be any");
    assert_eq!(judged(None, &keys(Some("a"))), good());
    assert_eq!(judged(Some("b"), &keys(Some("a"))), Signature::UnknownKey);
    let forged = spoiled::signature(&signed(&claims()));
    assert_eq!(keys(Some("a")).signature(ForeignToken::read(&forged).unwrap().signed()), Signature::Bad);
    let moved = spoiled::signed_as(&signed(&claims()), &signed(&with("sub", json!("other"))));
    assert_eq!(keys(Some("a")).signature(ForeignToken::read(&moved).unwrap().signed()), Signature::Bad);
}

/// RFC 8725 §3.1, §3.11: the algorithm is one of ours, and what is made for something else proves nobody.
#[test]
fn a_header_that_is_not_understood_is_refused() {
    let headed = |header: Value| spoiled::parts(&signed(&claims()), &header.to_string(), &claims().to_string());
    for (header, what) in [
        (json!({ "alg": "none" }), "'alg'"),
        (json!({ "alg": "HS256" }), "'alg'"),
        (json!({ "alg": "ES384" }), "'alg'"),
        (json!({ "alg": "RS512" }), "'alg'"),
        (json!({}), "'alg'"),
        (json!({ "alg": "ES256", "crit": ["b64"], "b64": false }), "'crit'"),
        (json!({ "alg": "ES256", "typ": "at+jwt" }), "'typ'"),
        (json!({ "alg": "ES256", "typ": "logout+jwt" }), "'typ'"),
        (json!({ "alg": "ES256", "typ": "dpop+jwt" }), "'typ'"),
    ] {
        let compact = headed(header.clone());
        let refusal = ForeignToken::read(&compact).unwrap_err();
        assert!(reason(&refusal).0.contains(what), "{header}: {refusal:?}");
    }
    for typ in ["JWT", "jwt", "JOSE", "application/jwt", "client-authentication+jwt"] {
        assert!(ForeignToken::read(&headed(json!({ "alg": "ES256", "typ": typ }))).is_ok(), "{typ}");
    }
    for compact in ["", "x", "..", "a.b.c"] {
        assert!(ForeignToken::read(compact).is_err());
    }
}

/// An application that signs for itself is told what is wrong with that, as ever.
#[test]
fn what_another_issuer_made_is_known_by_its_claims() {
    let is_foreign = |claims: &Value| Unverified::read(&signed(claims)).unwrap().is_foreign_to("shop");
    assert!(is_foreign(&claims()));
    assert!(is_foreign(&json!({ "sub": "spiffe://example.org/a" })));
    assert!(is_foreign(&json!({ "iss": [ISSUER], "sub": "other" })));
    for own in [
        json!({ "iss": "shop", "sub": "shop" }),
        json!({ "iss": "other", "sub": "shop" }),
        json!({ "iss": "shop", "sub": "other" }),
        json!({ "iss": "other", "sub": "other" }),
        json!({ "sub": "shop" }),
        json!({ "iss": ["other"], "sub": "shop" }),
        json!({ "sub": "other" }),
        json!({ "iss": ISSUER }),
    ] {
        assert!(!is_foreign(&own), "{own}");
    }
    assert!(Unverified::read("x").is_none());
    let of_issuer = Unverified::read(&signed(&json!({ "iss": ISSUER, "sub": "shop" }))).unwrap();
    assert!(of_issuer.is_of(&[identity(ISSUER, "shop", None)]), "a subject may be called as the application is");
    assert!(!of_issuer.is_of(&[identity("https://b.example", "shop", None)]));
}

/// RFC 7519 §4.1.7; without `jti` the signed part counts, since a signature has more than one form.
#[test]
fn a_token_is_known_again() {
    let mark = |compact: &str| ForeignToken::read(compact).unwrap().spent_by(&signed_by()).mark;
    let marked = |claims: &Value| mark(&signed(claims));
    assert_eq!(marked(&claims()), marked(&with("exp", json!(NOW + 1))), "the jti says it");
    assert_ne!(marked(&claims()), marked(&with("jti", json!("b"))));
    assert_ne!(marked(&claims()), marked(&with("iss", json!("https://b.example"))));
    for none in [Value::Null, json!(""), json!(7)] {
        let compact = signed(&with("jti", none.clone()));
        let (head, _) = compact.rsplit_once('.').unwrap();
        assert_eq!(mark(&compact), mark(&format!("{head}.AAAA")), "{none}");
        assert_ne!(mark(&compact), marked(&with("jti", json!("a"))));
    }
    let compact = signed(&claims());
    let token = ForeignToken::read(&compact).unwrap();
    assert_eq!(token.spent_by(&signed_by()).expires, NOW + 360);
    assert_ne!(token.spent_by(&SignedBy::named("other")).mark, mark(&compact), "nobody spends what others signed");
}
