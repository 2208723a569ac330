//! `database.outage_grace`: while PostgreSQL is away, machines go on from memory, and nobody waits for what is not there.

use macro_rules_attribute::apply;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use std::time::Duration;
use tokio::time::Instant;

use crate::harness::{
    Credentials, Installation, Node, PATIENCE, PROMPTLY, WireState, World, eventually, on_both_engines, until,
};
use crate::outage::wired;

const AWAY: &str = "the database is away";
const BACK: &str = "the database answers again";

/// Waits until the log says these words once more than this.
async fn said(node: &Node, words: &str, before: usize) {
    until(words, PATIENCE, async || (node.log().matches(words).count() > before).then_some(())).await;
}

fn times_said(node: &Node, words: &str) -> usize {
    node.log().matches(words).count()
}

/// Two hundred requests, one after the other. If each waited for the database, they would take minutes.
async fn refused_without_waiting(node: &Node, cold: &Credentials) {
    let asked = Instant::now();
    for _ in 0..200 {
        let answer = node.token_request(cold).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers().contains_key(RETRY_AFTER));
    }
    assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_get_tokens_while_postgresql_is_away_and_all_else_is_refused_at_once() {
    Installation::on_postgres(async |at| {
        let (at, wire) = wired(at).await;
        let warm = at.application("warm").await;
        let cold = at.application("cold").await;
        let node = at.start().await;
        for state in [WireState::Cut, WireState::Silent, WireState::Forgotten] {
            node.token(&warm).await;
            let (away, back) = (times_said(&node, AWAY), times_said(&node, BACK));
            wire.set(state);
            // From the first moment on, before anybody knows.
            node.token(&warm).await;
            said(&node, AWAY, away).await;
            for _ in 0..20 {
                let token = node.token(&warm).await;
                assert_eq!(node.hello(&token).await, StatusCode::OK, "{state:?}");
            }
            refused_without_waiting(&node, &cold).await;
            let ready = node.get("/health/ready").await;
            assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
            let told: serde_json::Value = ready.json().await.expect("JSON");
            assert_eq!(told["error_description"], "not ready: database", "{told}");
            for path in ["/health/live", "/.well-known/jwks.json", "/.well-known/openid-configuration"] {
                assert_eq!(node.get(path).await.status(), StatusCode::OK, "{state:?}: {path}");
            }

            wire.set(WireState::Whole);
            said(&node, BACK, back).await;
            let ready = async || (node.get("/health/ready").await.status() == StatusCode::OK).then_some(());
            until("the server is ready again", PATIENCE, ready).await;
            node.token(&warm).await;
        }
        let asleep = at.application("made after the outage").await;
        node.token(&asleep).await;
        assert_eq!(at.run(&["app", "deactivate", &warm.id]).await.code, Some(0));
        node.answers(&warm, StatusCode::UNAUTHORIZED).await;
    })
    .await;
}

/// A node that cannot see that an application was deactivated believes in it for so long and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_grace_ends_and_zero_is_none() {
    Installation::on_postgres(async |at| {
        let (at, wire) = wired(at).await;
        let warm = at.application("warm").await;
        for grace in ["0s", "3s"] {
            wire.set(WireState::Whole);
            let at = at.another().with("database.outage_grace", grace);
            let node = at.start().await;
            node.token(&warm).await;
            let away = times_said(&node, AWAY);
            wire.set(WireState::Cut);
            said(&node, AWAY, away).await;
            node.answers(&warm, StatusCode::SERVICE_UNAVAILABLE).await;
        }
        wire.set(WireState::Whole);
    })
    .await;
}

/// By the clock of the test: to the last moment of the grace, and not after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_grace_is_counted_from_when_the_database_was_last_seen() {
    World::on_postgres(async |world| {
        let (server, wire) = world.server_on_a_wire().await;
        let application = server.service().await;
        let ask = || server.token().with_basic(&application).send();
        ask().await.success();
        server.rooms.upkeep.refresh().await.unwrap();
        wire.set(WireState::Cut);
        world.clock.advance(Duration::from_secs(55));
        ask().await.success();
        let metrics = server.get_management("/metrics").await;
        let has = |line: &str| metrics.text().lines().any(|known| known == line);
        assert!(has("gatepost_database_up 0") && has("gatepost_database_outages_total 1"), "{}", metrics.text());
        world.clock.advance(Duration::from_secs(6));
        ask().await.refusal(503, "temporarily_unavailable");
        wire.set(WireState::Whole);
        eventually("the server recovers", async || ask().await.status == 200).await;
        let metrics = server.get_management("/metrics").await;
        assert!(metrics.text().lines().any(|line| line == "gatepost_database_up 1"), "{}", metrics.text());
    })
    .await;
}

/// The grace is for when the database is away; while it answers, everything is as ever.
#[apply(on_both_engines)]
async fn what_is_deactivated_while_the_database_answers_is_obeyed_whatever_the_grace(world: World) {
    let server = world.server_with("[database]\noutage_grace = \"1h\"\n").await;
    let application = server.service().await;
    server.token().with_basic(&application).send().await.success();
    world.database.execute("update applications set deactivated_at = 1, deactivation_reason = 'requested'").await;
    world.database.execute("update generations set value = value + 1 where name = 'applications'").await;
    world.clock.advance(Duration::from_secs(1));
    server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
}
