//! Pushed authorization requests (RFC 9126).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::ApplicationKind;
use gatepost::protocol::parameters::Parameters;
use gatepost::protocol::refusal::{ErrorCode, Refusal};

use crate::harness::{Answer, CALLBACK, CHALLENGE, Registered, TestServer, World, for_people, on_both_engines};

const GOOD: [(&str, &str); 6] = [
    ("response_type", "code"),
    ("redirect_uri", CALLBACK),
    ("scope", "openid user"),
    ("state", "a&b ü"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

async fn push(server: &TestServer, from: &Registered, form: &[(&str, &str)]) -> Answer {
    server.form("/oauth/par", from, form).await
}

fn request_uri(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

async fn take(server: &TestServer, from: &Registered, uri: &str) -> Result<Parameters, Refusal> {
    server.rooms.authorizations.take_pushed_request(&from.id(), uri).await
}

/// RFC 9126 §2.2, §4.
#[apply(on_both_engines)]
async fn a_pushed_request_is_taken_once_as_it_was_pushed(world: World) {
    let server = world.server().await;
    let application = server.grant().await.application;
    let answer = push(&server, &application, &GOOD).await;
    let uri = request_uri(&answer);
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:"));
    assert_eq!((answer.json()["expires_in"].as_i64(), answer.header("cache-control")), (Some(90), Some("no-store")));
    let taken = take(&server, &application, &uri).await.unwrap();
    for (name, value) in GOOD {
        assert_eq!(taken.value(name), Some(value));
    }
    assert_eq!(taken.value("client_id"), Some(application.client_id.as_str()));
    assert_eq!(take(&server, &application, &uri).await.unwrap_err().code, ErrorCode::InvalidRequestUri);
}

/// RFC 9126 §2: authenticated as at the token endpoint, and no credential is kept.
#[apply(on_both_engines)]
async fn credentials_are_checked_and_not_kept(world: World) {
    let server = world.server().await;
    let application = server.grant().await.application;
    let wrong = application.with_secret("gps_wrong");
    push(&server, &wrong, &GOOD).await.refusal(401, "invalid_client");
    let body = [&GOOD[..], &[("client_id", &application.client_id), ("client_secret", &application.secret)]].concat();
    let answer = Answer::of(server.request(reqwest::Method::POST, "/oauth/par").form(&body)).await;
    let taken = take(&server, &application, &request_uri(&answer)).await.unwrap();
    assert_eq!(taken.value("client_secret"), None);
    let public = server.grant_to(for_people(ApplicationKind::Spa)).await.application;
    request_uri(&push(&server, &public, &GOOD).await);
}

/// RFC 9126 §2.1, §2.3: refused at once, as the authorization endpoint would.
#[apply(on_both_engines)]
async fn what_the_authorization_endpoint_would_refuse_is_refused_at_once(world: World) {
    let server = world.server().await;
    let application = server.grant_to(for_people(ApplicationKind::Spa)).await.application;
    let with = |name: &'static str, value: &'static str| {
        let rest = GOOD.into_iter().filter(move |(known, _)| *known != name);
        rest.chain([(name, value)]).collect::<Vec<_>>()
    };
    for (form, error) in [
        (with("redirect_uri", "https://evil.example/cb"), "invalid_request"),
        (with("response_type", "token"), "unsupported_response_type"),
        (with("scope", "admin"), "invalid_scope"),
        (with("resource", "https://c.example"), "invalid_target"),
        (with("code_challenge_method", "plain"), "invalid_request"),
        (with("prompt", "what"), "invalid_request"),
        (with("request_uri", "urn:x"), "invalid_request"),
        (with("request", "x"), "request_not_supported"),
        (with("id_token_hint", "ey.J.x"), "invalid_request"),
    ] {
        push(&server, &application, &form).await.refusal(400, error);
    }
    let plain: Vec<_> = GOOD.into_iter().filter(|(name, _)| !name.starts_with("code_challenge")).collect();
    push(&server, &application, &plain).await.refusal(400, "invalid_request");
    let service = server.service().await;
    push(&server, &service, &GOOD).await.refusal(400, "unauthorized_client");
}

/// RFC 9126 §2.2, §7.2: bound to its client, and short-lived.
#[apply(on_both_engines)]
async fn a_request_uri_is_its_applications_and_does_not_last(world: World) {
    let server = world.server().await;
    let (application, other) = (server.grant().await.application, server.grant().await.application);
    let uri = request_uri(&push(&server, &application, &GOOD).await);
    let late = request_uri(&push(&server, &application, &GOOD).await);
    for odd in ["", "https://app.example/r", "urn:ietf:params:oauth:request_uri:x"] {
        assert!(take(&server, &application, odd).await.is_err(), "{odd}");
    }
    assert!(take(&server, &other, &uri).await.is_err());
    world.clock.advance(Duration::from_secs(89));
    take(&server, &application, &uri).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    assert!(take(&server, &application, &late).await.is_err());
}
