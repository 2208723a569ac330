//! Clients that a document describes (draft-ietf-oauth-client-id-metadata-document).

mod changes;
mod limits;

use macro_rules_attribute::apply;

use gatepost::domain::audit::Actor;
use gatepost::flows::applications::NewApplication;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{self, CHALLENGE, VERIFIER};
use crate::harness::{Answer, Assertion, ClientKey, Document, Registered, Site, TestServer, World, on_both_engines, service};

const ON: &str = "registration.client_id_documents = [\"127.0.0.1\"]\n";
const LOOPBACK: &str = "http://localhost:3334/callback";
const ELSEWHERE: &str = "https://app.example/callback";
const JOHN: &str = "john@example.com";

/// What a client of MCP says of itself at this address.
fn described(address: &str, redirect_uris: &[&str]) -> Value {
    json!({
        "client_id": address,
        "client_name": "Notes",
        "client_uri": "https://notes.example",
        "logo_uri": "https://notes.example/logo.png",
        "redirect_uris": redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "openid offline_access",
    })
}

/// A client whose document stands there.
fn publish(site: &Site, path: &str, redirect_uris: &[&str]) -> Registered {
    let client_id = site.url(path);
    site.publish(path, Document::json(&described(&client_id, redirect_uris)));
    Registered { client_id, secret: String::new() }
}

