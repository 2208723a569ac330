//! What registered itself owns nothing: it gets no power by default.

use macro_rules_attribute::apply;

use gatepost::domain::audit::Actor;
use gatepost::flows::applications::SettingsChange;
use gatepost::flows::consequences::Consequences;
use reqwest::Method;
use serde_json::json;

use super::tokens::token;
use super::{LOOPBACK, OPEN, client, made, native_client, register, register_with, stored, text, web_client};
use crate::harness::browser::Browser;
use crate::harness::person::CHALLENGE;
use crate::harness::{Answer, TestServer, Who, World, on_both_engines, person};

/// It may not ask about tokens, unless an initial access token or an operator has let it.
#[apply(on_both_engines)]
async fn it_introspects_nothing(world: World) {
    let server = world.server_with(OPEN).await;
    let web = made(&register(&server, &web_client()).await);
    let refused = server.form("/oauth/introspect", &client(&web), &[("token", "x")]).await;
    assert!(refused.refusal(403, "access_denied").contains("registered itself"));
    let token = token(&server, |new| new.scope = "introspect".parse().unwrap()).await;
    let mut asks = web_client();
    asks["scope"] = json!("openid introspect");
    let checker = made(&register_with(&server, &token, &asks).await);
    let answer = server.form("/oauth/introspect", &client(&checker), &[("token", "x")]).await.success();
    assert_eq!(answer, json!({ "active": false }));
}

/// It cannot have a mail sent under its name, and gets no token for itself.
#[apply(on_both_engines)]
async fn it_sends_no_mail_and_acts_for_nobody_but_people(world: World) {
    let server = world.server_with(OPEN).await;
    let web = made(&register(&server, &web_client()).await);
    person::account(&server.rooms, "john@example.com").await;
    let body = json!({ "client_id": web["client_id"], "response_type": "code", "scope": "openid",
        "redirect_uri": "https://app.example/cb", "username": "john@example.com" });
    let asked = Answer::of(server.request(Method::POST, "/oauth/authorize").json(&body)).await;
    asked.refusal(400, "unauthorized_client");
    assert_eq!(person::mails_to(&server, "john@example.com").await, 0);
    let form = [("grant_type", "client_credentials")];
    server.form("/token", &client(&web), &form).await.refusal(400, "unauthorized_client");
}

/// Operators see where it came from; no developer sees it at all.
#[apply(on_both_engines)]
async fn it_is_the_operators_to_see_and_nobodys_to_own(world: World) {
    let server = world.server_with(OPEN).await;
    let web = made(&register(&server, &web_client()).await);
    let api = server.management().await;
    let path = format!("/applications/{}", text(&web["client_id"]));
    let admin = server.machine("gatepost:admin").await;
    let shown = api.get(&admin, &path).await.success();
    assert_eq!((&shown["origin"], &shown["owner"]), (&json!("dynamic"), &json!(null)));
    assert_eq!(api.get(&admin, "/applications?q=Shop").await.success()["items"][0]["origin"], "dynamic");
    let developer = person::account(&server.rooms, "dev@example.com").await;
    let developer = server.session_of(&developer).await;
    assert_eq!(api.get(&developer, &path).await.status, 404);
    let hooks = format!("{path}/webhooks");
    let hook = json!({ "url": "https://app.example/hook" });
    assert_eq!(api.post(&developer, &hooks, hook).await.status, 404);
    let page = operators_page(&server, text(&web["client_id"])).await;
    assert!(page.contains("dynamically: it registered itself"), "{page}");
}

async fn operators_page(server: &TestServer, client_id: &str) -> String {
    let operator = person::operator(&server.rooms, "ann@example.com").await;
    let who: Who = server.session_of(&operator).await;
    let request = server.request(Method::GET, &format!("/portal/applications/{client_id}"));
    Answer::of(who.sends(request)).await.text().to_owned()
}

/// What an operator gives it stays when it says what it is anew; what it may not have it does not get that way.
#[apply(on_both_engines)]
async fn an_operator_may_give_it_more(world: World) {
    let server = world.server_with(OPEN).await;
    let native = made(&register(&server, &native_client()).await);
    let application = stored(&server, &native).await;
    let mut settings = application.settings.clone();
    settings.scope = "openid offline_access orders:read".parse().unwrap();
    settings.audiences = vec!["https://orders.example".parse().unwrap()];
    let change = SettingsChange { settings, version: application.version, consequences: Consequences::default() };
    let applications = &server.rooms.applications;
    applications.application_change_settings(&application.client_id, change, &Actor::CommandLine).await.unwrap();

    let mut again = native_client();
    again["client_id"] = native["client_id"].clone();
    again["scope"] = json!("openid offline_access orders:read users:write");
    let path = format!("/oauth/register/{}", text(&native["client_id"]));
    let token = text(&native["registration_access_token"]);
    let changed = Answer::of(server.request(Method::PUT, &path).bearer_auth(token).json(&again)).await.success();
    assert_eq!(changed["scope"], "openid offline_access orders:read");
    assert_eq!(stored(&server, &native).await.settings.audiences.len(), 1);
}

/// Anybody chooses its name, so what stands there is not said in mails of this server.
#[apply(on_both_engines)]
async fn its_name_is_in_no_mail(world: World) {
    let server = world.server_with(&format!("{OPEN}login.signup = \"open\"\n")).await;
    let mut loud = native_client();
    loud["client_name"] = json!("Your account is locked, call 555 1234");
    let client = made(&register(&server, &loud).await);
    let query = [
        ("client_id", text(&client["client_id"])),
        ("response_type", "code"),
        ("redirect_uri", LOOPBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let browser = Browser::of(&server);
    let page = browser.visit(&format!("/oauth/authorize?{query}")).await;
    assert!(page.text().contains("555 1234"), "the page says who says so: {}", page.text());
    let waits = browser.enter_address(&page, "victim@example.com").await;
    person::letter(&server, "victim@example.com", 1).await;
    world.clock.advance(std::time::Duration::from_mins(2));
    browser.submit(waits.form_to("/login/resend"), &[]).await;
    person::letter(&server, "victim@example.com", 2).await;
    for mail in server.rooms.mail.caught_mails().unwrap() {
        let whole = format!("{}{}{}", mail.subject.as_str(), mail.text, mail.html);
        assert!(!whole.contains("555") && !whole.contains("locked"), "{whole}");
    }
}
