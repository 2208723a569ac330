//! Bodies are parsed strictly: duplicate and unknown members are refused.

use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, Who, World, on_both_engines, person};

async fn send(server: &TestServer, who: &Who, (method, path): (Method, &str), (kind, body): (&str, &str)) -> Answer {
    let request = who.sends(server.request(method, path)).header("content-type", kind);
    Answer::of(request.body(body.to_owned())).await
}

const JSON: &str = "application/json";

/// A gateway that checked the request before may have read the other value.
#[apply(on_both_engines)]
async fn a_member_that_is_sent_twice_is_refused_everywhere(world: World) {
    let server = world.server().await;
    let ops = server.machine("gatepost:admin users:write").await;
    let (application, ann) = (server.service().await, person::account(&server.rooms, "ann@example.com").await);
    let application = format!("/api/v1/applications/{}", application.client_id);
    for (method, path, body) in [
        (Method::POST, "/api/v1/applications".to_owned(), r#"{"name":"A","scope":"openid","scope":"gatepost:admin"}"#),
        (Method::PATCH, application.clone(), r#"{"name":"A","name":"B"}"#),
        (Method::PATCH, application.clone(), r#"{"jwks":{"keys":[{"kty":"RSA","n":"a","n":"b","e":"AQAB"}]}}"#),
        (Method::PUT, format!("{application}/exempt"), r#"{"exempt":false,"exempt":true}"#),
        (Method::POST, "/api/v1/users".to_owned(), r#"{"email":"a@example.com","admin":false,"admin":true}"#),
        (Method::PATCH, format!("/api/v1/users/{}", ann.sub), r#"{"admin":false,"\u0061dmin":true}"#),
    ] {
        let answer = send(&server, &ops, (method, &path), (JSON, body)).await;
        let told = answer.problem(400, "invalid_request");
        assert!(told.contains("is sent twice"), "{path}: {told}");
    }
    let body = r#"{"email":"a@example.com","email":"b@example.com"}"#;
    let seed = send(&server, &ops, (Method::POST, "/users"), (JSON, body)).await;
    assert!(seed.refusal(400, "invalid_request").contains("'email' is sent twice"), "{}", seed.text());
    let users = world.database.texts("select cast(count(*) as text) from users").await;
    assert_eq!(users, ["1"], "only Ann");
}

#[apply(on_both_engines)]
async fn what_cannot_be_done_is_not_passed_over(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let application = server.service().await;
    let path = format!("/applications/{}", application.client_id);
    let nameless = management.patch(&ops, &path, json!({ "name": null, "token_ttl": 60 })).await;
    nameless.problem(400, "invalid_request");
    assert_eq!(nameless.fields(), ["name"]);
    assert_eq!(management.get(&ops, &path).await.success()["token_ttl"], Value::Null);
    let full = format!("/api/v1{path}");
    let wide = send(&server, &ops, (Method::PATCH, &full), ("application/json; charset=utf-16", "{}")).await;
    wide.problem(415, "unsupported_media_type");
    send(&server, &ops, (Method::PATCH, &full), ("application/json; charset=UTF-8", "{}")).await.success();
    for act in ["secrets", "deactivate"] {
        for (kind, body) in [("text/plain", "junk"), (JSON, "junk"), (JSON, r#"{"secret":"mine"}"#)] {
            let answer = send(&server, &ops, (Method::POST, &format!("{full}/{act}")), (kind, body)).await;
            answer.problem(400, "invalid_request");
        }
    }
    let now = management.get(&ops, &path).await.success();
    assert_eq!(now["state"], "active", "nothing was done");
    let secrets = management.get(&ops, &format!("{path}/secrets")).await.success();
    assert_eq!(secrets["items"].as_array().unwrap().len(), 1);
    management.post(&ops, &format!("{path}/deactivate"), json!({})).await.success();
}

/// No signature could be verified with them, and the application would be refused without knowing why.
#[apply(on_both_engines)]
async fn keys_that_are_good_for_nothing_are_refused_when_they_are_registered(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    for key in [
        json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "short" }),
        json!({ "kty": "RSA", "n": "", "e": "AQAB", "kid": "short" }),
        json!({ "kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ", "kid": "short" }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQ", "kid": "short" }),
    ] {
        let body = json!({ "name": "A", "jwks": { "keys": [key] } });
        let refused = management.post(&ops, "/applications", body.clone()).await;
        let told = refused.problem(400, "invalid_request");
        assert!(told.contains("the key 'short' is no good key"), "{body}: {told}");
        assert_eq!(refused.fields(), ["jwks"]);
    }
}
