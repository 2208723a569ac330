//! Who has no account, whose account is not theirs to open, and what a stranger learns of either.

use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::flows::sign_up::NewInvitation;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{JANE, by_mail, connected, identities, is_signed_in, user_at, with_upstream, with_upstream_and};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::{account, mails_to};
use crate::harness::{World, on_both_engines};

/// What a page says, without what differs from one browser to the next.
fn shape(page: &Page) -> String {
    let words = page.text().split(['"', '<', '>', ' ', '\n', '/', '=', '&']);
    words.filter(|word| word.len() < 20).collect::<Vec<_>>().join(" ")
}

/// An upstream lets people say what they like: an address that it does not call proven opens nothing and makes nothing.
#[apply(on_both_engines)]
async fn an_address_that_is_not_proven_opens_no_account_and_makes_none(world: World) {
    let (server, corp) = with_upstream(&world).await;
    account(&server.rooms, JANE).await;
    let mut shapes = Vec::new();
    for email in [JANE, "nobody@example.com"] {
        corp.claim("email", email);
        for verified in [json!(false), json!("true"), Value::Null] {
            corp.claim("email_verified", verified);
            let browser = Browser::of(&server);
            let page = corp.sign_in(&browser).await;
            assert!(page.has("login-submit") && !is_signed_in(&browser).await, "{}", page.text());
            shapes.push(shape(&page).replace(email, "ADDRESS"));
        }
    }
    assert!(user_at(&server, "nobody@example.com").await.is_none());
    assert_eq!(identities(&server, JANE).await, 0);
    shapes.dedup();
    assert_eq!(shapes.len(), 1, "the page tells nothing: {shapes:#?}");
}

/// A proven address is no key to the account that has it either: who controls an upstream would control every account.
#[apply(on_both_engines)]
async fn a_proven_address_opens_no_account_that_is_there(world: World) {
    let (server, corp) = with_upstream(&world).await;
    account(&server.rooms, JANE).await;
    let browser = Browser::of(&server);
    let page = corp.sign_in(&browser).await;
    assert!(page.has("login-submit") && !is_signed_in(&browser).await);
    assert_eq!((identities(&server, JANE).await, mails_to(&server, JANE).await), (0, 0));
}

/// The identity waits in the browser that it signed in with, for an hour, and in no other.
#[apply(on_both_engines)]
async fn an_identity_waits_in_its_own_browser_for_an_hour(world: World) {
    let (server, corp) = with_upstream(&world).await;
    account(&server.rooms, JANE).await;
    let (thief, owner) = (Browser::of(&server), Browser::of(&server));
    let page = thief.visit("/login").await;
    let begun = corp.begin(&thief, &page).await;
    let answer = corp.callback(&[("code", "c"), ("state", &begun.asked["state"])]);
    let waiting = thief.get(&answer).await.redirect().unwrap();
    assert!(waiting.starts_with("/login/connect/"), "{waiting}");
    // The owner of the account is led to it, signed in as they are.
    let page = owner.visit("/login").await;
    by_mail(&server, &owner, &page, JANE).await;
    let page = owner.visit(&waiting).await;
    assert!(!page.has("upstream-connect") && page.answer.status == 400, "{}", page.text());
    assert_eq!(thief.visit(&waiting).await.answer.status, 200);
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(thief.visit(&waiting).await.answer.status, 400);
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert!(world.database.texts("select id from pending_identities").await.is_empty());
    assert!(world.database.texts("select upstream from upstream_sign_ins").await.is_empty());
}

/// A disabled account is not opened: by its address it looks like any other, by its identity it is refused.
#[apply(on_both_engines)]
async fn a_disabled_account_is_not_opened(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let jane = account(&server.rooms, JANE).await;
    let rooms = &server.rooms;
    rooms.people.user_disable(jane.id, &Actor::CommandLine).await.unwrap();
    let browser = Browser::of(&server);
    let page = corp.sign_in(&browser).await;
    assert!(page.has("login-submit"), "{}", page.text());
    let waiting = browser.enter_address(&page, JANE).await;
    assert!(waiting.has("login-code") && mails_to(&server, JANE).await == 0, "{}", waiting.text());
    rooms.people.user_enable(jane.id, &Actor::CommandLine).await.unwrap();
    connected(&server, &corp, JANE).await;
    rooms.people.user_disable(jane.id, &Actor::CommandLine).await.unwrap();
    let browser = Browser::of(&server);
    let page = corp.sign_in(&browser).await;
    assert_eq!(page.answer.status, 403, "{}", page.text());
    assert!(!is_signed_in(&browser).await);
}

/// `login.signup`: whoever may not make an account by mail may not by an upstream, and sees what everybody sees.
#[apply(on_both_engines)]
async fn sign_up_is_as_closed_as_it_is_by_mail(world: World) {
    for (signup, open_to) in [
        ("\"closed\"", None),
        ("\"invited\"", Some("guest@example.com")),
        ("\"domains\"\nsignup_domains = [\"example.org\"]", Some("staff@example.org")),
    ] {
        let (server, corp) = with_upstream_and(&world, &format!("[login]\nsignup = {signup}"), "").await;
        if signup.contains("invited") {
            let email = "guest@example.com".parse().unwrap();
            let new = NewInvitation { email, groups: Vec::new(), locale: None };
            server.rooms.sign_ups.invite(new, &Actor::CommandLine).await.unwrap();
        }
        for (sub, email) in
            [("u-1", "stranger@example.com"), ("u-2", "guest@example.com"), ("u-3", "staff@example.org")]
        {
            corp.claim("sub", format!("{signup}-{sub}"));
            corp.claim("email", email);
            let (browser, had) = (Browser::of(&server), user_at(&server, email).await.is_some());
            let page = corp.sign_in(&browser).await;
            let expected = open_to == Some(email) && !had;
            assert_eq!(is_signed_in(&browser).await, expected, "{signup}, {email}: {}", page.text());
            assert_eq!(page.has("login-submit"), !expected, "{}", page.text());
            assert_eq!(user_at(&server, email).await.is_some(), expected || had, "{signup}, {email}");
        }
        server.stop().await;
    }
}

/// `[[upstreams]] email_domains`: only proven addresses of these domains, of whoever has an account too.
#[apply(on_both_engines)]
async fn an_upstream_may_be_for_some_domains_only(world: World) {
    let (server, corp) = with_upstream_and(&world, "", "email_domains = [\"example.com\"]").await;
    let tried = async |email: &str, verified: bool| {
        corp.claim("email", email);
        corp.claim("email_verified", verified);
        let browser = Browser::of(&server);
        let page = corp.sign_in(&browser).await;
        (page.answer.status.as_u16(), is_signed_in(&browser).await)
    };
    assert_eq!(tried("jane@example.org", true).await, (400, false));
    assert_eq!(tried(JANE, false).await, (400, false));
    assert_eq!(tried(JANE, true).await, (200, true));
    assert_eq!(tried("jane@sub.example.com", true).await, (400, false), "who is connected, with another address");
}
