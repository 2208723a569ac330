//! `private_key_jwt` with keys that the application publishes (RFC 7591 §2 `jwks_uri`).

use macro_rules_attribute::apply;
use std::time::Duration;

use axum::http::header;
use gatepost::protocol::jose::SigningAlgorithm;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Answer, Assertion, ClientKey, Document, Registered, Site, TestServer, World, eventually, on_both_engines,
};

const PATH: &str = "/jwks.json";

fn key() -> ClientKey {
    ClientKey::new(SigningAlgorithm::Es256)
}

/// These keys, to be kept for as long as a cache likes.
fn set(keys: &[&ClientKey]) -> Document {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    Document::json(&json!({ "keys": keys })).with(header::CACHE_CONTROL, "max-age=86400")
}

async fn service(server: &TestServer, site: &Site) -> Registered {
    let address = site.url(PATH).parse().unwrap();
    server.service_with(|settings| settings.jwks_uri = Some(address)).await
}

async fn ask(server: &TestServer, application: &Registered, key: &ClientKey) -> Answer {
    let assertion = Assertion::new(server, application, key).signed(key);
    server.token().with_assertion(&assertion).send().await
}

#[apply(on_both_engines)]
async fn an_application_signs_with_the_keys_that_it_publishes(world: World) {
    let (server, site, key) = (world.server().await, Site::start().await, key());
    site.publish(PATH, set(&[&key]));
    let application = service(&server, &site).await;
    for _ in 0..5 {
        ask(&server, &application, &key).await.success();
    }
    assert_eq!(site.asked(PATH), 1);
    let stored = server.rooms.store.application(&application.id()).await.unwrap().unwrap();
    assert_eq!((stored.settings.auth_method().name(), stored.secrets.len()), ("private_key_jwt", 0));
}

#[apply(on_both_engines)]
async fn a_key_that_is_taken_away_is_refused_within_five_minutes(world: World) {
    let (server, site, old, new) = (world.server().await, Site::start().await, key(), key());
    site.publish(PATH, set(&[&old]));
    let application = service(&server, &site).await;
    ask(&server, &application, &old).await.success();
    site.publish(PATH, set(&[&new]));
    world.clock.advance(Duration::from_mins(5));
    ask(&server, &application, &old).await.refusal(401, "invalid_client");
    ask(&server, &application, &new).await.success();
    assert_eq!(site.asked(PATH), 2);
}

#[apply(on_both_engines)]
async fn an_unknown_key_has_the_set_fetched_again_once_a_minute(world: World) {
    let (server, site, first, second) = (world.server().await, Site::start().await, key(), key());
    site.publish(PATH, set(&[&first]));
    let application = service(&server, &site).await;
    ask(&server, &application, &first).await.success();
    site.publish(PATH, set(&[&first, &second]));
    ask(&server, &application, &second).await.refusal(401, "invalid_client");
    assert_eq!(site.asked(PATH), 1, "it was fetched a moment ago");
    world.clock.advance(Duration::from_mins(1));
    ask(&server, &application, &second).await.success();
    assert_eq!(site.asked(PATH), 2);
    for _ in 0..5 {
        ask(&server, &application, &key()).await.refusal(401, "invalid_client");
        ask(&server, &application, &first).await.success();
    }
    assert_eq!(site.asked(PATH), 2);
    // A set that cannot be fetched again stays what it was, for its five minutes.
    site.publish(PATH, Document::json(&json!({})).with_status(500));
    world.clock.advance(Duration::from_mins(1));
    ask(&server, &application, &key()).await.refusal(401, "invalid_client");
    ask(&server, &application, &second).await.success();
    assert_eq!(site.asked(PATH), 3);
}

