//! The parameter `claims`: single claims that an application asks for, and what it demands of a sign-in (OIDC Core §5.5).

use std::collections::BTreeMap;
use std::time::Duration;

use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, CHALLENGE, VERIFIER, account, authorize, web_application, web_settings};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";
const JANE: &str = "jane@example.com";
const MAIL: &str = "urn:gatepost:mail";

async fn redeem(server: &TestServer, application: &Registered, answer: &BTreeMap<String, String>) -> Value {
    let request = server.token().with_basic(application).by_grant("authorization_code");
    let request = request.parameter("code", &answer["code"]).parameter("redirect_uri", CALLBACK);
    request.parameter("code_verifier", VERIFIER).send().await.success()
}

/// The claims of the ID token, and those at userinfo.
async fn told(server: &TestServer, tokens: &Value) -> (Value, Value) {
    let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    let bearer = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await;
    (id_token, userinfo.success())
}

async fn agree(browser: &Browser, consent: &Page) -> BTreeMap<String, String> {
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await.answer_parameters()
}

/// A request with these claims, of somebody who is signed in as John already and has agreed to everything.
async fn in_johns_browser(server: &TestServer) -> (Registered, Browser) {
    account(&server.rooms, JOHN).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(server);
    let page = browser.visit(&authorize(&application, &[("scope", "openid profile email")])).await;
    let consent = browser.sign_in(server, &page, JOHN, 1).await;
    agree(&browser, &consent).await;
    (application, browser)
}

fn with_claims(application: &Registered, claims: &str) -> String {
    authorize(application, &[("scope", "openid"), ("claims", claims)])
}

/// OIDC Core §5.5: single claims, each at its place, whatever the scope; the person is asked for what gives them.
#[apply(on_both_engines)]
async fn a_claim_is_told_where_it_was_asked_for_once_the_person_agreed(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let claims = r#"{"id_token": {"email": {"essential": true}, "nickname": null}, "userinfo": {"name": null, "auth_time": null, "acr": null}}"#;
    let page = browser.visit(&with_claims(&application, claims)).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let shown = ("scope".to_owned(), "openid email profile".to_owned());
    assert!(consent.form_with("consent-allow").fields.contains(&shown), "{}", consent.text());
    let tokens = redeem(&server, &application, &agree(&browser, &consent).await).await;
    assert_eq!(tokens["scope"], "openid", "nothing is granted for it");
    let (id_token, userinfo) = told(&server, &tokens).await;
    assert_eq!((&id_token["email"], id_token.get("email_verified"), id_token.get("name")), (&json!(JOHN), None, None));
    assert_eq!((&userinfo["name"], userinfo.get("locale"), userinfo.get("email")), (&json!("john"), None, None));
    assert_eq!((&userinfo["auth_time"], &userinfo["acr"]), (&id_token["auth_time"], &json!(MAIL)));
    // What was agreed to is remembered.
    let again = browser.visit(&with_claims(&application, claims)).await;
    assert!(again.answer_parameters().contains_key("code"));
}

