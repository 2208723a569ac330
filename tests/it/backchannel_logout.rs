//! OpenID Connect Back-Channel Logout 1.0: applications are told of every session that ends, and of no other.

mod delivery;
mod endings;
mod hint;

use std::time::Duration;

use macro_rules_attribute::apply;

use gatepost::domain::application::ApplicationSettings;
use gatepost::domain::user::User;
use gatepost::domain::webhook_delivery::Delivery;
use gatepost::protocol::jose::SigningAlgorithm;
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, web_settings};
use crate::harness::{EVERY_ALGORITHM, Receiver, Registered, TestServer, Who, World, eventually, on_both_engines};

/// What makes a logout token one (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Settings of an application of the operator, which people are not asked about, with this receiver.
fn told_at(receiver: &Receiver) -> ApplicationSettings {
    ApplicationSettings {
        first_party: true,
        backchannel_logout_uri: Some(receiver.url().parse().unwrap()),
        ..web_settings("Shop")
    }
}

async fn shop(server: &TestServer, receiver: &Receiver) -> Registered {
    Registered::at(&server.rooms, told_at(receiver)).await
}

/// A person, and a browser in which they are signed in.
async fn signed_in(server: &TestServer, email: &str) -> (User, Browser) {
    let user = account(&server.rooms, email).await;
    let browser = another_browser_of(server, &user).await;
    (user, browser)
}

async fn another_browser_of(server: &TestServer, user: &User) -> Browser {
    let browser = Browser::of(server);
    let Who::Session(token) = server.session_of(user).await else { unreachable!("a session was asked for") };
    browser.remember("gatepost_session", &token);
    browser
}

/// The code for an application, in a browser that is signed in.
async fn code_for(browser: &Browser, application: &Registered, more: &[(&str, &str)]) -> String {
    let page = browser.visit(&authorize(application, more)).await;
    page.answer_parameters()["code"].clone()
}

/// What the application gets for a code.
async fn redeem(server: &TestServer, application: &Registered, code: &str) -> Value {
    let request = server.token().with_basic(application).by_grant("authorization_code").parameter("code", code);
    request.parameter("redirect_uri", CALLBACK).parameter("code_verifier", VERIFIER).send().await.success()
}

/// Uses an application, which gets these tokens.
async fn tokens_of(server: &TestServer, browser: &Browser, application: &Registered) -> Value {
    redeem(server, application, &code_for(browser, application, &[]).await).await
}

fn id_token(tokens: &Value) -> String {
    tokens["id_token"].as_str().unwrap().to_owned()
}

/// What an application calls the session, from its ID token.
async fn sid_of(server: &TestServer, tokens: &Value) -> String {
    server.verify(&id_token(tokens)).await.claims["sid"].as_str().unwrap().to_owned()
}

/// The claims of a logout token that the receiver was sent, once it has passed the rules by which an application checks
/// one (§2.5, §2.6).
async fn claims_told(server: &TestServer, receiver: &Receiver, nth: usize, to: &Registered) -> Value {
    eventually(&format!("the receiver is told {} times", nth + 1), async || receiver.received().len() > nth).await;
    let message = receiver.received().remove(nth);
    assert_eq!(message.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(message.path, "/hooks?a=b", "the query of the address stays");
    let fields: Vec<_> = url::form_urlencoded::parse(message.body.as_bytes()).into_owned().collect();
    assert_eq!(fields.len(), 1, "{fields:?}");
    assert_eq!(fields[0].0, "logout_token");
    let verified = server.verify(&fields[0].1).await;
    assert_eq!(verified.header.typ.as_deref(), Some("logout+jwt"));
    let claims = verified.claims;
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(server.issuer()), Some(&*to.client_id)));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(claims["events"], json!({ EVENT: {} }));
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 22), "{claims}");
    assert!(claims.get("nonce").is_none() && claims.get("at_hash").is_none(), "{claims}");
    claims
}

/// What became of the logout tokens of an application, the newest first.
async fn logouts_of(server: &TestServer, application: &Registered) -> Vec<Delivery> {
    let row = server.rooms.store.application(&application.id()).await.unwrap().unwrap();
    server.rooms.deliveries.logouts_of(&row).await.unwrap()
}

