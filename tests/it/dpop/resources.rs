//! A bound token where it is presented (RFC 9449 §7): userinfo, our own API, introspection.

use gatepost::domain::application::ApplicationKind;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use super::{MACHINE, begun, granted, machine_token};
use crate::harness::{Answer, ClientKey, TestServer, World, on_both_engines};

const USERINFO: &str = "/oauth/userinfo";

fn challenge(answer: &Answer) -> &str {
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP realm=\"gatepost\", "), "{challenge}");
    assert!(challenge.contains("algs=\"RS256 PS256 ES256 EdDSA\""), "{challenge}");
    challenge
}

/// RFC 9449 §7.2: it is no bearer token.
#[apply(on_both_engines)]
async fn a_bound_token_is_refused_as_a_bearer_token(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let person = begun(&granted(&server, ApplicationKind::Spa).await, &key).await.access_token();
    let (_, machine) = machine_token(&server, &key).await;
    for (path, token) in [(USERINFO, &person), ("/api/v1/hello", &person), ("/api/v1/hello", &machine)] {
        let answer = Answer::of(server.request(Method::GET, path).bearer_auth(token)).await;
        answer.refusal(401, "invalid_token");
        assert!(challenge(&answer).contains("error=\"invalid_token\""));
        // A proof does not make it one.
        let proof = key.proves_at(&server, "GET", path).beside(token).signed();
        let answer = Answer::of(server.request(Method::GET, path).bearer_auth(token).header("dpop", proof)).await;
        answer.refusal(401, "invalid_token");
    }
    let form = [("access_token", person.as_str())];
    let in_form = Answer::of(server.request(Method::POST, USERINFO).form(&form)).await;
    in_form.refusal(401, "invalid_token");
    for path in ["/api/v1/me", "/api/v1/applications", "/users"] {
        let method = if path == "/users" { Method::POST } else { Method::GET };
        let answer = Answer::of(server.request(method, path).bearer_auth(&machine)).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        challenge(&answer);
    }
}

/// RFC 9449 §7.1.
#[apply(on_both_engines)]
async fn an_unbound_token_is_no_bound_one(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let machine = server.service().await;
    let token = server.form("/token", &machine, &MACHINE).await.access_token();
    let proof = key.proves_at(&server, "GET", "/api/v1/hello").beside(&token).signed();
    let answer = Answer::of(server.presents(Method::GET, "/api/v1/hello", &token, &proof)).await;
    answer.refusal(401, "invalid_token");
    challenge(&answer);
    let stray = server.request(Method::GET, "/api/v1/hello").bearer_auth(&token).header("dpop", "nonsense");
    Answer::of(stray).await.success();
}

/// RFC 9449 §4.3, §7.1, §11.1: at userinfo, where a nonce is demanded, and at the API, for a machine.
#[apply(on_both_engines)]
async fn a_wrong_proof_beside_a_token_is_refused(world: World) {
    let server = world.server().await;
    let (key, other) = (ClientKey::for_proofs(), ClientKey::for_proofs());
    let grant = granted(&server, ApplicationKind::Spa).await;
    let person = begun(&grant, &key).await.access_token();
    let (_, machine) = machine_token(&server, &key).await;
    for (path, token) in [(USERINFO, &person), ("/api/v1/hello", &machine)] {
        let good = || key.proves_at(&server, "GET", path).beside(token);
        for (what, proof) in [
            ("of another key", other.proves_at(&server, "GET", path).beside(token).signed()),
            ("without the token's hash", good().claim("ath", Value::Null).signed()),
            ("with another token's hash", good().beside("another").signed()),
            ("for another method", good().claim("htm", "POST").signed()),
            ("for another path", good().claim("htu", "http://localhost:8080/token").signed()),
            ("old", good().claim("iat", world.clock.seconds() - 61).signed()),
            ("symmetric", good().header("alg", "HS256").signed()),
            ("no proof", "nonsense".to_owned()),
        ] {
            let answer = Answer::of(server.presents(Method::GET, path, token, &proof)).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text());
            answer.refusal(401, "invalid_dpop_proof");
            assert!(challenge(&answer).contains("error=\"invalid_dpop_proof\""), "{what}");
        }
        let without = server.request(Method::GET, path).header("authorization", format!("DPoP {token}"));
        let answer = Answer::of(without).await;
        answer.refusal(401, "invalid_dpop_proof");
        challenge(&answer);
        let two = server.presents(Method::GET, path, token, &good().signed()).header("dpop", good().signed());
        Answer::of(two).await.refusal(401, "invalid_dpop_proof");
        let proof = good().signed();
        Answer::of(server.presents(Method::GET, path, token, &proof)).await.success();
        let told =
            Answer::of(server.presents(Method::GET, path, token, &proof)).await.refusal(401, "invalid_dpop_proof");
        assert!(told.contains("used before"), "{told}");
        Answer::of(server.presents(Method::GET, path, token, &good().signed())).await.success();
    }
    let gone = Answer::of(server.presents(Method::GET, USERINFO, "a.b.c", "x")).await;
    gone.refusal(401, "invalid_token");
    challenge(&gone);
}

