//! Registrations are limited by network and in all, and what is not used is forgotten.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::ApplicationState;
use gatepost::store::ApplicationUse;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::tokens::token;
use super::{OPEN, at_once, made, native_client, register, register_with, registering, stored, text};
use crate::harness::{Answer, TestServer, World, on_both_engines};

const DAY: Duration = Duration::from_hours(24);

/// A proxy that is trusted lets a test come from many networks.
pub(super) const BEHIND_A_PROXY: &str = "server.trusted_proxies = [\"127.0.0.1\"]\n";

fn from(server: &TestServer, address: &str) -> RequestBuilder {
    registering(server, &native_client()).header("x-forwarded-for", address)
}

async fn register_from(server: &TestServer, address: &str) -> Answer {
    Answer::of(from(server, address)).await
}

/// A flood from one network does not stop others, and its refusals write nothing.
#[apply(on_both_engines)]
async fn one_network_registers_so_many_at_once_and_then_one_after_each_interval(world: World) {
    let settings = "[rate_limits]\nregistrations_per_ip_burst = 3\nregistrations_per_ip_every = \"1m\"\n";
    let server = world.server_with(&format!("{OPEN}{BEHIND_A_PROXY}{settings}")).await;
    let flood = at_once((0..12).map(|_| from(&server, "198.51.100.7"))).await;
    let (through, refused): (Vec<_>, Vec<_>) = flood.iter().partition(|answer| answer.status == 201);
    assert_eq!((through.len(), refused.len()), (3, 9));
    refused[0].refusal(429, "temporarily_unavailable");
    assert_eq!(world.database.texts("select client_id from applications").await.len(), 3);
    made(&register_from(&server, "203.0.113.9").await);
    world.clock.advance(Duration::from_mins(1));
    made(&register_from(&server, "198.51.100.7").await);
    register_from(&server, "198.51.100.7").await.refusal(429, "temporarily_unavailable");
}

/// Networks together have a limit too, of which one network has only a part; what is used does not count.
#[apply(on_both_engines)]
async fn there_are_only_so_many_unused_registrations(world: World) {
    let settings = "[rate_limits]\nregistrations_per_ip_burst = 1000\nunused_registrations = 20\n";
    let server = world.server_with(&format!("{OPEN}{BEHIND_A_PROXY}{settings}")).await;
    let mut registered = Vec::new();
    for network in 0..10 {
        let address = format!("198.51.{network}.7");
        let some = at_once((0..4).map(|_| from(&server, &address))).await;
        let through: Vec<Value> = some.iter().filter(|answer| answer.status == 201).map(made).collect();
        assert_eq!(through.len(), 2, "a tenth from one network, counted one after the other");
        registered.extend(through);
    }
    let full = register_from(&server, "203.0.113.9").await;
    full.refusal(429, "temporarily_unavailable");
    use_it(&server, &registered[0]).await;
    made(&register_from(&server, "203.0.113.9").await);
    register_from(&server, "203.0.114.9").await.refusal(429, "temporarily_unavailable");
    world.clock.advance(DAY + Duration::from_mins(2));
    server.rooms.registrations.expire_registrations().await.unwrap();
    made(&register_from(&server, "203.0.114.9").await);
}

async fn use_it(server: &TestServer, made: &Value) {
    let application = stored(server, made).await.id;
    let used = ApplicationUse { application, secret: None, at: server.rooms.instruments.now() };
    let mut tx = server.rooms.store.begin().await.unwrap();
    tx.application_used(&used).await.unwrap();
    tx.commit().await.unwrap();
}

/// After a day the unused ones are forgotten; the used ones have the life cycle of every application.
#[apply(on_both_engines)]
async fn what_is_not_used_within_a_day_is_forgotten(world: World) {
    let server = world.server_with(&format!("{OPEN}rate_limits.enabled = false\n")).await;
    let token = token(&server, |_| {}).await;
    let unused = made(&register(&server, &native_client()).await);
    let used = made(&register(&server, &native_client()).await);
    let trusted = made(&register_with(&server, &token, &native_client()).await);
    use_it(&server, &used).await;
    world.clock.advance(DAY);
    server.rooms.registrations.expire_registrations().await.unwrap();
    assert_eq!(stored(&server, &unused).await.state, ApplicationState::Active, "not before the day is over");
    world.clock.advance(Duration::from_mins(1));
    // Every node does it; each write is made once.
    let other = world.idle_with(OPEN).await;
    let here = server.rooms.registrations.expire_registrations();
    let (first, second) = tokio::join!(here, other.registrations.expire_registrations());
    first.unwrap();
    second.unwrap();
    let gone = stored(&server, &unused).await;
    assert!(gone.life.purged_at.is_some() && gone.settings.redirect_uris.is_empty());
    let path = format!("/oauth/register/{}", text(&unused["client_id"]));
    let token = text(&unused["registration_access_token"]);
    Answer::of(server.request(Method::GET, &path).bearer_auth(token)).await.refusal(401, "invalid_token");
    assert_eq!(world.database.texts("select application_id from client_registrations").await.len(), 2);
    let told = "select subject from audit_events where event = 'application.expired'";
    assert_eq!(world.database.texts(told).await, [text(&unused["client_id"])]);
    for kept in [&used, &trusted] {
        assert_eq!(stored(&server, kept).await.state, ApplicationState::Active);
        let outlook = server.rooms.life_cycle.life_cycle_of(&stored(&server, kept).await).await.unwrap();
        assert!(outlook.deactivated_at.is_some(), "as every other application");
    }
}