/// Where it sends a browser.
fn authorize(client: &Registered, redirect_uri: &str, more: &[(&str, &str)]) -> String {
    let query = [
        ("client_id", client.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", redirect_uri),
        ("scope", "openid offline_access"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).extend_pairs(more).finish();
    format!("/oauth/authorize?{query}")
}

async fn allow(browser: &Browser, consent: &Page) -> String {
    let answer = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    answer.answer_parameters()["code"].clone()
}

async fn redeem(server: &TestServer, client: &Registered, code: &str, redirect_uri: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    server.form("/token", client, &form).await
}

async fn refresh(server: &TestServer, client: &Registered, tokens: &Value) -> Answer {
    let token = tokens["refresh_token"].as_str().unwrap();
    server.form("/token", client, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

/// Tokens of a person who signs in and agrees, and their browser.
async fn signed_in(server: &TestServer, client: &Registered, redirect_uri: &str) -> (Browser, Value) {
    let browser = Browser::of(server);
    let page = browser.visit(&authorize(client, redirect_uri, &[])).await;
    let consent = browser.sign_in(server, &page, JOHN, 1).await;
    let code = allow(&browser, &consent).await;
    let tokens = redeem(server, client, &code, redirect_uri).await.success();
    (browser, tokens)
}

/// The page of a refused request, which leads nowhere else.
async fn refused(server: &TestServer, client: &Registered, redirect_uri: &str) -> Page {
    let page = Browser::of(server).visit(&authorize(client, redirect_uri, &[])).await;
    assert!(page.redirect().is_none() && page.answer.status.is_client_error(), "{}", page.text());
    page
}

#[apply(on_both_engines)]
async fn a_client_that_nobody_registered_signs_its_person_in(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let metadata = server.get("/.well-known/oauth-authorization-server").await.success();
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
    let client = publish(&site, "/client.json", &[LOOPBACK]);
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&client, LOOPBACK, &[])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    for said in ["its address at <bdi>127.0.0.1</bdi>", "<bdi>localhost</bdi>", "id=\"on-this-device\"", "Notes"] {
        assert!(consent.text().contains(said), "{said} in {}", consent.text());
    }
    assert!(!consent.text().contains("is remembered"), "{}", consent.text());
    let code = allow(&browser, &consent).await;
    let tokens = redeem(&server, &client, &code, LOOPBACK).await.success();
    assert_eq!(tokens["scope"], "openid offline_access");
    let token = server.verify(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(token.claims["client_id"], client.client_id);
    let again = refresh(&server, &client, &tokens).await.success();
    assert_eq!(site.asked("/client.json"), 1);

    // The account page lists it by its host, and ends its access.
    let account = browser.visit("/account").await;
    assert!(account.text().contains("its address at <bdi>127.0.0.1</bdi>"), "{}", account.text());
    let end = format!("/account/applications/{}/end", client.id().in_path());
    browser.submit(account.form_to(&end), &[]).await;
    refresh(&server, &client, &again).await.refusal(400, "invalid_grant");
}

#[apply(on_both_engines)]
async fn without_the_setting_no_document_is_fetched(world: World) {
    let (server, site) = (world.server().await, Site::start().await);
    let metadata = server.get("/.well-known/openid-configuration").await.success();
    assert!(metadata.get("client_id_metadata_document_supported").is_none());
    let client = publish(&site, "/client.json", &[LOOPBACK]);
    refused(&server, &client, LOOPBACK).await;
    server.stop().await;
    let server = world.server_with("registration.client_id_documents = [\"app.example\"]\n").await;
    refused(&server, &client, LOOPBACK).await;
    redeem(&server, &client, "code", LOOPBACK).await.refusal(401, "invalid_client");
    assert_eq!(site.asked_in_all(), 0);
}

#[apply(on_both_engines)]
async fn people_are_asked_each_time(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    let (browser, _) = signed_in(&server, &client, ELSEWHERE).await;
    let consent = browser.visit(&authorize(&client, ELSEWHERE, &[])).await;
    assert!(consent.has("consent-allow") && !consent.has("on-this-device"), "{}", consent.text());
    assert!(consent.text().contains("<bdi>app.example</bdi>"), "{}", consent.text());
    // Whoever publishes a document decides where it leads, so a refusal is a page with a link (RFC 9700 §4.11.2).
    let refused = async |url: &str, error: &str| {
        let page = browser.visit(url).await;
        assert_eq!((page.answer.status.as_u16(), page.redirect()), (400, None), "{}", page.text());
        let document = page.document();
        let links: Vec<_> = document.elements().filter_map(|element| element.attribute("href")).collect();
        assert!(links.iter().any(|href| href.starts_with(&format!("{ELSEWHERE}?error={error}"))), "{links:?}");
    };
    refused(&authorize(&client, ELSEWHERE, &[("prompt", "none")]), "consent_required").await;
    // A public client proves nothing, so PKCE is not left out.
    refused(&authorize(&client, ELSEWHERE, &[]).replace("code_challenge", "other"), "invalid_request").await;
}

/// RFC 7523; §8.2 of the draft.
#[apply(on_both_engines)]
async fn a_client_signs_with_the_keys_that_its_document_names(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let key = ClientKey::new(gatepost::protocol::jose::SigningAlgorithm::Es256);
    let client = Registered { client_id: site.url("/client.json"), secret: String::new() };
    let mut document = described(&client.client_id, &[ELSEWHERE]);
    document["token_endpoint_auth_method"] = json!("private_key_jwt");
    document["jwks_uri"] = json!(site.url("/jwks.json"));
    site.publish("/client.json", Document::json(&document));
    site.publish("/jwks.json", Document::json(&json!({ "keys": [key.jwk()] })));
    let push = async |key: &ClientKey| {
        let assertion = Assertion::new(&server, &client, key).signed(key);
        let form = [
            ("response_type", "code"),
            ("redirect_uri", ELSEWHERE),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        Answer::of(server.request(Method::POST, "/oauth/par").form(&form)).await
    };
    assert_eq!(push(&key).await.status, 201);
    push(&ClientKey::new(gatepost::protocol::jose::SigningAlgorithm::Es256)).await.refusal(401, "invalid_client");
    let assertion = Assertion::new(&server, &client, &key).signed(&key);
    let form = [
        ("token", "x"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
    ];
    Answer::of(server.request(Method::POST, "/oauth/introspect").form(&form)).await.refusal(403, "access_denied");
    // Its client id alone proves nothing.
    redeem(&server, &client, "code", ELSEWHERE).await.refusal(401, "invalid_client");
}

#[apply(on_both_engines)]
async fn it_owns_nothing(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    signed_in(&server, &client, ELSEWHERE).await;
    server.form("/token", &client, &[("grant_type", "client_credentials")]).await.refusal(400, "unauthorized_client");
    server.form("/oauth/introspect", &client, &[("token", "x")]).await.refusal(401, "invalid_client");
    server.form("/oauth/device_authorization", &client, &[]).await.refusal(400, "unauthorized_client");
    let body = json!({ "client_id": client.client_id, "response_type": "code", "scope": "openid",
        "redirect_uri": ELSEWHERE, "username": JOHN });
    let asked = Answer::of(server.request(Method::POST, "/oauth/authorize").json(&body)).await;
    asked.refusal(400, "unauthorized_client");
}

/// The address is that of the document, so nobody registers it.
#[apply(on_both_engines)]
async fn a_client_id_that_is_an_address_is_not_given_to_an_application(world: World) {
    let server = world.server().await;
    let client_id = Some("https://app.example/client.json".parse().unwrap());
    let new = NewApplication { client_id, settings: service(|_| {}) };
    let refused = server.rooms.applications.application_create(new, &Actor::CommandLine).await.unwrap_err();
    assert!(refused.to_string().contains("the address of a document"), "{refused}");
}

/// Operators find it by its host, and nobody changes here what its document says.
#[apply(on_both_engines)]
async fn operators_see_it_by_its_host(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let client = publish(&site, "/client.json", &[ELSEWHERE]);
    signed_in(&server, &client, ELSEWHERE).await;
    let operator = person::operator(&server.rooms, "ann@example.com").await;
    let who = server.session_of(&operator).await;
    let page = async |path: &str| {
        let answer = Answer::of(who.sends(server.request(Method::GET, path))).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text().to_owned()
    };
    let list = page("/admin/applications?q=127.0.0.1").await;
    assert!(list.contains("described by its document at <bdi>127.0.0.1</bdi>"), "{list}");
    let address = format!("/portal/applications/{}", client.id().in_path());
    assert!(list.contains(&address), "{list}");
    let private = Registered { client_id: format!("{}?key=x", site.url("/private.json")), secret: String::new() };
    refused(&server, &private, ELSEWHERE).await;
    let unread = page("/admin/registration").await;
    assert!(unread.contains(&format!("<code>{}</code>", site.url("/private.json"))), "{unread}");
    assert!(unread.contains("the answer was 404") && !unread.contains("key=x"), "{unread}");
    let own = page(&address).await;
    assert!(own.contains("by its document") && !own.contains("id=\"app-save\""), "{own}");
    let sign_in = page(&format!("{address}/sign-in")).await;
    assert!(sign_in.contains("described by its document") && !sign_in.contains("id=\"app-save\""), "{sign_in}");
    assert!(page("/admin/audit").await.contains(&address));
    let api = server.management().await;
    let admin = server.machine("gatepost:admin").await;
    let path = format!("/applications/{}", client.id().in_path());
    assert_eq!(api.get(&admin, &path).await.success()["origin"], "document");
}
