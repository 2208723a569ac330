//! What is remembered of a consent.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};

use super::{JOHN, UNLIMITED};
use crate::harness::browser::Browser;
use crate::harness::person::{VERIFIER, authorize, mails_to};
use crate::harness::{Registered, TestServer, World, on_both_engines};

/// Gets a code for an application in the browser and redeems it.
async fn signs_in_to(server: &TestServer, browser: &Browser, spa: &Registered, uri: &str) {
    let page = browser.visit(&authorize(spa, &[("redirect_uri", uri)])).await;
    let answered = browser.submit(page.form_with("consent-allow"), &[("decision", "allow")]).await;
    let answer = answered.answer_parameters();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", answer["code"].as_str()),
        ("redirect_uri", uri),
        ("code_verifier", VERIFIER),
    ];
    server.form("/token", spa, &form).await.success();
}

/// RFC 8252 §8.6: any program of the machine can take the place of one that is called back there, so what is
/// remembered is the operator's to allow, and for one browser.
#[apply(on_both_engines)]
async fn consent_to_an_application_under_development_is_remembered_where_the_operator_allows_it(world: World) {
    let uri = "http://localhost:3000/cb";
    for (setting, remembered) in [("true", true), ("false", false)] {
        let server = world.server_with(&format!("{UNLIMITED}\n[consent]\nremember_loopback = {setting}")).await;
        let register = async |kind| {
            let redirect_uris = vec![uri.to_owned()];
            let settings = ApplicationSettings::new("Shop".to_owned(), kind);
            Registered::at(&server.rooms, ApplicationSettings { redirect_uris, ..settings }).await
        };
        let (spa, tool) = (register(ApplicationKind::Spa).await, register(ApplicationKind::Native).await);
        let mut browsers = Vec::new();
        for _ in 0..2 {
            let browser = Browser::of(&server);
            let page = browser.visit("/login?return_to=/account").await;
            let mails = mails_to(&server, JOHN).await;
            assert!(browser.sign_in(&server, &page, JOHN, mails + 1).await.has("sign-out"));
            browsers.push(browser);
        }
        world.clock.advance(Duration::from_secs(60));
        let silent = async |browser: &Browser, application: &Registered| {
            let page = browser.visit(&authorize(application, &[("redirect_uri", uri), ("prompt", "none")])).await;
            page.answer_parameters().contains_key("code")
        };
        for application in [&spa, &tool] {
            signs_in_to(&server, &browsers[0], application, uri).await;
        }
        assert_eq!(silent(&browsers[0], &spa).await, remembered, "{setting}");
        assert!(!silent(&browsers[0], &tool).await, "a native application is not asked for at a known port");
        assert!(!silent(&browsers[1], &spa).await, "another browser");
        server.stop().await;
    }
}
