//! What a person is called.

use macro_rules_attribute::apply;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{JOHN, UNLIMITED};
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, authorize, letter, web_application};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

/// What userinfo says to an application that asked for `openid profile`, and what its ID token says.
async fn told(server: &TestServer, browser: &Browser, application: &Registered) -> [Value; 2] {
    let page = browser.visit(&authorize(application, &[("scope", "openid profile")])).await;
    let page = if page.has("consent-allow") {
        browser.submit(page.form_with("consent-allow"), &[("decision", "allow")]).await
    } else {
        page
    };
    let token = server.token().with_basic(application).by_grant("authorization_code");
    let token = token.parameter("code", &page.answer_parameters()["code"]).parameter("redirect_uri", CALLBACK);
    let tokens = token.parameter("code_verifier", VERIFIER).send().await.success();
    let bearer = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await.success();
    let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    assert_eq!(tokens["scope"], "openid profile");
    [userinfo, id_token]
}

/// OIDC Core §5.1: applications have something to call a person by, from the first sign-in on.
#[apply(on_both_engines)]
async fn a_person_is_called_something_and_changes_it_on_their_own_page(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login?return_to=/account").await;
    let account = browser.sign_in(&server, &page, JOHN, 1).await;
    let made = world.clock.seconds();
    for claims in told(&server, &browser, &application).await {
        assert_eq!(
            (&claims["name"], &claims["preferred_username"], &claims["updated_at"], &claims["email"]),
            (&json!("john"), &json!(JOHN), &json!(made), &Value::Null)
        );
    }
    world.clock.advance(Duration::from_secs(60));
    let renamed = browser.submit(account.form_with("name-save"), &[("name", " Zoë Łukasiewicz ")]).await;
    assert!(renamed.has("name") && renamed.text().contains("Zoë Łukasiewicz"), "{}", renamed.text());
    for claims in told(&server, &browser, &application).await {
        assert_eq!((&claims["name"], &claims["updated_at"]), (&json!("Zoë Łukasiewicz"), &json!(made + 60)));
    }
    let refused = browser.submit(renamed.form_with("name-save"), &[("name", "a\u{202e}b")]).await;
    assert_eq!(refused.answer.status, 400);
    world.clock.advance(Duration::from_secs(60));
    browser.submit(renamed.form_with("name-save"), &[("name", "")]).await;
    for claims in told(&server, &browser, &application).await {
        assert_eq!((&claims["name"], &claims["updated_at"]), (&json!("john"), &json!(made + 120)));
    }
}

/// A name is asked for where a sign-in may make an account, and an account that is there keeps its own.
#[apply(on_both_engines)]
async fn a_newcomer_may_say_their_name_when_they_sign_up(world: World) {
    let server = world.server_with(UNLIMITED).await;
    for (n, typed) in [(1, "Zoë Łukasiewicz"), (2, "Somebody Else")] {
        let browser = Browser::of(&server);
        let page = browser.visit("/login?return_to=/account").await;
        let waiting = browser.submit(page.form_with("name"), &[("email", JOHN), ("name", typed)]).await;
        let code = letter(&server, JOHN, n).await.code;
        let account = browser.submit(waiting.form_with("login-code-submit"), &[("code", &code)]).await;
        assert!(account.text().contains("Zoë Łukasiewicz"), "{}", account.text());
    }
    server.stop().await;
    let closed = world.server_with("[login]\nsignup = \"closed\"").await;
    assert!(!Browser::of(&closed).visit("/login?return_to=/account").await.has("name"));
}