/// What is wrong is told to the owner, and to the caller that something is.
#[apply(on_both_engines)]
async fn a_set_that_cannot_be_used_is_refused_and_its_owner_told_why(world: World) {
    let (server, site, key) = (world.server().await, Site::start().await, key());
    let application = service(&server, &site).await;
    let id = server.rooms.store.application(&application.id()).await.unwrap().unwrap().id;
    let with_private = json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }, key.jwk()] });
    for (document, reason) in [
        (set(&[&key]).with_status(404), "404"),
        (set(&[&key]).with_status(302).with(header::LOCATION, "/other"), "redirects are not followed"),
        (set(&[&key]).of_type("text/html"), "content type"),
        (Document::json(&json!([])), "'keys'"),
        (Document::json(&json!({ "keys": [] })), "no RSA"),
        (Document::json(&with_private), "private"),
        (Document::json(&json!({ "keys": "x".repeat(40_000) })), "longer than"),
    ] {
        site.publish(PATH, document);
        world.clock.advance(Duration::from_mins(6));
        let asked = site.asked(PATH);
        for _ in 0..3 {
            let told = ask(&server, &application, &key).await.refusal(401, "invalid_client");
            assert!(told.contains("cannot be read at the moment") && !told.contains(reason), "{told}");
        }
        assert_eq!(site.asked(PATH), asked + 1, "never a second time within the minute");
        eventually("the owner is told", || async {
            server.rooms.upkeep.flush_usage().await.unwrap();
            let noted = server.rooms.insight.application_requests(id, 100).await.unwrap();
            noted.iter().filter_map(|request| request.failure.as_ref()).any(|failure| failure.reason.contains(reason))
        })
        .await;
    }
}

#[apply(on_both_engines)]
async fn keys_are_registered_or_published_and_not_both(world: World) {
    let server = world.server().await;
    let admin = server.machine("gatepost:admin").await;
    let create = async |sent: &Value| {
        Answer::of(admin.sends(server.request(Method::POST, "/api/v1/applications")).json(sent)).await
    };
    let jwks: Value = serde_json::from_str(&key().jwks()).unwrap();
    let sent = json!({ "name": "Keys", "jwks": jwks, "jwks_uri": "https://app.example/jwks" });
    let refused = create(&sent).await;
    assert!(refused.status == 400 && refused.text().contains("exclude each other"), "{}", refused.text());
    for bad in ["http://app.example/jwks", "https://me@app.example/jwks", "jwks", "https://app.example/#a"] {
        let refused = create(&json!({ "name": "Keys", "jwks_uri": bad })).await;
        assert!(refused.status == 400 && refused.text().contains("jwks_uri"), "{}", refused.text());
    }
    let public = json!({ "name": "Keys", "type": "spa", "jwks_uri": "https://app.example/jwks" });
    assert_eq!(create(&public).await.status, 400);
}

/// RFC 7591 §2. What registered itself may name any address, so each new one counts for the network that asks.
#[apply(on_both_engines)]
async fn a_client_that_registers_itself_names_the_address_of_its_keys(world: World) {
    let server = world.server_with("registration.dynamic = \"open\"\n").await;
    let (site, key) = (Site::start().await, key());
    site.publish(PATH, set(&[&key]));
    let metadata = |path: &str| {
        json!({ "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": site.url(path) })
    };
    let register = async |path: &str| {
        let made = Answer::of(server.request(Method::POST, "/oauth/register").json(&metadata(path))).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let client_id = made.json()["client_id"].as_str().unwrap().to_owned();
        assert_eq!(made.json()["jwks_uri"], site.url(path));
        Registered { client_id, secret: String::new() }
    };
    let form = [("grant_type", "authorization_code"), ("code", "nonsense")];
    let redeem = async |application: &Registered| {
        let assertion = Assertion::new(&server, application, &key).signed(&key);
        let proof = [
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        let form: Vec<_> = form.iter().chain(&proof).collect();
        Answer::of(server.request(Method::POST, "/token").form(&form)).await
    };
    // It gets past its keys.
    redeem(&register(PATH).await).await.refusal(400, "invalid_grant");
    for number in 1..10 {
        redeem(&register(&format!("/{number}")).await).await.refusal(401, "invalid_client");
    }
    let over = redeem(&register("/10").await).await;
    assert_eq!((over.status.as_u16(), over.json()["error"].as_str()), (429, Some("temporarily_unavailable")));
    assert_eq!(site.asked_in_all(), 10);
}
