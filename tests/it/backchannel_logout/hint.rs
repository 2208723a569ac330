//! OpenID Connect RP-Initiated Logout 1.0, §2: an ID token signs out the session it was issued in.

use std::time::Duration;

use macro_rules_attribute::apply;

use gatepost::domain::application::ApplicationSettings;
use gatepost::store::StateChange;

use super::{another_browser_of, claims_told, id_token, shop, sid_of, signed_in, tokens_of, told_at};
use crate::harness::browser::{Browser, PageForm};
use crate::harness::{Receiver, Registered, World, on_both_engines};

async fn is_signed_in(browser: &Browser) -> bool {
    browser.visit("/account").await.has("sign-out")
}

/// The browser has no cookie of ours: the ID token says which session is meant, however old it is.
#[apply(on_both_engines)]
async fn a_hint_without_a_cookie_ends_the_session_it_was_issued_in_and_no_other(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let back = "https://www.example.com/bye";
    let settings = ApplicationSettings { post_logout_redirect_uris: vec![back.to_owned()], ..told_at(&receiver) };
    let application = Registered::at(&server.rooms, settings).await;
    let (user, laptop) = signed_in(&server, "john@example.com").await;
    let phone = another_browser_of(&server, &user).await;
    let tokens = tokens_of(&server, &laptop, &application).await;
    tokens_of(&server, &phone, &application).await;
    let (_, jane) = signed_in(&server, "jane@example.com").await;
    tokens_of(&server, &jane, &application).await;
    world.clock.advance(Duration::from_hours(24));
    let address = format!("/oauth/logout?id_token_hint={}&post_logout_redirect_uri={back}&state=z", id_token(&tokens));
    let left = Browser::of(&server).visit(&address).await;
    assert_eq!(left.redirect().unwrap(), format!("{back}?state=z"));
    assert!(!is_signed_in(&laptop).await, "its own session");
    assert!(is_signed_in(&phone).await && is_signed_in(&jane).await, "no other");
    let claims = claims_told(&server, &receiver, 0, &application).await;
    assert_eq!(claims["sid"].as_str(), Some(&*sid_of(&server, &tokens).await));
    // Once it has ended there is nothing left to end, and that is no mistake.
    let again = Browser::of(&server).visit(&address).await;
    assert_eq!(again.redirect().unwrap(), format!("{back}?state=z"));
    assert!(is_signed_in(&phone).await);
    assert_eq!(receiver.received().len(), 1);
}

/// What is no ID token of this server, of this application, of this person signs nobody out.
#[apply(on_both_engines)]
async fn a_hint_that_proves_nothing_ends_nothing(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let (application, other) = (shop(&server, &receiver).await, shop(&server, &receiver).await);
    let (_, browser) = signed_in(&server, "john@example.com").await;
    let tokens = tokens_of(&server, &browser, &application).await;
    let hint = id_token(&tokens);
    let (claims, signature) = hint.rsplit_once('.').unwrap();
    let forged = format!("{claims}.{}", signature.chars().rev().collect::<String>());
    for query in [
        format!("id_token_hint={forged}"),
        format!("id_token_hint={}", tokens["access_token"].as_str().unwrap()),
        format!("id_token_hint={hint}&client_id={}", other.client_id),
        format!("client_id={}", application.client_id),
        String::new(),
    ] {
        let page = Browser::of(&server).visit(&format!("/oauth/logout?{query}")).await;
        assert_eq!(page.answer.status, 200, "{query}");
        assert!(is_signed_in(&browser).await, "{query}");
    }
    application.change(&server.rooms, StateChange::Delete).await;
    Browser::of(&server).visit(&format!("/oauth/logout?id_token_hint={hint}")).await;
    assert!(is_signed_in(&browser).await, "an application that is gone signs nobody out");
    assert_eq!(receiver.received().len(), 0);
}

/// §2: the ID token does not belong to the session of this browser, so the person is asked, and what they then leave is
/// the session of this browser.
#[apply(on_both_engines)]
async fn a_hint_of_another_session_asks_who_is_signed_in_here(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    let (user, laptop) = signed_in(&server, "john@example.com").await;
    let phone = another_browser_of(&server, &user).await;
    let (_, jane) = signed_in(&server, "jane@example.com").await;
    let hint = id_token(&tokens_of(&server, &laptop, &application).await);
    for browser in [&phone, &jane] {
        let asked = browser.visit(&format!("/oauth/logout?id_token_hint={hint}")).await;
        assert!(asked.has("logout-yes"), "{}", asked.text());
        assert!(is_signed_in(browser).await && is_signed_in(&laptop).await, "nothing ends by asking");
        browser.submit(asked.form_with("logout-yes"), &[("decision", "yes")]).await;
        assert!(!is_signed_in(browser).await && is_signed_in(&laptop).await);
    }
}

/// §2: the request may be a form, which a browser sends without the cookies; the session is ended either way.
#[apply(on_both_engines)]
async fn a_posted_hint_ends_the_session_too(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    let (_, browser) = signed_in(&server, "john@example.com").await;
    let hint = id_token(&tokens_of(&server, &browser, &application).await);
    let form = PageForm { action: "/oauth/logout".to_owned(), fields: Vec::new() };
    Browser::of(&server).submit(form, &[("id_token_hint", &hint)]).await;
    assert!(!is_signed_in(&browser).await);
}
