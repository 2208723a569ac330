//! The developers' part: owners, invitations, approvals, webhooks, insight.

use macro_rules_attribute::apply;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::{World, eventually, on_both_engines, person};

/// A developer owns what they register in their session; what only an operator may grant waits for one.
#[apply(on_both_engines)]
async fn a_developer_registers_and_an_operator_grants_the_rest(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let own = server.session_of(&ann).await;
    let asked = json!({ "name": "Bills", "scope": "openid users:write", "reason": "to invite customers" });
    let made = management.post(&own, "/applications", asked).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let body = made.json();
    let path = format!("/applications/{}", body["client_id"].as_str().unwrap());
    assert_eq!((&body["scope"], &body["waiting"]["scope"]), (&json!("openid"), &json!("users:write")));
    let owners = management.get(&own, &format!("{path}/owners")).await.success();
    assert_eq!(owners["items"][0]["sub"], ann.sub.as_str());

    let waiting = management.get(&ops, "/approvals").await.success()["items"].clone();
    assert_eq!((waiting.as_array().unwrap().len(), &waiting[0]["reason"]), (1, &json!("to invite customers")));
    let id = waiting[0]["id"].as_str().unwrap();
    management.call(&own, Method::POST, &format!("/approvals/{id}/grant"), None).await.problem(403, "access_denied");
    let granted = management.call(&ops, Method::POST, &format!("/approvals/{id}/grant"), None).await;
    assert_eq!(granted.status, 204);
    assert_eq!(management.get(&own, &path).await.success()["scope"], "openid users:write");
    management.call(&ops, Method::POST, &format!("/approvals/{id}/refuse"), None).await.problem(404, "not_found");

    let first_party = management.patch(&own, &path, json!({ "first_party": true })).await;
    first_party.problem(403, "access_denied");
    let more = management.patch(&own, &path, json!({ "scope": "openid users:write audit:read" })).await.success();
    assert_eq!((&more["scope"], &more["waiting"]["scope"]), (&json!("openid users:write"), &json!("audit:read")));
}

/// Asked, taken back, and the last one stays.
#[apply(on_both_engines)]
async fn owners_are_asked_and_removed(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let own = server.session_of(&ann).await;
    let application = server.application_of(&ann, "Orders").await;
    let path = format!("/applications/{}", application.client_id);
    let invitations = format!("{path}/invitations");
    let bad = management.post(&own, &invitations, json!({ "email": "nobody" })).await;
    assert_eq!(bad.fields(), ["email"]);
    let asked = management.post(&own, &invitations, json!({ "email": "bob@example.com" })).await;
    assert_eq!((asked.status.as_u16(), &asked.json()["purpose"]), (201, &json!("share")));
    assert!(!asked.text().contains("gpi_"), "the token is for who is asked");
    let open = management.get(&own, &invitations).await.success()["items"].clone();
    assert_eq!(open[0], asked.json());
    let one = format!("{invitations}/{}", open[0]["id"].as_str().unwrap());
    assert_eq!(management.delete(&own, &one).await.status, 204);
    assert_eq!(management.get(&own, &invitations).await.success()["items"], json!([]));
    let last = management.delete(&own, &format!("{path}/owners/{}", ann.sub)).await;
    last.problem(409, "conflict");
    management.delete(&own, &format!("{path}/owners/nobody")).await.problem(404, "not_found");
}

/// A webhook's secret is shown when it is made; its messages can be looked at.
#[apply(on_both_engines)]
async fn webhooks_are_made_tried_and_disabled(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let application = server.service().await;
    let hooks = format!("/applications/{}/webhooks", application.client_id);
    for (body, field) in [
        (json!({ "url": "nonsense" }), "url"),
        (json!({ "url": "https://10.0.0.1/hook" }), "url"),
        (json!({ "url": "http://127.0.0.1:9/hook", "events": ["no.event"] }), "events"),
        (json!({ "url": "http://127.0.0.1:9/hook", "events": ["user.created"] }), "events"),
    ] {
        let answer = management.post(&ops, &hooks, body.clone()).await;
        answer.problem(400, "invalid_request");
        assert_eq!(answer.fields(), [field], "{body}");
    }
    let made = management.post(&ops, &hooks, json!({ "url": "http://127.0.0.1:9/hook" })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let location = made.header("location").unwrap();
    let hook = location.strip_prefix("http://localhost:8080/api/v1").unwrap().to_owned();
    assert!(made.json()["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(management.get(&ops, &hook).await.success().get("secret").is_none());
    assert_eq!(management.call(&ops, Method::POST, &format!("{hook}/ping"), None).await.status, 204);
    let sent = management.get(&ops, &format!("{hook}/deliveries")).await.success();
    assert_eq!(sent["items"][0]["event"], "ping");
    let off = management.patch(&ops, &hook, json!({ "enabled": false })).await.success();
    assert_eq!((&off["state"], &off["state_reason"]), (&json!("disabled"), &json!("requested")));
    management.call(&ops, Method::POST, &format!("{hook}/ping"), None).await.problem(409, "conflict");
    let rotated = management.call(&ops, Method::POST, &format!("{hook}/rotate-secret"), None).await.success();
    assert_ne!(rotated["secret"], made.json()["secret"]);
    assert_eq!(management.delete(&ops, &hook).await.status, 204);
    management.get(&ops, &hook).await.problem(404, "not_found");
}

/// Why a request failed is found again by its owner.
#[apply(on_both_engines)]
async fn what_an_application_did_is_shown(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("applications:read").await);
    let application = server.service().await;
    server.token().with_basic(&application).send().await.success();
    // Of one moment, neither would be the newer.
    world.clock.advance(Duration::from_millis(1));
    server.token().with_basic(&application).scope("nonsense").send().await.refusal(400, "invalid_scope");
    let path = format!("/applications/{}", application.client_id);
    let items = async |what: &str| management.get(&ops, &format!("{path}/{what}")).await.success()["items"].clone();
    // The job may have taken them and be writing them down; then there is nothing left to flush.
    eventually("both requests are written down", || async {
        server.rooms.upkeep.flush_usage().await.unwrap();
        let (noted, days) = (items("requests").await, items("activity").await);
        let today = days.as_array().unwrap().last().unwrap().clone();
        noted.as_array().unwrap().len() == 2 && today["tokens"] == 1
    })
    .await;
    let days = items("activity").await;
    let today = days.as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (days.as_array().unwrap().len(), &today["day"], &today["tokens"]),
        (30, &json!("2026-03-01"), &json!(1))
    );
    let requests = management.get(&ops, &format!("{path}/requests?limit=1")).await.success()["items"].clone();
    assert_eq!((requests.as_array().unwrap().len(), &requests[0]["error"]), (1, &json!("invalid_scope")));
    assert_eq!(management.get(&ops, &format!("{path}/flights")).await.success()["items"], json!([]));
}
