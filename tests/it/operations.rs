//! What an operator's machines see: health, metrics, and the form of every refusal.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::domain::secret::ClientSecret;
use gatepost::flows::applications::DEACTIVATE;
use gatepost::store::StateChange;
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

use crate::harness::{Answer, PROMPTLY, WireState, World, eventually, on_both_engines};

/// Liveness and readiness answer on both listeners.
#[apply(on_both_engines)]
async fn a_server_that_runs_is_live_and_ready(world: World) {
    let server = world.server().await;
    let ready = json!({ "status": "ready", "parts": ["database", "storage", "signing_key"] });
    for (path, told) in [("/health/live", json!({ "status": "live" })), ("/health/ready", ready)] {
        assert_eq!(server.get(path).await.success(), told);
        assert_eq!(server.get_management(path).await.success(), told);
    }
}

/// Send no traffic where nothing could be signed; the process itself is fine.
#[apply(on_both_engines)]
async fn without_its_tables_a_server_is_live_but_not_ready(world: World) {
    let server = world.server().await;
    world.database.execute("drop table generations").await;
    let ready = server.get("/health/ready").await;
    ready.refusal(503, "temporarily_unavailable");
    assert_eq!(ready.json()["error_description"], "not ready: database");
    server.get("/health/live").await.success();
}

/// RFC 9110 §15.6.4: a database that is away is a 503 with `Retry-After` within a second or so, never a hang, and
/// when it is back, all is well again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_a_node_says_when_to_come_back() {
    World::on_postgres(async |world| {
        let (server, wire) = world.server_on_a_wire().await;
        let application = server.service().await;
        let ask = || server.token().with_basic(&application).send();
        ask().await.success();
        for broken in [WireState::Cut, WireState::Silent] {
            wire.set(broken);
            // Longer than machines get tokens from memory.
            world.clock.advance(Duration::from_secs(61));
            let answer = timeout(PROMPTLY, ask()).await.unwrap_or_else(|_| panic!("a hang, {broken:?}"));
            answer.refusal(503, "temporarily_unavailable");
            let ready = timeout(PROMPTLY, server.get("/health/ready")).await.expect("no hang");
            ready.refusal(503, "temporarily_unavailable");
            server.get("/health/live").await.success();
            server.get("/.well-known/jwks.json").await.success();
            wire.set(WireState::Cut);
            wire.set(WireState::Whole);
            eventually("the server recovers", async || ask().await.status == 200).await;
            eventually("it is ready", async || server.get("/health/ready").await.status == 200).await;
        }
    })
    .await;
}

/// Metrics are the operator's: they are on the management listener only, with bounded labels.
#[apply(on_both_engines)]
async fn metrics_count_requests_and_tokens_on_the_management_listener_only(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    server.token().with_basic(&application).send().await.success();
    server.token().with_basic(&application).scope("x").send().await.refusal(400, "invalid_scope");
    server.token().parameter("grant_type", "x").send().await.refusal(400, "invalid_request");
    server.get("/no/such/path").await.refusal(404, "not_found");
    server.get("/metrics").await.refusal(404, "not_found");
    let answer = server.get_management("/metrics").await;
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text();
    for line in [
        "gatepost_token_requests_total{grant=\"client_credentials\",result=\"issued\",status=\"200\"} 1",
        "gatepost_token_requests_total{grant=\"client_credentials\",result=\"invalid_scope\",status=\"400\"} 1",
        "gatepost_token_requests_total{grant=\"unknown\",result=\"invalid_request\",status=\"400\"} 1",
        "gatepost_http_requests_total{endpoint=\"/token\",status=\"200\"} 1",
        "gatepost_http_requests_total{endpoint=\"unknown\",status=\"404\"} 2",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n") && !text.contains("/no/such/path"));
    server.get_management("/token").await.refusal(404, "not_found");
}

/// Both are `temporarily_unavailable` on the wire; an operator must see whether it is the callers or the server.
#[apply(on_both_engines)]
async fn metrics_tell_too_many_tries_from_an_outage(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_address = 1").await;
    let application = server.service().await;
    for (seed, status) in [(1, 401), (2, 429)] {
        let wrong = ClientSecret::from_random([seed; 32]);
        let answer = server.token().with_basic(&application.with_secret(wrong.expose())).send().await;
        assert_eq!(answer.status, status);
    }
    let text = server.get_management("/metrics").await.text().to_owned();
    let counted = "gatepost_token_requests_total{grant=\"client_credentials\",result=\"temporarily_unavailable\"";
    assert!(text.contains(&format!("{counted},status=\"429\"}} 1")), "{text}");
    assert!(!text.contains(&format!("{counted},status=\"503\"}}")), "{text}");
}

/// SQLSTATE 3D000: the database was dropped, perhaps to be restored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_dropped_is_an_outage_and_not_a_defect() {
    World::on_postgres(async |world| {
        let server = world.server().await;
        let application = server.service().await;
        world.database.remove().await;
        world.clock.advance(Duration::from_secs(1));
        for _ in 0..3 {
            let answer = server.token().with_basic(&application).send().await;
            answer.refusal(503, "temporarily_unavailable");
            assert!(answer.header("retry-after").is_some());
        }
        let text = server.get_management("/metrics").await.text().to_owned();
        let counted = "result=\"temporarily_unavailable\",status=\"503\"} 3";
        assert!(text.contains(counted), "{text}");
    })
    .await;
}

