//! `GET /api/v1/hello`: what a resource server makes of a token (RFC 6750, RFC 9068 §4).

use gatepost::domain::audit::Actor;
use gatepost::protocol::jose::SigningAlgorithm;
use jsonwebtoken::{EncodingKey, Header, encode};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Assertion, ClientKey, World, on_both_engines};

/// What a request to our own API without a token is told (RFC 9728 §5.1).
const CHALLENGE: &str = "Bearer realm=\"gatepost\", \
    resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource/api/v1\", \
    DPoP algs=\"RS256 PS256 ES256 EdDSA\"";

/// The endpoint says what it saw and what it checked.
#[apply(on_both_engines)]
async fn a_good_token_is_welcomed_and_explained(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let token = server.token().with_basic(&application).send().await.access_token();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = server.request(Method::GET, "/api/v1/hello");
        let answer = Answer::of(request.header("authorization", format!("{scheme} {token}"))).await;
        let body = answer.success();
        assert!(body["message"].as_str().unwrap().starts_with("Well done!"));
        let expected = json!({
            "issued_by": "http://localhost:8080", "issued_to": application.client_id,
            "speaks_for": application.client_id, "meant_for": application.client_id,
            "allows": ["openid", "admin"],
            "issued_at": "2026-03-01T12:00:00Z", "expires_at": "2026-03-01T12:10:00Z",
        });
        assert_eq!(body["token"], expected);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

/// RFC 6750 §3.1: without any credentials the challenge names no error.
#[apply(on_both_engines)]
async fn without_a_token_the_challenge_says_only_what_to_send(world: World) {
    let server = world.server().await;
    for authorization in [None, Some("Basic YTpi"), Some("Digest x")] {
        let mut request = server.request(Method::GET, "/api/v1/hello");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = Answer::of(request).await;
        answer.refusal(401, "invalid_token");
        assert_eq!(answer.header("www-authenticate"), Some(CHALLENGE));
    }
}

/// RFC 6750 §3.1, `invalid_request`.
#[apply(on_both_engines)]
async fn a_header_that_is_not_one_token_is_an_invalid_request(world: World) {
    let server = world.server().await;
    for value in ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer \"a\"", "Bearer =="] {
        let answer = Answer::of(server.request(Method::GET, "/api/v1/hello").header("authorization", value)).await;
        answer.refusal(400, "invalid_request");
        assert!(answer.header("www-authenticate").unwrap().contains("error=\"invalid_request\""));
    }
}

/// The three parts of a token, changed and put together again.
fn altered(token: &str, change: impl FnOnce(&mut [String; 3])) -> String {
    let mut parts: [String; 3] = token.split('.').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    change(&mut parts);
    parts.join(".")
}

/// RFC 9068 §4; RFC 8725 §3.1, §3.2: the algorithm is the key's, never the token's.
#[apply(on_both_engines)]
async fn a_forged_token_is_refused_in_the_words_of_the_rfc(world: World) {
    let server = world.server().await;
    let good = server.token().with_basic(&server.service().await).send().await.access_token();
    let other = server.token().with_basic(&server.service().await).send().await.access_token();
    let header = serde_json::to_value(jsonwebtoken::decode_header(&good).unwrap()).unwrap();
    let claims = server.verify(&good).await.claims;
    let key = ClientKey::new(SigningAlgorithm::Rs256);
    let forge = |header: Value| Assertion { header, claims: claims.clone() };
    let with = |name: &str, value: Value| forge(header.clone()).header(name, value);
    let published = server.get("/.well-known/jwks.json").await.body;
    let confused = Header { kid: header["kid"].as_str().map(str::to_owned), ..Header::default() };
    let forgeries = [
        altered(&good, |[_, payload, _]| payload.truncate(payload.len() - 4)),
        altered(&good, |[_, payload, _]| payload.clone_from(&other.split('.').nth(1).unwrap().to_owned())),
        altered(&good, |[_, _, signature]| signature.clear()),
        altered(&good, |[_, _, signature]| {
            signature.replace_range(..1, if signature.starts_with('A') { "B" } else { "A" });
        }),
        good.split('.').take(2).collect::<Vec<_>>().join("."),
        format!("{good}.{good}"),
        "abc".to_owned(),
        forge(header.clone()).signed(&key),
        with("alg", json!("none")).sealed(|_| Vec::new()),
        with("alg", json!("PS256")).signed(&ClientKey::new(SigningAlgorithm::Ps256)),
        with("kid", json!(null)).signed(&key),
        with("kid", json!("unknown")).signed(&key),
        with("typ", json!("JWT+x")).signed(&key),
        with("jwk", key.jwk()).signed(&key),
        with("jku", json!("http://127.0.0.1/jwks.json")).signed(&key),
        encode(&confused, &claims, &EncodingKey::from_secret(&published)).unwrap(),
    ];
    for forged in forgeries {
        let answer = server.hello(&forged).await;
        answer.refusal(401, "invalid_token");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
    }
    server.hello(&good).await.success();
}

/// RFC 9068 §4, `iss`: a token of a server with another name is not ours, though the key is.
#[apply(on_both_engines)]
async fn a_token_of_another_issuer_is_refused(world: World) {
    let server = world.server_with("[server]\nissuer = \"https://old.example.com\"").await;
    let token = server.token().with_basic(&server.service().await).send().await.access_token();
    assert_eq!(server.verify(&token).await.claims["iss"], "https://old.example.com");
    server.stop().await;
    let server = world.server_with("[server]\nissuer = \"https://new.example.com\"").await;
    let description = server.hello(&token).await.refusal(401, "invalid_token");
    assert!(description.contains("another server"), "{description}");
}

/// Break-glass: a revoked key leaves the key set with every token it signed.
#[apply(on_both_engines)]
async fn a_token_of_a_revoked_key_is_refused_at_once(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let token = server.token().with_basic(&application).send().await.access_token();
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    server.rooms.keys.revoke_key(&kid, &Actor::CommandLine).await.unwrap();
    server.hello(&token).await.refusal(401, "invalid_token");
    assert!(!server.get("/.well-known/jwks.json").await.text().contains(&kid));
    let next = server.token().with_basic(&application).send().await.access_token();
    server.hello(&next).await.success();
}
