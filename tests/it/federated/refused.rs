//! Tokens of another issuer that are wrong, each made from a right one (RFC 7523 §3, RFC 8725).

use std::time::Duration;

use aws_lc_rs::hmac;
use gatepost::protocol::jose::SigningAlgorithm;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{SUBJECT, ask, owner_reads, workload};
use crate::harness::{Assertion, ClientKey, ForeignIssuer, START, World, on_both_engines};

/// What an attacker can start from.
struct Material {
    right: Assertion,
    key: ClientKey,
    stranger: ClientKey,
}

impl Material {
    fn with_claim(&self, name: &str, value: impl Into<Value>) -> String {
        self.right.clone().claim(name, value).signed(&self.key)
    }

    fn with_header(&self, name: &str, value: impl Into<Value>) -> String {
        self.right.clone().header(name, value).signed(&self.key)
    }

    fn with_mac(&self, key: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        self.right.clone().header("alg", "HS256").sealed(|message| hmac::sign(&key, message).as_ref().to_vec())
    }
}

type Make = fn(&Material) -> String;

/// What is wrong, the claim that the owner is shown and a part of what they are told, and how to make it.
const CASES: [(&str, &str, &str, Make); 29] = [
    ("another issuer", "iss", "no such issuer", |m| m.with_claim("iss", "https://other.example")),
    ("an issuer with a slash", "iss", "no such issuer", |m| {
        m.with_claim("iss", format!("{}/", m.right.claims["iss"].as_str().unwrap()))
    }),
    ("a list of issuers", "iss", "no such issuer", |m| m.with_claim("iss", json!([m.right.claims["iss"]]))),
    ("another subject", "sub", "not this subject", |m| m.with_claim("sub", "repo:octopus/shop")),
    ("the pattern for a subject", "sub", "not this subject", |m| m.with_claim("sub", "repo:octo/")),
    ("another's audience", "aud", "for nobody else", |m| m.with_claim("aud", "https://other.example")),
    ("somebody else besides", "aud", "for nobody else", |m| {
        m.with_claim("aud", json!([m.right.claims["aud"], "https://other.example"]))
    }),
    ("our token endpoint", "aud", "for nobody else", |m| m.with_claim("aud", "http://localhost:8080/token")),
    ("our name in front", "aud", "for nobody else", |m| m.with_claim("aud", "http://localhost:8080.example")),
    ("no audience", "aud", "for nobody else", |m| m.with_claim("aud", Value::Null)),
    ("an empty list", "aud", "for nobody else", |m| m.with_claim("aud", json!([]))),
    ("expired", "", "expired", |m| m.with_claim("exp", START - 60)),
    ("without an end", "", "'exp' of the token is missing", |m| m.with_claim("exp", Value::Null)),
    ("good for too long", "", "more than a day", |m| m.with_claim("exp", START + 90_000)),
    ("good for ever", "", "more than a day", |m| m.with_claim("exp", json!(1e300))),
    ("from the future", "", "'iat'", |m| m.with_claim("iat", START + 61)),
    ("not valid yet", "", "'nbf'", |m| m.with_claim("nbf", START + 61)),
    ("alg none", "", "'alg'", |m| m.right.clone().header("alg", "none").sealed(|_| Vec::new())),
    ("alg none, rightly signed", "", "'alg'", |m| m.with_header("alg", "none")),
    ("HMAC under the public key", "", "'alg'", |m| m.with_mac(m.key.jwks().as_bytes())),
    ("HMAC under its modulus", "", "'alg'", |m| m.with_mac(m.key.jwk()["n"].as_str().unwrap().as_bytes())),
    ("HMAC under nothing", "", "'alg'", |m| m.with_mac(b"")),
    ("alg of another kind of key", "", "signed by", |m| m.with_header("alg", "ES256")),
    ("a stranger's key under the issuer's kid", "", "signed by the key", |m| m.right.signed(&m.stranger)),
    ("a stranger's key in the header", "", "none of the keys", |m| {
        let own = m.right.clone().header("kid", m.stranger.kid());
        own.header("jwk", m.stranger.jwk()).signed(&m.stranger)
    }),
    ("an address of a key set", "", "none of the keys", |m| {
        let own = m.right.clone().header("kid", m.stranger.kid());
        own.header("jku", "http://127.0.0.1:1/keys").signed(&m.stranger)
    }),
    ("typ of an access token", "", "'typ'", |m| m.with_header("typ", "at+jwt")),
    ("an extension that must be understood", "", "'crit'", |m| m.with_header("crit", json!(["exp"]))),
    ("no signature", "", "signed by", |m| m.right.sealed(|_| Vec::new())),
];

/// The caller gets general words, always the same; the owner reads which claim it was.
#[apply(on_both_engines)]
async fn and_only_the_owner_is_told_why(world: World) {
    let server = world.server().await;
    let (key, stranger) = (ClientKey::new(SigningAlgorithm::Rs256), ClientKey::new(SigningAlgorithm::Rs256));
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry("repo:octo/*")])).await;
    let right = issuer.token(&server, &key, SUBJECT);
    let material = Material { right, key, stranger };
    for (what, field, reason, make) in CASES {
        // The newest of so many alike are kept, and those of one moment have no order.
        world.clock.advance(Duration::from_millis(1));
        let answer = ask(&server, &application, &make(&material)).await;
        let failure = owner_reads(&server, &application, &answer).await;
        assert!(failure.reason.contains(reason) && !failure.proven, "{what}: {failure:?}");
        let shown = failure.mismatch.as_ref().map_or("", |mismatch| mismatch.field.name());
        assert_eq!(shown, field, "{what}: {failure:?}");
    }
    ask(&server, &application, &material.right.signed(&material.key)).await.success();
}

/// What is no JWT at all, or says nothing of its sender, is a bad client assertion as ever.
#[apply(on_both_engines)]
async fn and_what_is_no_token_is_no_fault_of_the_server(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let application = workload(&server, &json!([issuer.entry("repo:octo/*")])).await;
    let right = issuer.token(&server, &key, SUBJECT);
    for bad in ["x", "..", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.bnVsbA."] {
        ask(&server, &application, bad).await.refusal(401, "invalid_client");
    }
    let without = right.clone().claim("sub", Value::Null).signed(&key);
    ask(&server, &application, &without).await.refusal(401, "invalid_client");
    let nested = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let deep = right.claim("deep", serde_json::from_str::<Value>(&nested).unwrap_or_default()).signed(&key);
    assert!(ask(&server, &application, &deep).await.status.as_u16() < 500);
}

/// The entry says whom the token is for, where that is not this server's issuer.
#[apply(on_both_engines)]
async fn unless_the_entry_names_another_audience(world: World) {
    let server = world.server().await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let issuer = ForeignIssuer::with_keys(&[&key]).await;
    let mut entry = issuer.entry(SUBJECT);
    entry["audience"] = "gatepost".into();
    let application = workload(&server, &json!([entry])).await;
    let right = issuer.token(&server, &key, SUBJECT);
    let answer = ask(&server, &application, &right.signed(&key)).await;
    let mismatch = owner_reads(&server, &application, &answer).await.mismatch.unwrap();
    assert_eq!((mismatch.field.name(), mismatch.registered.as_deref()), ("aud", Some("gatepost")));
    ask(&server, &application, &right.claim("aud", "gatepost").signed(&key)).await.success();
}
