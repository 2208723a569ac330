//! What becomes of a client whose document changes, or that an operator blocks.

use std::net::IpAddr;
use std::time::Duration;

use macro_rules_attribute::apply;

use axum::http::header;
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::{ACTIVATE, DEACTIVATE, DELETE, SettingsChange};
use gatepost::flows::Rooms;
use gatepost::flows::consequences::Consequences;
use serde_json::{Value, json};

use super::{ELSEWHERE, JOHN, LOOPBACK, ON, authorize, described, publish, redeem, refresh, refused, signed_in};
use crate::harness::browser::Browser;
use crate::harness::person;
use crate::harness::{Document, Registered, Site, World, on_both_engines};

const OTHER: &str = "https://other.example/callback";

/// Changes take effect when the document is read again, and an open request is judged by them where consent is given.
#[apply(on_both_engines)]
async fn a_redirect_uri_that_is_taken_away_gets_no_answer_any_more(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&client, ELSEWHERE, &[])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    publish(&site, "/client.json", &[OTHER]);
    world.clock.advance(Duration::from_mins(5));
    let answer = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    assert!(answer.redirect().is_none() && answer.answer.status.is_client_error(), "{}", answer.text());
    assert!(answer.text().contains("not registered for this application any more"), "{}", answer.text());
    refused(&server, &client, ELSEWHERE).await;
    let page = Browser::of(&server).visit(&authorize(&client, OTHER, &[])).await;
    assert!(page.has("login-submit"), "{}", page.text());
    assert_eq!(site.asked("/client.json"), 2);
}

/// Each node keeps what it has read, for a day if it may. What was read last is right for all of them.
#[apply(on_both_engines)]
async fn of_two_nodes_the_one_that_read_last_is_right(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    // On SQLite there is one, which forgets when it starts again.
    let shared = server.rooms.store.engine_name() == "PostgreSQL";
    let client_id = site.url("/client.json");
    let publish = |redirect_uri: &str| {
        let document = Document::json(&described(&client_id, &[redirect_uri]));
        site.publish("/client.json", document.with(header::CACHE_CONTROL, "max-age=86400"));
    };
    publish(ELSEWHERE);
    let client = Registered { client_id: client_id.clone(), secret: String::new() };
    let redirect_uris = async |node: &Rooms| {
        let found = node.client_documents.application(&client.id(), IpAddr::from([198, 51, 100, 7])).await.unwrap();
        found.unwrap().settings.redirect_uris.clone()
    };
    assert_eq!(redirect_uris(&server.rooms).await, [ELSEWHERE]);
    if !shared {
        return;
    }
    world.clock.advance(Duration::from_mins(1));
    publish(OTHER);
    let other = world.idle_with(ON).await;
    assert_eq!(redirect_uris(&other).await, [OTHER]);
    for _ in 0..3 {
        server.rooms.application_cache.refresh().await.unwrap();
        assert_eq!(redirect_uris(&server.rooms).await, [OTHER]);
        assert_eq!(redirect_uris(&other).await, [OTHER]);
    }
    let audited = server.rooms.store.audit_of(&client_id).await.unwrap();
    assert_eq!((audited.len(), site.asked("/client.json")), (2, 2), "they do not change it to and fro");
}

/// Its site may be away for a day without its people being signed out; nobody signs in to it anew.
#[apply(on_both_engines)]
async fn a_site_that_is_away_keeps_tokens_for_a_day(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    let (_, tokens) = signed_in(&server, &client, ELSEWHERE).await;
    site.publish("/client.json", Document::json(&json!({})).with_status(503));
    world.clock.advance(Duration::from_hours(23));
    let tokens = refresh(&server, &client, &tokens).await.success();
    assert_eq!(site.asked("/client.json"), 1);
    refused(&server, &client, ELSEWHERE).await;
    world.clock.advance(Duration::from_hours(2));
    refresh(&server, &client, &tokens).await.refusal(401, "invalid_client");
    publish(&site, "/client.json", &[ELSEWHERE]);
    world.clock.advance(Duration::from_mins(1));
    refresh(&server, &client, &tokens).await.success();
}

#[apply(on_both_engines)]
async fn an_operator_blocks_it(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    let (_, tokens) = signed_in(&server, &client, ELSEWHERE).await;
    let applications = &server.rooms.applications;
    applications.application_change_state(&client.id(), DEACTIVATE, &Actor::CommandLine).await.unwrap();
    let asked = site.asked_in_all();
    world.clock.advance(Duration::from_hours(25));
    let page = refused(&server, &client, ELSEWHERE).await;
    assert!(page.text().contains("deactivated"), "{}", page.text());
    refresh(&server, &client, &tokens).await.refusal(401, "invalid_client");
    assert_eq!(site.asked_in_all(), asked, "it is not even looked at");
    // It stays blocked, however long nobody uses it.
    world.clock.advance(Duration::from_hours(24 * 400));
    server.rooms.client_documents.expire_documents().await.unwrap();
    refused(&server, &client, ELSEWHERE).await;
    applications.application_change_state(&client.id(), ACTIVATE, &Actor::CommandLine).await.unwrap();
    let page = Browser::of(&server).visit(&authorize(&client, ELSEWHERE, &[])).await;
    assert!(page.has("login-submit"), "{}", page.text());
    let audited = server.rooms.store.audit_of(&client.client_id).await.unwrap();
    let audited: Vec<&str> = audited.iter().map(|line| line.event.as_str()).collect();
    assert_eq!(audited, ["application.registered", "application.deactivated", "application.activated"]);
}

