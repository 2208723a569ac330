//! Which algorithms sign (`keys.algorithms`): their keys are in the key set before the first token comes.

use std::collections::BTreeSet;
use std::time::Duration;

use gatepost::flows::provision;
use gatepost::protocol::jose::SigningAlgorithm::{self, Es256, Ps256, Rs256};
use jsonwebtoken::jwk::JwkSet;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::json;

use crate::harness::browser::Browser;
use crate::harness::{Credentials, Installation, Registered, TestServer, World, installed_on_both_engines, service};
use crate::harness::{on_both_engines, person};

const DAY: Duration = Duration::from_hours(24);

/// What the keys of the key set are for.
async fn published(server: &TestServer) -> BTreeSet<String> {
    let keys: JwkSet = serde_json::from_slice(&server.get("/.well-known/jwks.json").await.body).unwrap();
    keys.keys.iter().map(|key| key.common.key_algorithm.unwrap().to_string()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What a new token of this application is signed with; it verifies with the published keys.
async fn signed_with(server: &TestServer, application: &Registered) -> SigningAlgorithm {
    let token = server.token().with_basic(application).send().await.access_token();
    let used = server.verify(&token).await.header.alg;
    SigningAlgorithm::ALL.into_iter().find(|algorithm| algorithm.jsonwebtoken() == used).unwrap()
}

/// A command registers an application while the server runs, and its first token comes at once.
#[apply(on_both_engines)]
async fn the_first_token_with_an_algorithm_finds_its_keys(world: World) {
    let server = world.server().await;
    assert_eq!(published(&server).await, set(&["RS256", "PS256", "ES256"]));
    let command = world.command().await;
    for algorithm in [Es256, Ps256] {
        let made = Registered::at(&command, service(|settings| settings.signing_algorithm = algorithm)).await;
        assert_eq!(signed_with(&server, &made).await, algorithm);
    }
    assert_eq!(command.keys.announced_until(Es256).await.unwrap(), None);
}

/// At no door can an application get what is not on the list, and the key set has nothing else.
#[apply(on_both_engines)]
async fn what_is_not_listed_can_be_chosen_nowhere(world: World) {
    const RSA: &str = "[keys]\nalgorithms = [\"RS256\"]\n";
    let server = world.server_with(RSA).await;
    assert_eq!(published(&server).await, set(&["RS256"]));
    let metadata = server.get("/.well-known/openid-configuration").await.success();
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["RS256"]));
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let body = json!({ "name": "A", "signing_algorithm": "ES256" });
    let told = management.post(&ops, "/applications", body.clone()).await.problem(400, "invalid_request");
    assert!(told.contains("keys.algorithms has: RS256"), "{told}");
    let made = management.post(&ops, "/applications", json!({ "name": "A" })).await.json();
    let path = format!("/applications/{}", made["client_id"].as_str().unwrap());
    management.call(&ops, Method::PATCH, &path, Some(body)).await.problem(400, "invalid_request");
    let declared = format!("{RSA}[[applications]]\nclient_id = \"a\"\nsigning_algorithm = \"ES256\"\n");
    let refused = provision::check(&world.config(&declared)).unwrap_err().to_string();
    assert!(refused.contains("test.toml:3") && refused.contains("ES256"), "{refused}");
    let owner = person::operator(&server.rooms, "root@example.com").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    browser.sign_in(&server, &page, owner.email.unwrap().as_str(), 1).await;
    let page = browser.visit(&format!("/portal{path}/credentials")).await;
    assert!(page.text().contains("RS256") && !page.text().contains("ES256"), "it is not offered: {}", page.text());
}

/// Verifiers have a copy of the key set; what is new in it is announced before it signs.
#[apply(on_both_engines)]
async fn an_algorithm_that_is_added_later_signs_once_it_was_announced(world: World) {
    let first = world.server_with("[keys]\nalgorithms = [\"RS256\"]\nannounce_for = \"2d\"").await;
    first.stop().await;
    let server = world.server_with("[keys]\nalgorithms = [\"RS256\", \"ES256\"]\nannounce_for = \"2d\"").await;
    assert_eq!(published(&server).await, set(&["RS256", "ES256"]));
    let application = server.service_with(|settings| settings.signing_algorithm = Es256).await;
    assert_eq!(signed_with(&server, &application).await, Rs256);
    let at = server.rooms.keys.announced_until(Es256).await.unwrap().unwrap();
    assert_eq!(at.as_seconds(), world.clock.seconds() + 2 * 86_400);
    world.clock.advance(Duration::from_secs(2 * 86_400 - 1));
    assert_eq!(signed_with(&server, &application).await, Rs256);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(signed_with(&server, &application).await, Es256);
}

