//! What a person is called.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::flows::people::{ManageUserError, OwnProfile};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{JOHN, UNLIMITED};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, letter, web_application};
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

/// A person who has just signed up, at their own page.
async fn person(server: &TestServer, email: &str) -> (Browser, Page) {
    let browser = Browser::of(server);
    let page = browser.visit("/login?return_to=/account").await;
    let account = browser.sign_in(server, &page, email, 1).await;
    (browser, account)
}

/// OIDC Core §5.1: applications have something to call a person by, from the first sign-in on.
#[apply(on_both_engines)]
async fn a_person_is_called_something_and_changes_it_on_their_own_page(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let (browser, account) = person(&server, JOHN).await;
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
    assert!(refused.answer.status == 400 && refused.has("name-problem"), "{}", refused.text());
    world.clock.advance(Duration::from_secs(60));
    browser.submit(renamed.form_with("name-save"), &[("name", "")]).await;
    for claims in told(&server, &browser, &application).await {
        assert_eq!((&claims["name"], &claims["updated_at"]), (&json!("john"), &json!(made + 120)));
    }
}

/// OIDC Core §5.1: `preferred_username` is the address until the person chooses otherwise, and no two people have one.
#[apply(on_both_engines)]
async fn a_person_chooses_a_user_name_that_no_other_has(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let people = ["zoe@example.com", "eve@example.com"];
    let [(zoe, of_zoe), (eve, of_eve)] = [person(&server, people[0]).await, person(&server, people[1]).await];
    let renamed = zoe.submit(of_zoe.form_with("name-save"), &[("username", " Zoe.L ")]).await;
    assert!(renamed.text().contains("value=\"Zoe.L\""), "{}", renamed.text());
    for claims in told(&server, &zoe, &application).await {
        assert_eq!((&claims["preferred_username"], &claims["name"]), (&json!("Zoe.L"), &json!("zoe")));
    }
    let zoes = server.rooms.store.user_by_email(&people[0].parse().unwrap()).await.unwrap().unwrap();
    // What an application may take for its own operator, or for another person.
    for refused in ["zoe.l", "ZOE.L", "zoe@example.com", "z", "zoe l", "zo\u{e9}", "-zoe", "root", "Admin", &zoes.sub] {
        let again = eve.submit(of_eve.form_with("name-save"), &[("username", refused), ("name", "Eve")]).await;
        assert_eq!(again.answer.status, 400, "{refused}");
        assert!(again.has("username-problem") && again.text().contains("value=\"Eve\""), "{}", again.text());
    }
    for claims in told(&server, &eve, &application).await {
        assert_eq!((&claims["preferred_username"], &claims["name"]), (&json!(people[1]), &json!("eve")));
    }
    // Given up, or gone with the account, it is free.
    zoe.submit(renamed.form_with("name-save"), &[("username", "")]).await;
    eve.submit(of_eve.form_with("name-save"), &[("username", "zoe.l")]).await;
    for (browser, called) in [(&zoe, people[0]), (&eve, "zoe.l")] {
        assert_eq!(told(&server, browser, &application).await[0]["preferred_username"], called);
    }
    let gone = server.rooms.store.user_by_email(&people[1].parse().unwrap()).await.unwrap().unwrap();
    server.rooms.people.user_delete(gone.id, &Actor::CommandLine).await.unwrap();
    zoe.submit(renamed.form_with("name-save"), &[("username", "zoe.l")]).await;
    assert_eq!(told(&server, &zoe, &application).await[0]["preferred_username"], "zoe.l");
}

/// Of many people who want one name at the same moment, one has it.
#[apply(on_both_engines)]
async fn a_user_name_that_many_want_at_once_is_given_once(world: World) {
    let server = world.server().await;
    let mut tries = JoinSet::new();
    for n in 0..20 {
        let (rooms, user) = (server.rooms.clone(), account(&server.rooms, &format!("p{n}@example.com")).await);
        tries.spawn(async move {
            let new = OwnProfile { username: "zoe".parse().ok(), ..OwnProfile::of(&user) };
            rooms.people.change_oneself(&user, new).await
        });
    }
    let outcomes = tries.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let refused = |outcome: &Result<(), ManageUserError>| matches!(outcome, Err(ManageUserError::UsernameTaken));
    assert_eq!(outcomes.iter().filter(|outcome| refused(outcome)).count(), 19, "{outcomes:?}");
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