#[apply(on_both_engines)]
async fn only_its_document_changes_it(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    signed_in(&server, &client, ELSEWHERE).await;
    let applications = &server.rooms.applications;
    let known = server.rooms.store.application(&client.id()).await.unwrap().unwrap();
    let mut settings = known.settings.clone();
    settings.first_party = true;
    let change = SettingsChange { settings, version: known.version, consequences: Consequences::default() };
    let refused = applications.application_change_settings(&client.id(), change, &Actor::CommandLine).await;
    assert!(refused.unwrap_err().to_string().contains("its document"));
    let refused = applications.application_change_state(&client.id(), DELETE, &Actor::CommandLine).await;
    assert!(refused.unwrap_err().to_string().contains("its document"));
    assert_eq!(server.rooms.store.application(&client.id()).await.unwrap().unwrap(), known);
}

/// A client id that leads into this network is asked nothing, and whoever named it learns nothing of that.
#[apply(on_both_engines)]
async fn a_document_at_a_private_address_is_not_read(world: World) {
    let server = world.server_with("registration.client_id_documents = [\"*\"]\n").await;
    for client_id in ["https://10.1.2.3/client.json", "https://[fd00::1]/client.json", "https://169.254.169.254/a"] {
        let client = Registered { client_id: client_id.to_owned(), secret: String::new() };
        let page = refused(&server, &client, LOOPBACK).await;
        assert!(page.text().contains("cannot be read") && !page.text().contains("public"), "{}", page.text());
    }
    let unread = server.rooms.client_documents.unread();
    assert_eq!(unread.len(), 3);
    assert!(unread.iter().all(|one| one.reason.contains("registration.allow_private")), "{unread:?}");
}

/// In general words to whoever asks, and never fetched a second time within the minute.
#[apply(on_both_engines)]
async fn a_document_that_is_not_good_is_refused(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let with = |client_id: &str, name: &str, value: Value| {
        let mut document = described(client_id, &[LOOPBACK]);
        document[name] = value;
        Document::json(&document)
    };
    let good = |client_id: &str| Document::json(&described(client_id, &[LOOPBACK]));
    let cases: [(&str, &dyn Fn(&str) -> Document, &str); 13] = [
        ("/missing", &|id| good(id).with_status(404), "cannot be read"),
        ("/moved", &|id| good(id).with_status(301).with(header::LOCATION, "/missing"), "cannot be read"),
        ("/html", &|id| good(id).of_type("text/html"), "cannot be read"),
        ("/array", &|_| Document::json(&json!([])), "cannot be read"),
        ("/long", &|id| with(id, "more", json!("x".repeat(5 * 1024))), "cannot be read"),
        ("/lies", &|id| with(id, "client_id", json!("https://app.example/client.json")), "cannot be read"),
        ("/slash", &|id| with(id, "client_id", json!(format!("{id}/"))), "cannot be read"),
        ("/secret", &|id| with(id, "client_secret", json!("s3cret")), "cannot be read"),
        ("/basic", &|id| with(id, "token_endpoint_auth_method", json!("client_secret_basic")), "cannot be read"),
        ("/keys", &|id| with(id, "token_endpoint_auth_method", json!("private_key_jwt")), "jwks"),
        ("/nowhere", &|id| with(id, "redirect_uris", json!([])), "redirect_uris"),
        ("/http", &|id| with(id, "redirect_uris", json!(["http://app.example/cb"])), "redirect_uris"),
        ("/machine", &|id| with(id, "grant_types", json!(["client_credentials"])), "grant_types"),
    ];
    for (path, document, what) in cases {
        let client = Registered { client_id: site.url(path), secret: String::new() };
        site.publish(path, document(&client.client_id));
        // Ten new addresses a minute are a network's.
        world.clock.advance(Duration::from_mins(1));
        for _ in 0..3 {
            let page = refused(&server, &client, LOOPBACK).await;
            assert!(page.text().contains(what), "{path}: {}", page.text());
        }
        redeem(&server, &client, "code", LOOPBACK).await.refusal(401, "invalid_client");
        assert_eq!(site.asked(path), 1, "{path}");
        assert_eq!(server.rooms.store.application(&client.id()).await.unwrap(), None, "{path}");
    }
}

/// A document that calls its client what an application here is called describes nothing, from then on too.
#[apply(on_both_engines)]
async fn no_document_gives_the_name_of_an_application_here(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    Registered::at(&server.rooms, person::web_settings("PayPal")).await;
    let client = publish(&site, "/client.json", &[LOOPBACK]);
    let named = |name: &str| {
        let mut document = described(&client.client_id, &[LOOPBACK]);
        document["client_name"] = json!(name);
        site.publish("/client.json", Document::json(&document));
    };
    named("PaypaI");
    let page = refused(&server, &client, LOOPBACK).await;
    assert!(page.text().contains("client_name"), "{}", page.text());
    world.clock.advance(Duration::from_mins(5));
    named("Notes");
    let page = Browser::of(&server).visit(&authorize(&client, LOOPBACK, &[])).await;
    assert!(page.has("login-submit"), "{}", page.text());
    world.clock.advance(Duration::from_mins(5));
    named("Pay-Pal");
    refused(&server, &client, LOOPBACK).await;
}
