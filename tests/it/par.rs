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

/// RFC 9126 §2.1: what means nothing here is not kept, and nothing is kept of what was taken.
#[apply(on_both_engines)]
async fn only_what_means_something_is_kept_and_only_until_it_is_taken(world: World) {
    let server = world.server().await;
    let application = server.grant().await.application;
    let big = "x".repeat(40_000);
    let form = [&GOOD[..], &[("utm_source", big.as_str()), ("claims_locales", "{}")]].concat();
    let uri = request_uri(&push(&server, &application, &form).await);
    let stored = world.database.texts("select parameters from pushed_requests").await;
    assert!(stored[0].len() < 500, "{} bytes", stored[0].len());
    let taken = take(&server, &application, &uri).await.unwrap();
    assert_eq!((taken.value("utm_source"), taken.value("claims_locales")), (None, None));
    assert_eq!(taken.value("state"), Some("a&b ü"));
    assert_eq!(world.database.texts("select parameters from pushed_requests").await, [""]);
}

/// RFC 9126 §2.3: too much is a 413.
#[apply(on_both_engines)]
async fn a_pushed_request_has_a_size(world: World) {
    let server = world.server().await;
    let application = server.grant().await.application;
    // As a form it is three times as long.
    let long = "ü".repeat(1000);
    let names = ["state", "nonce", "login_hint", "ui_locales"];
    let rest = GOOD.into_iter().filter(|(name, _)| *name != "state");
    let form: Vec<_> = rest.chain(names.map(|name| (name, long.as_str()))).collect();
    push(&server, &application, &form).await.refusal(413, "invalid_request");
}

/// A quota for each application; what was taken or has expired does not count.
#[apply(on_both_engines)]
async fn an_application_has_so_many_requests_waiting_and_no_more(world: World) {
    let server = world.server().await;
    let (application, other) = (server.grant().await.application, server.grant().await.application);
    let first = request_uri(&push(&server, &application, &GOOD).await);
    for _ in 1..1000 {
        request_uri(&push(&server, &application, &GOOD).await);
    }
    let refused = push(&server, &application, &GOOD).await;
    refused.refusal(429, "temporarily_unavailable");
    request_uri(&push(&server, &other, &GOOD).await);
    take(&server, &application, &first).await.unwrap();
    request_uri(&push(&server, &application, &GOOD).await);
    push(&server, &application, &GOOD).await.refusal(429, "temporarily_unavailable");
    world.clock.advance(Duration::from_secs(91));
    request_uri(&push(&server, &application, &GOOD).await);
    let left = world.database.texts("select parameters from pushed_requests where parameters <> ''").await;
    assert_eq!(left.len(), 2, "one of each application");
}

/// A public client proves nothing, so nothing is stored for it; its URI works once all the same.
#[apply(on_both_engines)]
async fn nothing_is_stored_of_an_unauthenticated_request_until_a_browser_brings_it(world: World) {
    let server = world.server().await;
    let application = server.grant_to(for_people(ApplicationKind::Spa)).await.application;
    let other = server.grant_to(for_people(ApplicationKind::Spa)).await.application;
    let mut uris = Vec::new();
    for _ in 0..20 {
        uris.push(request_uri(&push(&server, &application, &GOOD).await));
    }
    assert!(world.database.texts("select parameters from pushed_requests").await.is_empty());
    assert!(take(&server, &other, &uris[0]).await.is_err());
    let taken = take(&server, &application, &uris[0]).await.unwrap();
    for (name, value) in GOOD {
        assert_eq!(taken.value(name), Some(value));
    }
    assert_eq!(take(&server, &application, &uris[0]).await.unwrap_err().code, ErrorCode::InvalidRequestUri);
    take(&server, &application, &uris[1]).await.unwrap();
    let forged = uris[2].replace("gpu_A", "gpu_B");
    assert!(forged != uris[2] && take(&server, &application, &forged).await.is_err());
    world.clock.advance(Duration::from_secs(90));
    assert!(take(&server, &application, &uris[2]).await.is_err());
    let large = "x".repeat(2000);
    let hint =
        [&GOOD[..], &[("login_hint", large.as_str()), ("ui_locales", large.as_str()), ("nonce", large.as_str())]]
            .concat();
    push(&server, &application, &hint).await.refusal(413, "invalid_request");
}
