//! `[[resources]] open = true`: APIs that every application may ask tokens for whose person consents.

use macro_rules_attribute::apply;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, VERIFIER, authorize, web_application};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";

const NOTES: &str = "https://notes.example.com/mcp";

const APIS: &str = r#"
    rate_limits.enabled = false
    registration.dynamic = "open"
    [[resources]]
    identifier = "https://notes.example.com/mcp"
    scopes = ["notes:read", "notes:write"]
    open = true
    [[resources]]
    identifier = "https://orders.example.com"
    scopes = ["orders:read"]
"#;

/// Where the consent page is, or the answer.
async fn asked(server: &TestServer, browser: &Browser, from: &Registered, more: &[(&str, &str)]) -> Page {
    let page = browser.visit(&authorize(from, more)).await;
    if page.redirect().is_some() {
        return page;
    }
    browser.sign_in(server, &page, JOHN, 1).await
}

async fn redeemed(server: &TestServer, browser: &Browser, from: &Registered, consent: &Page) -> Answer {
    let page = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let code = page.answer_parameters()["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    server.form("/token", from, &form).await
}

async fn claims(server: &TestServer, answer: &Answer) -> Value {
    server.verify(&answer.access_token()).await.claims
}

/// The person is asked for each scope; the token is for that API, and a refreshed one too.
#[apply(on_both_engines)]
async fn any_application_whose_person_consents_gets_a_token_for_an_open_api(world: World) {
    let server = world.server_with(APIS).await;
    let metadata = json!({ "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid offline_access notes:read", "client_name": "Agent" });
    let made = Answer::of(server.request(Method::POST, "/oauth/register").json(&metadata)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["scope"], "openid offline_access notes:read");
    let client = Registered::from_id(made["client_id"].as_str().unwrap());
    let client = client.with_secret(made["client_secret"].as_str().unwrap());

    let browser = Browser::of(&server);
    let more =
        [("resource", "https://NOTES.example.com/mcp"), ("scope", "openid offline_access notes:read notes:write")];
    let consent = asked(&server, &browser, &client, &more).await;
    assert!(consent.text().contains("notes:write"), "{}", consent.text());
    let tokens = redeemed(&server, &browser, &client, &consent).await;
    let first = claims(&server, &tokens).await;
    assert_eq!((&first["aud"], &first["scope"]), (&json!(NOTES), &tokens.json()["scope"]));
    assert_eq!(first["scope"], "openid offline_access notes:read notes:write");
    let refresh_token = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let again = claims(&server, &server.form("/token", &client, &refresh).await).await;
    assert_eq!((&again["aud"], &again["scope"]), (&first["aud"], &first["scope"]));
}

/// A client of MCP that names no scope gets those of the API, which the person sees before.
#[apply(on_both_engines)]
async fn a_request_without_scope_gets_those_of_the_api(world: World) {
    let server = world.server_with(APIS).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let consent = asked(&server, &browser, &application, &[("resource", NOTES)]).await;
    assert!(consent.text().contains("notes:read") && consent.text().contains("notes:write"), "{}", consent.text());
    let tokens = redeemed(&server, &browser, &application, &consent).await;
    let token = claims(&server, &tokens).await;
    assert_eq!((&token["aud"], &token["scope"]), (&json!(NOTES), &json!("openid notes:read notes:write")));
    assert!(tokens.json()["id_token"].is_string());
}

/// Without the resource its scopes are not the application's.
#[apply(on_both_engines)]
async fn an_api_that_is_not_open_is_nobodys_to_ask_for(world: World) {
    let server = world.server_with(APIS).await;
    let application = web_application(&server.rooms).await;
    for (more, error) in [
        (&[("resource", "https://orders.example.com"), ("scope", "orders:read")][..], "invalid_target"),
        (&[("resource", "https://unknown.example.com")], "invalid_target"),
        (&[("resource", NOTES), ("scope", "orders:read")], "invalid_scope"),
        (&[("scope", "notes:read")], "invalid_scope"),
    ] {
        let page = Browser::of(&server).visit(&authorize(&application, more)).await;
        assert_eq!(page.answer_parameters()["error"], error, "{more:?}");
    }
}

/// RFC 6749 §4.4: a machine gets tokens for what it is registered for.
#[apply(on_both_engines)]
async fn a_machine_has_no_person_to_consent(world: World) {
    let server = world.server_with(APIS).await;
    let machine = server.service().await;
    let form = [("grant_type", "client_credentials"), ("resource", NOTES)];
    server.form("/token", &machine, &form).await.refusal(400, "invalid_target");
}

/// What was granted is judged by what is open now.
#[apply(on_both_engines)]
async fn an_api_that_is_closed_again_gives_nothing_more(world: World) {
    let server = world.server_with(APIS).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let consent = asked(&server, &browser, &application, &[("resource", NOTES)]).await;
    let tokens = redeemed(&server, &browser, &application, &consent).await.success();
    server.stop().await;
    let closed = world.server_with(&APIS.replace("open = true", "open = false")).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    closed.form("/token", &application, &refresh).await.refusal(400, "invalid_target");
}
