//! Client assertions that are wrong (RFC 7523 §3, RFC 7515, RFC 8725), each made from a right one.

use aws_lc_rs::hmac;
use gatepost::protocol::client_auth::JWT_BEARER_ASSERTION;
use gatepost::protocol::jose::SigningAlgorithm;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{Target, check};
use crate::harness::{Assertion, ClientKey, START, World, on_both_engines};

/// What an attacker or a careless client can start from.
pub(super) struct Material {
    right: Assertion,
    key: ClientKey,
    stranger: ClientKey,
    colleague: String,
}

type Make = fn(&Material) -> String;

impl Material {
    /// The right assertion with another value of a claim, rightly signed.
    fn with_claim(&self, name: &str, value: impl Into<Value>) -> String {
        self.right.clone().claim(name, value).signed(&self.key)
    }

    /// The right assertion with another header member, rightly signed.
    fn with_header(&self, name: &str, value: impl Into<Value>) -> String {
        self.right.clone().header(name, value).signed(&self.key)
    }

    fn with_mac(&self, alg: &str, algorithm: hmac::Algorithm, key: &[u8]) -> String {
        let key = hmac::Key::new(algorithm, key);
        self.right.clone().header("alg", alg).sealed(|message| hmac::sign(&key, message).as_ref().to_vec())
    }

    fn parts(&self) -> [String; 3] {
        let signed = self.right.signed(&self.key);
        signed.split('.').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()
    }
}

pub(super) const CASES: [(&str, Make); 70] = [
    ("no JWT at all", |_| "x".to_owned()),
    ("dots", |_| "..".to_owned()),
    ("four dots", |_| "....".to_owned()),
    ("not base64", |_| "a!.b!.c!".to_owned()),
    ("empty objects", |_| "e30.e30.".to_owned()),
    ("two parts", |m| m.parts()[..2].join(".")),
    ("four parts", |m| format!("{}.x", m.parts().join("."))),
    ("an encrypted JWT", |m| format!("{}.x.y", m.parts().join("."))),
    ("white space around it", |m| format!(" {} ", m.parts().join("."))),
    ("padding", |m| format!("{}==", m.parts().join("."))),
    ("JSON instead of compact", |m| json!({ "payload": m.parts()[1], "signature": m.parts()[2] }).to_string()),
    ("a header that is an array", |m| format!("W10.{}.{}", m.parts()[1], m.parts()[2])),
    ("claims that are an array", |m| format!("{}.W10.{}", m.parts()[0], m.parts()[2])),
    ("claims that are text", |m| format!("{}.eHg.{}", m.parts()[0], m.parts()[2])),
    ("no signature", |m| format!("{}.{}.", m.parts()[0], m.parts()[1])),
    ("a cut signature", |m| m.parts().join(".")[..m.parts().join(".").len() - 4].to_owned()),
    ("zeros for a signature", |m| m.right.sealed(|_| vec![0; 64])),
    ("a signature of something else", |m| m.right.sealed(|_| m.key.sign(b"x"))),
    ("claims changed afterwards", |m| {
        let other = m.right.clone().claim("jti", "other").signed(&m.key);
        format!("{}.{}.{}", m.parts()[0], other.split('.').nth(1).unwrap(), m.parts()[2])
    }),
    ("a stranger's key", |m| m.right.signed(&m.stranger)),
    ("a stranger's key under its own kid", |m| m.right.clone().header("kid", m.stranger.kid()).signed(&m.stranger)),
    ("a stranger's key in the header", |m| m.right.clone().header("jwk", m.stranger.jwk()).signed(&m.stranger)),
    ("an address of a key set", |m| m.right.clone().header("jku", "http://127.0.0.1:1/jwks.json").signed(&m.stranger)),
    ("an unknown kid", |m| m.with_header("kid", "unknown")),
    ("a kid that is a path", |m| m.right.clone().header("kid", "../../dev/null").sealed(|_| vec![0; 64])),
    ("a kid that is a number", |m| m.with_header("kid", 7)),
    ("alg none", |m| m.right.clone().header("alg", "none").sealed(|_| Vec::new())),
    ("alg None", |m| m.right.clone().header("alg", "None").sealed(|_| Vec::new())),
    ("alg none with the right signature", |m| m.with_header("alg", "none")),
    ("no alg", |m| m.with_header("alg", Value::Null)),
    ("alg a number", |m| m.with_header("alg", 1)),
    ("alg of another kind of key", |m| m.with_header("alg", "RS256")),
    ("alg of another curve", |m| m.with_header("alg", "ES384")),
    ("alg in lower case", |m| m.with_header("alg", "es256")),
    ("HS256 under the public key", |m| m.with_mac("HS256", hmac::HMAC_SHA256, m.key.jwks().as_bytes())),
    ("HS256 under the key's x", |m| {
        m.with_mac("HS256", hmac::HMAC_SHA256, m.key.jwk()["x"].as_str().unwrap().as_bytes())
    }),
    ("HS256 under nothing", |m| m.with_mac("HS256", hmac::HMAC_SHA256, b"")),
    ("HS512 under the public key", |m| m.with_mac("HS512", hmac::HMAC_SHA512, m.key.jwks().as_bytes())),
    ("an extension that must be understood", |m| m.with_header("crit", json!(["exp"]))),
    ("an unencoded payload", |m| m.right.clone().header("crit", json!(["b64"])).header("b64", false).signed(&m.key)),
    ("no iss", |m| m.with_claim("iss", Value::Null)),
    ("another iss", |m| m.with_claim("iss", m.colleague.clone())),
    ("iss a list", |m| m.with_claim("iss", json!([m.right.claims["iss"]]))),
    ("no sub", |m| m.with_claim("sub", Value::Null)),
    ("another application's sub", |m| m.with_claim("sub", m.colleague.clone())),
    ("another application's sub and iss", |m| {
        m.right.clone().claim("sub", m.colleague.clone()).claim("iss", m.colleague.clone()).signed(&m.key)
    }),
    ("sub that is unknown", |m| m.with_claim("sub", "unknown")),
    ("sub a number", |m| m.with_claim("sub", 1)),
    ("no aud", |m| m.with_claim("aud", Value::Null)),
    ("another aud", |m| m.with_claim("aud", "https://other.example.com")),
    ("aud with our name in front", |m| m.with_claim("aud", "http://localhost:8080.example.com")),
    ("aud with a slash", |m| m.with_claim("aud", "http://localhost:8080/")),
    ("aud the introspection endpoint", |m| m.with_claim("aud", "http://localhost:8080/oauth/introspect")),
    ("aud somebody else besides", |m| m.with_claim("aud", json!(["http://localhost:8080", "https://other.example"]))),
    ("typ of an access token", |m| m.with_header("typ", "at+jwt")),
    ("typ of a proof", |m| m.with_header("typ", "dpop+jwt")),
    ("aud an empty list", |m| m.with_claim("aud", json!([]))),
    ("aud a number", |m| m.with_claim("aud", 1)),
    ("no exp", |m| m.with_claim("exp", Value::Null)),
    ("expired", |m| m.with_claim("exp", START - 31)),
    ("expired in 1970", |m| m.with_claim("exp", 0)),
    ("exp below zero", |m| m.with_claim("exp", i64::MIN)),
    ("exp a day ahead", |m| m.with_claim("exp", START + 86_400)),
    ("exp at the end of time", |m| m.with_claim("exp", i64::MAX)),
    ("exp beyond any number", |m| m.with_claim("exp", json!(1e300))),
    ("exp as text", |m| m.with_claim("exp", (START + 60).to_string())),
    ("not valid yet", |m| m.with_claim("nbf", START + 31)),
    ("issued in the future", |m| m.with_claim("iat", START + 3600)),
    ("no jti", |m| m.with_claim("jti", Value::Null)),
    ("a jti too long to remember", |m| m.with_claim("jti", "j".repeat(257))),
];