async fn asks(server: &TestServer, method: Method, path: &str, token: &str, key: &ClientKey) -> Answer {
    let (target, _) = path.split_once('?').unwrap_or((path, ""));
    let proof = key.proves_at(server, method.as_str(), target).beside(token).claim("nonce", Value::Null).signed();
    Answer::of(server.presents(method, path, token, &proof)).await
}

/// RFC 9449 §7.1: every address of the API, also where routers see only a part of it.
#[apply(on_both_engines)]
async fn the_api_takes_bound_tokens_of_machines(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let machine = server
        .service_with(|settings| {
            settings.scope = "gatepost:admin".parse().unwrap();
            settings.default_scope = settings.scope.clone();
        })
        .await;
    let form = [("grant_type", "client_credentials"), ("scope", "gatepost:admin")];
    let token = server.prove(&machine, &form, &key.proves(&server)).await.access_token();
    for path in ["/api/v1/me", "/api/v1/applications?limit=1", "/api/v1/hello", "/api/v1/users"] {
        let answer = asks(&server, Method::GET, path, &token, &key).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(answer.header("dpop-nonce").is_some());
        let wrong = asks(&server, Method::GET, path, &token, &ClientKey::for_proofs()).await;
        assert_eq!(wrong.status, 401, "{path}: {}", wrong.text());
        assert!(challenge(&wrong).contains("resource_metadata="));
    }
    let proof = key.proves_at(&server, "POST", "/users").beside(&token).signed();
    let made = server.presents(Method::POST, "/users", &token, &proof).json(&json!({ "email": "john@example.com" }));
    assert_eq!(Answer::of(made).await.status, 201);
    let (_, narrow) = machine_token(&server, &key).await;
    let answer = asks(&server, Method::GET, "/api/v1/users", &narrow, &key).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(challenge(&answer).contains("error=\"insufficient_scope\""));
}

/// RFC 9449 §6.2.
#[apply(on_both_engines)]
async fn introspection_tells_the_key(world: World) {
    let server = world.server().await;
    let key = ClientKey::for_proofs();
    let (machine, token) = machine_token(&server, &key).await;
    let told = server.form("/oauth/introspect", &machine, &[("token", &token)]).await.success();
    assert_eq!((&told["token_type"], &told["cnf"]), (&json!("DPoP"), &json!({ "jkt": key.kid() })));
    let grant = granted(&server, ApplicationKind::Web).await;
    let token = begun(&grant, &key).await.access_token();
    let told = server.form("/oauth/introspect", &grant.application, &[("token", &token)]).await.success();
    assert_eq!((&told["active"], &told["cnf"]["jkt"]), (&json!(true), &json!(key.kid())));
}
