//! What a client does to its registration costs nobody else anything, and gives it nothing.

use macro_rules_attribute::apply;

use gatepost::domain::audit::Actor;
use gatepost::flows::applications::SettingsChange;
use gatepost::flows::consequences::Consequences;
use reqwest::Method;
use serde_json::{Value, json};

use super::limits::BEHIND_A_PROXY;
use super::manage::{asking, change, changing};
use super::tokens::token;
use super::{LOOPBACK, OPEN, made, native_client, register, register_with, registering, stored, text, web_client};
use crate::harness::{Answer, World, on_both_engines};

/// A secret is not tried out here either: a wrong one counts as at the token endpoint, and the right one still works.
#[apply(on_both_engines)]
async fn a_wrong_secret_counts_as_a_guess(world: World) {
    let limits = "[rate_limits]\ntoken_failures_per_application = 2\n";
    let server = world.server_with(&format!("{OPEN}{limits}")).await;
    let web = made(&register(&server, &web_client()).await);
    let with = |secret: &str| {
        let mut more = web_client();
        more["client_secret"] = json!(secret);
        more
    };
    let right = text(&web["client_secret"]);
    for wrong in ["gps_mine", "gps_other"] {
        change(&server, &web, &with(wrong)).await.refusal(400, "invalid_client_metadata");
    }
    let told = change(&server, &web, &with("gps_third")).await.refusal(429, "temporarily_unavailable");
    assert!(told.contains("too many wrong client secrets"), "{told}");
    change(&server, &web, &with(right)).await.success();
}

/// Each change is written down for ever and has every node look again, so a client makes few, wherever it is.
#[apply(on_both_engines)]
async fn changes_are_limited_as_registrations_are(world: World) {
    let limits = "[rate_limits]\nregistrations_per_ip_burst = 3\n";
    let server = world.server_with(&format!("{OPEN}{BEHIND_A_PROXY}{limits}")).await;
    let mut client = made(&register(&server, &native_client()).await);
    let renamed = |n: u32| {
        let mut more = native_client();
        more["client_name"] = json!(format!("N{n}"));
        more
    };
    for n in 0..2 {
        client = change(&server, &client, &renamed(n)).await.success();
    }
    change(&server, &client, &renamed(2)).await.refusal(429, "temporarily_unavailable");
    let elsewhere =
        |client: &Value, n: u32| changing(&server, client, &renamed(n)).header("x-forwarded-for", "192.0.2.7");
    Answer::of(elsewhere(&client, 3)).await.refusal(429, "temporarily_unavailable");
    let written = "select detail from audit_events where event = 'application.changed'";
    assert_eq!(world.database.texts(written).await.len(), 2);
    // Another client in another network is not in the way of this one.
    let registered = registering(&server, &native_client()).header("x-forwarded-for", "192.0.2.7");
    let other = made(&Answer::of(registered).await);
    Answer::of(elsewhere(&other, 4)).await.success();
}

/// What is allowed is judged where the change is made: what an operator takes away meanwhile does not come back.
#[apply(on_both_engines)]
async fn what_an_operator_takes_away_is_not_brought_back_by_a_change_on_its_way(world: World) {
    let server = world.server_with(OPEN).await;
    let allowing = token(&server, |new| new.scope = "orders:read".parse().unwrap()).await;
    let mut sent = web_client();
    sent["scope"] = json!("openid orders:read");
    for _ in 0..4 {
        let web = made(&register_with(&server, &allowing, &sent).await);
        let mut again = sent.clone();
        again["client_secret"] = web["client_secret"].clone();
        // It waits for its secret to be compared.
        let on_its_way = tokio::spawn(Answer::of(changing(&server, &web, &again)));
        loop {
            let known = stored(&server, &web).await;
            let mut settings = known.settings;
            settings.scope = "openid".parse().unwrap();
            settings.default_scope = "openid".parse().unwrap();
            let change = SettingsChange { settings, version: known.version, consequences: Consequences::default() };
            let applications = &server.rooms.applications;
            let narrowed = applications.application_change_settings(&known.client_id, change, &Actor::CommandLine);
            if narrowed.await.is_ok() {
                break;
            }
        }
        on_its_way.await.unwrap().success();
        assert_eq!(stored(&server, &web).await.settings.scope.to_string(), "openid");
    }
}

/// People agreed to an application of that name that sends them there, not to what its client makes of it.
#[apply(on_both_engines)]
async fn who_agreed_to_a_client_has_not_agreed_to_another_name_or_address(world: World) {
    let server = world.server_with(OPEN).await;
    let person = server.person("john@example.com").await;
    let scope = "openid email".parse().unwrap();
    for (member, value, is_kept) in [
        ("client_name", json!("Payroll"), false),
        ("redirect_uris", json!([LOOPBACK, "http://localhost:1/cb"]), false),
        ("scope", json!("openid"), true),
    ] {
        let client = made(&register(&server, &native_client()).await);
        let id = stored(&server, &client).await.id;
        let mut tx = server.rooms.store.begin().await.unwrap();
        tx.consent_add(person.id, id, &scope, server.rooms.instruments.now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut more = native_client();
        more[member] = value;
        change(&server, &client, &more).await.success();
        let agreed = server.rooms.store.consent(person.id, id).await.unwrap();
        assert_eq!(!agreed.is_empty(), is_kept, "{member}");
    }
}

/// A client that comes and goes leaves its id and nothing else.
#[apply(on_both_engines)]
async fn an_unused_client_that_deletes_itself_leaves_nothing(world: World) {
    let server = world.server_with(OPEN).await;
    let client = made(&register(&server, &native_client()).await);
    assert_eq!(Answer::of(asking(&server, Method::DELETE, &client)).await.status, 204);
    let gone = stored(&server, &client).await;
    assert!(gone.life.purged_at.is_some() && gone.settings.redirect_uris.is_empty() && gone.settings.name.is_empty());
}