/// RFC 7523 §3.
#[apply(on_both_engines)]
async fn is_refused(world: World) {
    let mut target = Target::new(&world).await;
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let server = &target.server;
    let application = server.service_with_key(&key).await;
    let colleague = server.service_with_key(&ClientKey::new(SigningAlgorithm::Es256)).await;
    target.before = world.database.facts().await;
    let right = Assertion::new(server, &application, &key);
    let stranger = ClientKey::new(SigningAlgorithm::Es256);
    let material = Material { right, key, stranger, colleague: colleague.client_id };
    for (what, make) in CASES {
        let answer = server.token().with_assertion(&make(&material)).send().await;
        check(what, &answer, 401, "invalid_client");
    }
    target.is_unharmed().await;
    server.token().with_assertion(&material.right.signed(&material.key)).send().await.success();
}

/// RFC 7523 §2.2; RFC 7521 §4.2: type, assertion and client belong together.
#[apply(on_both_engines)]
async fn of_the_wrong_type_or_for_two_clients_is_an_invalid_request(world: World) {
    let mut target = Target::new(&world).await;
    let server = &target.server;
    let key = ClientKey::new(SigningAlgorithm::EdDsa);
    let application = server.service_with_key(&key).await;
    target.before = world.database.facts().await;
    let assertion = || Assertion::new(server, &application, &key).signed(&key);
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for assertion_type in [saml, "jwt-bearer", &JWT_BEARER_ASSERTION.to_uppercase(), "+", ""] {
        let request = server.token().parameter("client_assertion_type", assertion_type);
        let answer = request.parameter("client_assertion", &assertion()).send().await;
        check(assertion_type, &answer, 400, "invalid_request");
    }
    let request = server.token().with_assertion(&assertion());
    let twice = request.clone().parameter("client_assertion", &assertion());
    let with_secret = request.clone().parameter("client_secret", &target.good.secret);
    let with_header = request.clone().with_basic(&target.good);
    let for_another = request.parameter("client_id", &target.good.client_id);
    for (what, request) in
        [("twice", twice), ("a secret too", with_secret), ("a header too", with_header), ("two clients", for_another)]
    {
        check(what, &request.send().await, 400, "invalid_request");
    }
    target.is_unharmed().await;
}
