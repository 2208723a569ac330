//! The management API under `/api/v1`: what it makes, changes and lists, and how it refuses.
//!
//! Who may do what is in `access_table`. Every answer here is held against the `OpenAPI` document by the harness.

mod described;
mod document;
mod idempotency;
mod lists;
mod preconditions;
mod sharing;
mod strictness;

use macro_rules_attribute::apply;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, RSA_ALONE, TestServer, World, on_both_engines, person};

/// What a request to our own API without a token is told (RFC 9728 §5.1).
const CHALLENGE: &str = "Bearer realm=\"gatepost\", \
    resource_metadata=\"http://localhost:8080/.well-known/oauth-protected-resource/api/v1\", \
    DPoP algs=\"RS256 PS256 ES256 EdDSA\"";

/// What is written down about something, by name: the clock of a test stands still.
async fn events_of(server: &TestServer, subject: &str) -> Vec<String> {
    let lines = server.rooms.store.audit_of(subject).await.unwrap();
    let mut events: Vec<_> = lines.into_iter().map(|line| line.event).collect();
    events.sort();
    events
}

/// From nothing to a token, and to the end.
#[apply(on_both_engines)]
async fn an_application_is_registered_used_changed_and_deleted(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let made = management.post(&ops, "/applications", json!({ "name": "Orders", "scope": "openid orders" })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let body = made.json();
    let (id, secret) = (body["client_id"].as_str().unwrap(), body["client_secret"].as_str().unwrap());
    let path = format!("/applications/{id}");
    assert_eq!(made.header("location"), Some(format!("http://localhost:8080/api/v1{path}").as_str()));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(
        (&body["type"], &body["state"], &body["default_scope"]),
        (&json!("service"), &json!("active"), &json!("openid orders"))
    );
    let token = || async {
        let form = [("grant_type", "client_credentials")];
        let request = server.request(Method::POST, "/token").basic_auth(id, Some(secret)).form(&form);
        Answer::of(request).await
    };
    assert_eq!(token().await.success()["scope"], "openid orders");

    let shown = management.get(&ops, &path).await;
    assert!(shown.json().get("client_secret").is_none());
    assert_eq!(shown.header("etag"), made.header("etag"));
    let change = json!({ "name": "Bills", "token_ttl": 60, "require_pkce": true });
    let changed = management.patch(&ops, &path, change).await;
    let changed_body = changed.success();
    assert_eq!((&changed_body["name"], &changed_body["token_ttl"]), (&json!("Bills"), &json!(60)));
    assert_eq!(changed_body["scope"], "openid orders", "what is left out stays");
    assert_ne!(changed.header("etag"), shown.header("etag"));
    assert_eq!(management.patch(&ops, &path, json!({ "token_ttl": null })).await.success()["token_ttl"], Value::Null);

    let off = management.call(&ops, Method::POST, &format!("{path}/deactivate"), None).await.success();
    assert_eq!((&off["state"], &off["state_reason"]), (&json!("deactivated"), &json!("suspended")));
    assert!(token().await.refusal(401, "invalid_client").contains("deactivated"));
    management.call(&ops, Method::POST, &format!("{path}/activate"), None).await.success();
    token().await.success();

    assert_eq!(management.delete(&ops, &path).await.status, 204);
    management.get(&ops, &path).await.problem(404, "not_found");
    token().await.refusal(401, "invalid_client");
    management.call(&ops, Method::POST, &format!("{path}/undelete"), None).await.success();
    token().await.success();
    let ahead = management.get(&ops, &format!("{path}/life-cycle")).await.success();
    assert_eq!((&ahead["exempt"], &ahead["deactivated_at"]), (&json!(false), &json!("2026-03-29T12:00:00Z")));
    let exempt = management.call(&ops, Method::PUT, &format!("{path}/exempt"), Some(json!({ "exempt": true }))).await;
    assert_eq!(exempt.success()["exempt"], true);
    let ahead = management.get(&ops, &format!("{path}/life-cycle")).await.success();
    assert_eq!((&ahead["exempt"], &ahead["deactivated_at"]), (&json!(true), &Value::Null));
    let audited = events_of(&server, id).await;
    let mut expected =
        ["created", "changed", "changed", "deactivated", "activated", "deleted", "undeleted", "exempted"]
            .map(|event| format!("application.{event}"))
            .to_vec();
    expected.push("secret.added".to_owned());
    expected.sort();
    assert_eq!(audited, expected);
}

/// Two secrets live at once; each ends alone.
#[apply(on_both_engines)]
async fn secrets_are_made_listed_and_revoked(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("applications:write").await);
    let application = server.service().await;
    let path = format!("/applications/{}/secrets", application.client_id);
    world.clock.advance(Duration::from_secs(60));
    let made = management.call(&ops, Method::POST, &path, None).await;
    assert_eq!(made.status, 201);
    let new = application.with_secret(made.json()["client_secret"].as_str().unwrap());
    for secret in [&application, &new] {
        server.token().with_basic(secret).send().await.success();
    }
    let listed = management.get(&ops, &path).await.success()["items"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed[1].get("client_secret").is_none() && !listed.to_string().contains("argon2"), "{listed}");
    let old = format!("{path}/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(management.delete(&ops, &old).await.status, 204);
    server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
    server.token().with_basic(&new).send().await.success();
    management.delete(&ops, &old).await.problem(404, "not_found");
    management.delete(&ops, &format!("{path}/nonsense")).await.problem(404, "not_found");
}

/// RFC 9457, and which member is at fault.
#[apply(on_both_engines)]
async fn bad_input_is_told_with_the_member(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    for (body, field) in [
        (json!({}), ""),
        (json!({ "name": 7 }), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": "A", "nmae": "B" }), "nmae"),
        (json!({ "name": "A", "type": "robot" }), "type"),
        (json!({ "name": "A", "grants": ["password"] }), "grants"),
        (json!({ "name": "A", "type": "spa", "grants": ["client_credentials"] }), "grants"),
        (json!({ "name": "A", "scope": "a\"b" }), "scope"),
        (json!({ "name": "A", "scope": "a", "default_scope": "b" }), "default_scope"),
        (json!({ "name": "A", "redirect_uris": ["javascript:alert(1)"] }), "redirect_uris"),
        (json!({ "name": "A", "audiences": ["not a uri"] }), "audiences"),
        (json!({ "name": "A", "token_ttl": 0 }), "token_ttl"),
        (json!({ "name": "A", "token_ttl": -1 }), "token_ttl"),
        (json!({ "name": "A", "token_ttl": u64::MAX }), "token_ttl"),
        (json!({ "name": "A", "signing_algorithm": "none" }), "signing_algorithm"),
        (json!({ "name": "A", "jwks": { "keys": [] } }), "jwks"),
        (json!({ "name": "A", "link_mode": "never" }), "link_mode"),
        (json!({ "name": "A", "owner": "nobody" }), "owner"),
        (json!({ "name": "A\u{0}" }), ""),
    ] {
        let answer = management.post(&ops, "/applications", body.clone()).await;
        answer.problem(400, "invalid_request");
        let expected: Vec<&str> = [field].into_iter().filter(|field| !field.is_empty()).collect();
        assert_eq!(answer.fields(), expected, "{body}");
    }
    for raw in ["", "[]", "null", "{", "name=A"] {
        let request = ops.sends(server.request(Method::POST, "/api/v1/applications"));
        let answer = Answer::of(request.header("content-type", "application/json").body(raw)).await;
        answer.problem(400, "invalid_request");
    }
    let request = ops.sends(server.request(Method::POST, "/api/v1/applications")).body("{\"name\": \"A\"}");
    assert!(Answer::of(request).await.problem(400, "invalid_request").contains("application/json"));
    assert_eq!(server.rooms.store.applications().await.unwrap().len(), 1, "a refusal leaves nothing behind");
}

/// Unknown paths and methods of the API are problem details too; other addresses keep their form.
#[apply(on_both_engines)]
async fn every_refusal_below_the_path_is_a_problem(world: World) {
    let server = world.server().await;
    server.get("/api/v1/nothing").await.problem(404, "not_found");
    let answer = Answer::of(server.request(Method::PUT, "/api/v1/applications")).await;
    answer.problem(405, "method_not_allowed");
    assert!(answer.header("allow").unwrap().contains("POST"));
    server.get("/api/v1/me").await.problem(401, "invalid_token");
    assert_eq!(server.get("/api/v1/me").await.header("www-authenticate"), Some(CHALLENGE));
    for bad in ["Bearer nonsense", "Bearer a b", "Bearer "] {
        let answer = Answer::of(server.request(Method::GET, "/api/v1/me").header("authorization", bad)).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401), "{bad}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    server.get("/api/v1/hello").await.refusal(401, "invalid_token");
    server.get("/api/v2/applications").await.refusal(404, "not_found");
    let narrow = server.management().await.get(&server.machine("openid").await, "/applications").await;
    narrow.problem(403, "insufficient_scope");
    assert!(narrow.header("www-authenticate").unwrap().contains("insufficient_scope"));
}

/// RFC 9110 §13.1.1: with If-Match no caller overwrites a change they have not seen; without it, the last one counts.
#[apply(on_both_engines)]
async fn a_change_of_what_was_changed_meanwhile_is_refused(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let user = person::account(&server.rooms, "ann@example.com").await;
    let application = server.service().await;
    for path in [format!("/applications/{}", application.client_id), format!("/users/{}", user.sub)] {
        let seen = management.get(&ops, &path).await;
        let seen = seen.header("etag").unwrap();
        let send = async |method: Method, tag: &str, body: Value| {
            let request = ops.sends(server.request(method.clone(), &format!("/api/v1{path}"))).header("if-match", tag);
            let answer = Answer::of(request.json(&body)).await;
            management.check(&method, &path, &answer);
            answer
        };
        send(Method::PATCH, seen, json!({ "name": "First" })).await.success();
        send(Method::PATCH, seen, json!({ "name": "Second" })).await.problem(412, "precondition_failed");
        send(Method::DELETE, seen, json!({})).await.problem(412, "precondition_failed");
        assert_eq!(management.get(&ops, &path).await.success()["name"], "First");
        management.patch(&ops, &path, json!({ "name": "Third" })).await.success();
        send(Method::PATCH, "*", json!({ "name": "Fourth" })).await.success();
        let now = management.get(&ops, &path).await;
        assert_eq!(send(Method::DELETE, now.header("etag").unwrap(), json!({})).await.status, 204);
    }
}

/// Accounts from beginning to end; their sessions go with them.
#[apply(on_both_engines)]
async fn an_account_is_made_changed_disabled_and_deleted(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let made = management.post(&ops, "/users", json!({ "email": "Ann@example.com", "name": "Ann" })).await;
    assert_eq!(made.status, 201);
    let path = made.header("location").unwrap().strip_prefix("http://localhost:8080/api/v1").unwrap().to_owned();
    assert_eq!(management.get(&ops, &path).await.success(), made.json());
    management.post(&ops, "/users", json!({ "email": "ann@example.com" })).await.problem(409, "conflict");
    let changed = management.patch(&ops, &path, json!({ "name": null, "locale": "de", "admin": true })).await.success();
    assert_eq!((&changed["name"], &changed["locale"], &changed["admin"]), (&Value::Null, &json!("de"), &json!(true)));
    let narrow = server.machine("users:write").await;
    management.patch(&narrow, &path, json!({ "admin": false })).await.problem(403, "insufficient_scope");
    let made_admin = management.post(&narrow, "/users", json!({ "email": "b@example.com", "admin": true })).await;
    made_admin.problem(403, "insufficient_scope");
    management.patch(&narrow, &path, json!({ "locale": "fr" })).await.problem(403, "insufficient_scope");
    assert_eq!(management.patch(&ops, &path, json!({ "locale": "../x" })).await.fields(), ["locale"]);

    let sub = made.json()["sub"].as_str().unwrap().to_owned();
    let user = server.rooms.store.user_by_sub(&sub).await.unwrap().unwrap();
    let session = server.session_of(&user).await;
    assert_eq!(management.get(&session, "/me").await.success()["sub"], sub.as_str());
    let sessions = management.get(&ops, &format!("{path}/sessions")).await.success();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    assert_eq!(management.delete(&ops, &format!("{path}/sessions")).await.status, 204);
    management.get(&session, "/me").await.problem(401, "invalid_token");

    crate::harness::person::operator(&server.rooms, "root@example.com").await;
    let disabled = management.call(&ops, Method::POST, &format!("{path}/disable"), None).await.success();
    assert_eq!(disabled["state"], "disabled");
    management.call(&ops, Method::POST, &format!("{path}/disable"), None).await.problem(409, "conflict");
    management.call(&ops, Method::POST, &format!("{path}/enable"), None).await.success();
    assert_eq!(management.delete(&ops, &path).await.status, 204);
    management.get(&ops, &path).await.problem(404, "not_found");
    management.get(&ops, "/users/%00").await.problem(404, "not_found");
    let audited = events_of(&server, &sub).await;
    assert_eq!(
        audited,
        ["user.changed", "user.created", "user.deleted", "user.disabled", "user.enabled", "user.signed_out"]
    );
}

/// Rotation hands over, revocation takes out.
#[apply(on_both_engines)]
async fn keys_are_rotated_and_revoked(world: World) {
    let server = world.server_with(RSA_ALONE).await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let states = |listed: Value| {
        let of = |key: &Value| (key["kid"].as_str().unwrap().to_owned(), key["state"].as_str().unwrap().to_owned());
        listed["items"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let before = states(management.get(&ops, "/keys").await.success());
    assert_eq!(before.iter().map(|(_, state)| state.as_str()).collect::<Vec<_>>(), ["active", "announced"]);
    world.clock.advance(Duration::from_secs(60));
    let after = states(management.post(&ops, "/keys/rotate", json!({ "now": true })).await.success());
    assert_eq!(after.iter().map(|(_, state)| state.as_str()).collect::<Vec<_>>(), ["retiring", "active", "announced"]);
    assert_eq!(after[1].0, before[1].0);
    let path = format!("/keys/{}/revoke", after[2].0);
    assert_eq!(management.call(&ops, Method::POST, &path, None).await.status, 204);
    management.call(&ops, Method::POST, &path, None).await.problem(404, "not_found");
    let refused = management.post(&ops, "/keys/rotate", json!({ "now": "yes" })).await;
    assert_eq!(refused.fields(), ["now"]);
}