/// Ends the session of a browser at its own account page.
async fn sign_out(browser: &Browser) {
    let page = browser.visit("/account").await;
    browser.submit(page.form_with("sign-out"), &[]).await;
    assert_eq!(browser.cookie("gatepost_session"), None);
}

/// §2.4, §2.6: signed as the application has its ID tokens signed.
#[apply(on_both_engines)]
async fn a_logout_token_is_signed_as_the_id_tokens_of_its_application_are(world: World) {
    let server = world.server_with(EVERY_ALGORITHM).await;
    for (number, algorithm) in
        [SigningAlgorithm::Rs256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa].into_iter().enumerate()
    {
        let receiver = Receiver::start().await;
        let settings = ApplicationSettings { signing_algorithm: algorithm, ..told_at(&receiver) };
        let application = Registered::at(&server.rooms, settings).await;
        let (user, browser) = signed_in(&server, &format!("user{number}@example.com")).await;
        let tokens = tokens_of(&server, &browser, &application).await;
        sign_out(&browser).await;
        let claims = claims_told(&server, &receiver, 0, &application).await;
        assert_eq!(
            (claims["sub"].as_str(), claims["sid"].as_str()),
            (Some(&*user.sub), Some(&*sid_of(&server, &tokens).await))
        );
        let header = |token: &str| jsonwebtoken::decode_header(token).unwrap();
        let sent = receiver.received()[0].body.trim_start_matches("logout_token=").to_owned();
        assert_eq!(header(&sent).alg, header(&id_token(&tokens)).alg, "{algorithm}");
        // It is good for nothing here: not as a hint, and not as a token.
        let hinted = Browser::of(&server).visit(&authorize(&application, &[("id_token_hint", &sent)])).await;
        assert_eq!(hinted.answer_parameters()["error"], "invalid_request");
        server.hello(&sent).await.refusal(401, "invalid_token");
    }
}

/// Privacy: two applications cannot tell by the session's name that they serve the same browser.
#[apply(on_both_engines)]
async fn each_application_knows_a_session_by_a_name_of_its_own(world: World) {
    let server = world.server().await;
    let (here, there) = (Receiver::start().await, Receiver::start().await);
    let (shop, forum) = (shop(&server, &here).await, shop(&server, &there).await);
    let (_, browser) = signed_in(&server, "john@example.com").await;
    let first = tokens_of(&server, &browser, &shop).await;
    let again = tokens_of(&server, &browser, &shop).await;
    let other = tokens_of(&server, &browser, &forum).await;
    let (at_shop, at_forum) = (sid_of(&server, &first).await, sid_of(&server, &other).await);
    assert_ne!(at_shop, at_forum);
    assert_eq!(sid_of(&server, &again).await, at_shop, "one session, one name");
    let refresh = server.token().with_basic(&shop).by_grant("refresh_token");
    let refreshed = refresh.parameter("refresh_token", first["refresh_token"].as_str().unwrap()).send().await.success();
    assert_eq!(sid_of(&server, &refreshed).await, at_shop);
    sign_out(&browser).await;
    assert_eq!(claims_told(&server, &here, 0, &shop).await["sid"], json!(at_shop));
    assert_eq!(claims_told(&server, &there, 0, &forum).await["sid"], json!(at_forum));
}

/// Somebody who proves anew who they are goes on with the session that applications know.
#[apply(on_both_engines)]
async fn a_session_keeps_its_name_when_its_person_signs_in_again(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    let (_, browser) = signed_in(&server, "john@example.com").await;
    let before = tokens_of(&server, &browser, &application).await;
    world.clock.advance(Duration::from_secs(1));
    let page = browser.visit(&authorize(&application, &[("prompt", "login")])).await;
    let answer = browser.sign_in(&server, &page, "john@example.com", 1).await;
    let after = redeem(&server, &application, &answer.answer_parameters()["code"]).await;
    assert_eq!(sid_of(&server, &after).await, sid_of(&server, &before).await);
    assert_eq!(logouts_of(&server, &application).await, [], "the session goes on");
    // In the same browser it may be somebody else; then the first one has left.
    world.clock.advance(Duration::from_secs(1));
    let page = browser.visit(&authorize(&application, &[("prompt", "login")])).await;
    browser.sign_in(&server, &page, "jane@example.com", 1).await;
    let claims = claims_told(&server, &receiver, 0, &application).await;
    assert_eq!(claims["sid"].as_str(), Some(&*sid_of(&server, &before).await));
}