/// RFC 9110 §15.5.5.
#[apply(on_both_engines)]
async fn an_address_with_nothing_behind_it_is_a_404(world: World) {
    let server = world.server().await;
    for path in ["/tokens", "/token/", "/Token", "/oauth", "/api/v1", "/.well-known/", "/%00", "//token"] {
        server.get(path).await.refusal(404, "not_found");
    }
}

/// RFC 9110 §15.5.6: 405 says what would be allowed.
#[apply(on_both_engines)]
async fn a_wrong_method_is_a_405_with_allow(world: World) {
    let server = world.server().await;
    let other = Method::from_bytes(b"BREW").unwrap();
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE, other] {
        for path in ["/token", "/oauth/token", "/oauth2/token"] {
            let answer = Answer::of(server.request(method.clone(), path)).await;
            answer.refusal(405, "invalid_request");
            assert_eq!(answer.header("allow"), Some("POST"));
        }
    }
    for path in ["/.well-known/jwks.json", "/api/v1/hello", "/health/live"] {
        let answer = Answer::of(server.request(Method::POST, path)).await;
        answer.refusal(405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    }
    let head = Answer::of(server.request(Method::HEAD, "/.well-known/jwks.json")).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

/// RFC 9110 §15.5.14: 64 KiB are read, nothing more.
#[apply(on_both_engines)]
async fn a_body_that_is_too_large_is_a_413(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let form = |padding: usize| {
        let body = format!("grant_type=client_credentials&padding={}", "a".repeat(padding));
        server
            .request(Method::POST, "/token")
            .basic_auth(&application.client_id, Some(&application.secret))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let frame = "grant_type=client_credentials&padding=".len();
    Answer::of(form(65_536 - frame)).await.success();
    Answer::of(form(65_537 - frame)).await.refusal(413, "invalid_request");
    Answer::of(form(1_000_000)).await.refusal(413, "invalid_request");
    server.token().with_basic(&application).send().await.success();
}

/// Every answer has a trace id, by which its line in the log is found.
#[apply(on_both_engines)]
async fn every_answer_carries_a_request_id_of_our_own(world: World) {
    let server = world.server().await;
    let mut seen = Vec::new();
    for path in ["/health/live", "/.well-known/jwks.json", "/nowhere", "/token"] {
        let answer = Answer::of(server.request(Method::GET, path).header("x-request-id", "theirs")).await;
        seen.push(answer.header("x-request-id").unwrap().to_owned());
    }
    assert!(seen.iter().all(|id| id.len() == 32 && id != "theirs"), "{seen:?}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

/// Graceful stop: not ready any more, requests in flight are finished, then the listeners are closed.
#[apply(on_both_engines)]
async fn a_server_that_is_told_to_stop_stops(world: World) {
    let server = world.server().await;
    let address = server.address;
    server.get("/health/ready").await.success();
    server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// What was done to an application and its secrets is written down with who did it.
#[apply(on_both_engines)]
async fn every_change_of_an_application_is_audited(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    application.rotated(&server.rooms).await;
    world.clock.advance(Duration::from_secs(1));
    application.change(&server.rooms, DEACTIVATE).await;
    world.clock.advance(Duration::from_secs(1));
    application.change(&server.rooms, StateChange::Delete).await;
    let lines = server.rooms.store.audit_of(&application.client_id).await.unwrap();
    let mut events: Vec<_> = lines.iter().map(|line| line.event.as_str()).collect();
    events.sort_unstable();
    let expected =
        ["application.created", "application.deactivated", "application.deleted", "secret.added", "secret.added"];
    assert_eq!(events, expected);
    assert!(lines.iter().all(|line| line.actor == Actor::CommandLine.stored()));
}