/// An owner who chooses an algorithm is told from when on it signs, in the portal and in the answers of the API.
#[apply(on_both_engines)]
async fn an_owner_sees_from_when_on_an_algorithm_signs(world: World) {
    world.server_with("[keys]\nalgorithms = [\"RS256\"]\nannounce_for = \"2d\"").await.stop().await;
    let server = world.server_with("[keys]\nalgorithms = [\"RS256\", \"ES256\"]\nannounce_for = \"2d\"").await;
    let at = server.rooms.keys.announced_until(Es256).await.unwrap().unwrap().to_string();
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let made =
        management.post(&ops, "/applications", json!({ "name": "A", "signing_algorithm": "ES256" })).await.json();
    assert_eq!(made["signing_algorithm_from"], json!(at), "{made}");
    let path = format!("/applications/{}", made["client_id"].as_str().unwrap());
    let shown = async || management.get(&ops, &path).await.json()["signing_algorithm_from"].clone();
    assert_eq!(shown().await, json!(at));
    let change = async |name: &str| {
        let body = json!({ "signing_algorithm": name });
        let changed = management.call(&ops, Method::PATCH, &path, Some(body)).await.json();
        changed["signing_algorithm_from"].clone()
    };
    assert_eq!((change("RS256").await, change("ES256").await), (json!(null), json!(at)));

    let owner = person::operator(&server.rooms, "root@example.com").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    browser.sign_in(&server, &page, owner.email.unwrap().as_str(), 1).await;
    let offered = async || {
        let page = browser.visit(&format!("/portal{path}/credentials")).await;
        let text = page.text();
        (text.contains("ES256, signs from") && text.contains(" UTC on"), text.contains("RS256, signs from"))
    };
    assert_eq!(offered().await, (true, false));
    world.clock.advance(2 * DAY);
    // The token of before has expired.
    let ops = server.machine("gatepost:admin").await;
    assert_eq!(management.get(&ops, &path).await.json()["signing_algorithm_from"], json!(null));
    assert!(server.rooms.keys.announced_algorithms().await.unwrap().is_empty(), "the portal has nothing to say of it");
}

/// The keys of an algorithm that nothing names any more leave once no token can need them.
#[apply(on_both_engines)]
async fn an_algorithm_that_is_taken_off_the_list_leaves_the_key_set(world: World) {
    world.server().await.stop().await;
    let server = world.server_with("[keys]\nalgorithms = [\"RS256\", \"PS256\"]\nretire_after = \"2d\"").await;
    let kept = server.service_with(|settings| settings.signing_algorithm = Ps256).await;
    server.stop().await;
    let server = world.server_with("[keys]\nalgorithms = [\"RS256\"]\nretire_after = \"2d\"").await;
    assert_eq!(published(&server).await, set(&["RS256", "PS256", "ES256"]));
    world.clock.advance(3 * DAY);
    server.rooms.keys.maintain_keys().await.unwrap();
    assert_eq!(published(&server).await, set(&["RS256", "PS256"]), "an application has it");
    assert_eq!(signed_with(&server, &kept).await, Ps256);
}

/// The command says from when on what it has just set holds.
#[apply(installed_on_both_engines)]
async fn a_command_says_when_a_new_algorithm_takes_effect(at: Installation) {
    let mut at = at.with("keys.algorithms", "RS256");
    at.migrated().await;
    at.application("first").await;
    at.start().await.stop().await;
    at.set("keys.algorithms", "RS256, ES256");
    let node = at.start().await;
    let words = ["app", "create", "--name", "second", "--signing-algorithm", "ES256", "--json"];
    let ran = at.run(&words).await;
    assert!(ran.stderr.contains("signed with ES256 from") && ran.stderr.contains("with RS256 until then"), "{ran:?}");
    let made = Credentials::from(&serde_json::from_str(&ran.stdout).unwrap());
    assert_eq!(jsonwebtoken::decode_header(&node.token(&made).await).unwrap().alg, jsonwebtoken::Algorithm::RS256);
}