/// RFC 9126 §2: the parameter can be pushed.
#[apply(on_both_engines)]
async fn claims_can_be_pushed(world: World) {
    let server = world.server().await;
    let (application, browser) = in_johns_browser(&server).await;
    let pushed = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("claims", r#"{"userinfo": {"email": null}}"#),
    ];
    let answer = server.form("/oauth/par", &application, &pushed).await.json();
    let uri = answer["request_uri"].as_str().unwrap().replace(':', "%3A");
    let page = browser.visit(&format!("/oauth/authorize?client_id={}&request_uri={uri}", application.client_id)).await;
    let (id_token, userinfo) = told(&server, &redeem(&server, &application, &page.answer_parameters()).await).await;
    assert_eq!((id_token.get("email"), &userinfo["email"]), (None, &json!(JOHN)));
    for (name, value) in [("claims", "x"), ("claims", r#"{"id_token": {"acr": {"essential": 1}}}"#)] {
        let mut bad = pushed.to_vec();
        bad.retain(|(known, _)| *known != name);
        bad.push((name, value));
        server.form("/oauth/par", &application, &bad).await.refusal(400, "invalid_request");
    }
}

/// OIDC Core §5.5, §3.1.2.6: what cannot be read is `invalid_request`, and the application is told.
#[apply(on_both_engines)]
async fn what_is_no_request_for_claims_is_refused(world: World) {
    let server = world.server().await;
    let (application, browser) = in_johns_browser(&server).await;
    let long = format!(r#"{{"id_token": {{"{}": null}}}}"#, "a".repeat(8192));
    let deep = r#"{"id_token": {"a": {"value": {"b": 1}}}}"#;
    for bad in ["no JSON", "[]", "{", r#"{"id_token": "email"}"#, r#"{"userinfo": {"acr": {"value": 1}}}"#, deep, &long]
    {
        let answer = browser.visit(&with_claims(&application, bad)).await.answer_parameters();
        assert_eq!(answer["error"], "invalid_request", "{bad}");
        assert!(answer["error_description"].contains("claims"), "{answer:?}");
        assert_eq!(answer["state"], "s-1");
    }
    let fine = r#"{"id_token": null, "verified": {"a": {"b": 1}}, "userinfo": {"x": {"essential": true, "y": [1]}}}"#;
    assert!(browser.visit(&with_claims(&application, fine)).await.answer_parameters().contains_key("code"));
}

/// OIDC Core §5.5.1.1; OpenID Connect Core Unmet Authentication Requirements §3.
#[apply(on_both_engines)]
async fn an_essential_class_that_cannot_be_reached_is_a_failed_sign_in(world: World) {
    let server = world.server().await;
    let (application, browser) = in_johns_browser(&server).await;
    let asks = |said: &str| with_claims(&application, &format!(r#"{{"id_token": {{"acr": {said}}}}}"#));
    for unmet in [r#"{"essential": true, "value": "urn:x"}"#, r#"{"essential": true, "values": ["phrh", "urn:x"]}"#] {
        let answer = browser.visit(&asks(unmet)).await.answer_parameters();
        assert_eq!(answer["error"], "unmet_authentication_requirements", "{unmet}");
    }
    let one_of_them = format!(r#"{{"essential": true, "values": ["urn:x", "{MAIL}"]}}"#);
    for met in [r#"{"value": "urn:x"}"#, r#"{"essential": true}"#, "null", &one_of_them] {
        let answer = browser.visit(&asks(met)).await.answer_parameters();
        let (id_token, _) = told(&server, &redeem(&server, &application, &answer).await).await;
        assert_eq!(id_token["acr"], MAIL, "{met}");
    }
}

/// OIDC Core §5.5.1: an essential moment of the sign-in is that of the session, or none that can be had.
#[apply(on_both_engines)]
async fn an_essential_auth_time_is_that_of_the_session(world: World) {
    let server = world.server().await;
    let (application, browser) = in_johns_browser(&server).await;
    let asks = |moment: i64| {
        let claims = format!(r#"{{"id_token": {{"auth_time": {{"essential": true, "value": {moment}}}}}}}"#);
        authorize(&application, &[("scope", "openid"), ("prompt", "none"), ("claims", &claims)])
    };
    let now = server.rooms.instruments.now().as_seconds();
    assert!(browser.visit(&asks(now)).await.answer_parameters().contains_key("code"));
    let answer = browser.visit(&asks(now - 1)).await.answer_parameters();
    assert_eq!(answer["error"], "unmet_authentication_requirements");
}

/// OIDC Core §3.1.2.1, §5.5.1: only the person of a wanted `sub` is an answer.
#[apply(on_both_engines)]
async fn a_wanted_sub_is_the_only_person_who_answers(world: World) {
    let server = world.server().await;
    let (application, browser) = in_johns_browser(&server).await;
    let jane = account(&server.rooms, JANE).await;
    let john = server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().unwrap();
    world.clock.advance(Duration::from_secs(1));
    let asks = |place: &str, sub: &str, prompt: &str| {
        let claims = format!(r#"{{"{place}": {{"sub": {{"value": "{sub}"}}}}}}"#);
        authorize(&application, &[("scope", "openid"), ("prompt", prompt), ("claims", &claims)])
    };
    for place in ["id_token", "userinfo"] {
        assert!(browser.visit(&asks(place, &john.sub, "none")).await.answer_parameters().contains_key("code"));
        let answer = browser.visit(&asks(place, &jane.sub, "none")).await.answer_parameters();
        assert_eq!(answer["error"], "login_required");
    }
    let page = browser.visit(&asks("id_token", &jane.sub, "")).await;
    assert!(page.has("login-submit") && !page.text().contains(JANE), "she may sign in; her address is not told");
    let other = browser.sign_in(&server, &page, JOHN, 2).await;
    assert_eq!(other.answer_parameters()["error"], "login_required");
}

/// OIDC Core §12.2, §5.5: what was asked for once is told again, as far as the application may still ask for it.
#[apply(on_both_engines)]
async fn a_refreshed_id_token_tells_the_claims_again_until_they_are_taken_away(world: World) {
    let server = world.server().await;
    let mut settings = web_settings("Shop");
    settings.default_scope = "openid".parse().unwrap();
    let application = Registered::at(&server.rooms, settings).await;
    let browser = Browser::of(&server);
    let claims = r#"{"id_token": {"email": null}, "userinfo": {"name": null}}"#;
    let page = browser.visit(&with_claims(&application, claims)).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let tokens = redeem(&server, &application, &agree(&browser, &consent).await).await;
    let refresh = async |tokens: &Value| {
        let request = server.token().with_basic(&application).by_grant("refresh_token");
        request.parameter("refresh_token", tokens["refresh_token"].as_str().unwrap()).send().await.success()
    };
    let tokens = refresh(&tokens).await;
    assert_eq!(told(&server, &tokens).await.0["email"], JOHN);
    application.settle(&server.rooms, |settings| settings.scope = "openid profile".parse().unwrap()).await;
    let (id_token, userinfo) = told(&server, &refresh(&tokens).await).await;
    assert_eq!((id_token.get("email"), &userinfo["name"]), (None, &json!("john")));
}

/// OIDC Core §5.5: no way around the scopes that an application may have, and none for plain OAuth.
#[apply(on_both_engines)]
async fn claims_give_nothing_that_no_scope_of_the_application_gives(world: World) {
    let server = world.server().await;
    account(&server.rooms, JOHN).await;
    let mut settings = web_settings("Shop");
    settings.scope = "openid user".parse().unwrap();
    let application = Registered::at(&server.rooms, settings).await;
    let browser = Browser::of(&server);
    let claims = r#"{"id_token": {"email": {"essential": true}, "groups": null}, "userinfo": {"name": null}}"#;
    let page = browser.visit(&with_claims(&application, claims)).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let tokens = redeem(&server, &application, &agree(&browser, &consent).await).await;
    let (id_token, userinfo) = told(&server, &tokens).await;
    assert_eq!((id_token.get("email"), id_token.get("groups"), userinfo.get("name")), (None, None, None));
    let plain = authorize(&application, &[("scope", "user"), ("claims", claims)]);
    let consent = browser.visit(&plain).await;
    let tokens = redeem(&server, &application, &agree(&browser, &consent).await).await;
    assert_eq!((tokens.get("id_token"), &tokens["scope"]), (None, &json!("user")));
}
