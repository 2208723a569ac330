//! An account gets another address: the new one proves itself, the old one can undo it for seven days.

use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::domain::one_time::{AddressToken, UndoToken};
use gatepost::domain::user::{EmailAddress, User};
use macro_rules_attribute::apply;
use reqwest::Method;
use tokio::task::JoinSet;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, mails_to, web_application};
use crate::harness::{Answer, TestServer, World, eventually, on_both_engines};
use crate::passkeys::{Passkeys, with_passkey};

const OLD: &str = "john@example.com";
const NEW: &str = "johnny@example.org";
const OTHER: &str = "jane@example.com";
const UNLIMITED: &str = "[rate_limits]\nenabled = false";

async fn user_at(server: &TestServer, email: &str) -> Option<User> {
    server.rooms.store.user_by_email(&email.parse::<EmailAddress>().unwrap()).await.unwrap()
}

/// A browser that is signed in with this address.
async fn signed_in(server: &TestServer, email: &str) -> Browser {
    let browser = Browser::of(server);
    let page = browser.visit("/account").await;
    let sent = mails_to(server, email).await;
    let page = browser.sign_in(server, &page, email, sent + 1).await;
    assert!(page.has("change-address"), "{}", page.text());
    browser
}

async fn ask(browser: &Browser, new: &str) -> Page {
    let page = browser.visit("/account/address").await;
    browser.submit(page.form_with("address-send"), &[("email", new)]).await
}

/// The newest link of this kind in mails to an address, once there are so many mails to it.
async fn link_to(server: &TestServer, to: &str, count: usize, kind: &str) -> String {
    eventually(&format!("{count} mails to {to}"), || async { mails_to(server, to).await >= count }).await;
    let mails = server.rooms.mail.caught_mails().unwrap();
    let mut mine = mails.iter().filter(|mail| mail.to.as_str() == to);
    let is_link = |word: &&str| word.contains(kind);
    mine.find_map(|mail| mail.text.split_whitespace().find(is_link)).expect("a link in a mail").to_owned()
}

/// Gives the account of this browser another address, and returns the link that undoes it.
pub(crate) async fn change(server: &TestServer, browser: &Browser, old: &str, new: &str) -> String {
    let sent = mails_to(server, new).await;
    let page = ask(browser, new).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
    let link = link_to(server, new, sent + 1, "/account/address/gpa_").await;
    let before = mails_to(server, old).await;
    let page = browser.visit(&link).await;
    let page = browser.submit(page.form_with("address-confirm"), &[]).await;
    assert!(page.answer.status == 200 && page.text().contains(new), "{}", page.text());
    link_to(server, old, before + 1, "/account/undo/gpu_").await
}

pub(crate) async fn undo(browser: &Browser, link: &str) -> Page {
    let page = browser.visit(link).await;
    browser.submit(page.form_with("address-undo"), &[]).await
}

/// Address change: the link proves the new address, once; the person stays signed in, and signs in with it from then on.
#[apply(on_both_engines)]
async fn a_new_address_proves_itself_by_its_link(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    ask(&browser, NEW).await;
    assert!(user_at(&server, NEW).await.is_none(), "nothing is changed by asking");
    let link = link_to(&server, NEW, 1, "/account/address/gpa_").await;
    let page = browser.visit(&link).await;
    assert!(page.text().contains(OLD) && page.text().contains(NEW), "{}", page.text());
    assert!(user_at(&server, NEW).await.is_none(), "opening a link changes nothing");
    let form = page.form_with("address-confirm");
    browser.submit(form.clone(), &[]).await;
    let changed = user_at(&server, NEW).await.unwrap();
    assert_eq!((changed.sub, changed.email_verified_at.is_some()), (john.sub.clone(), true));
    assert!(user_at(&server, OLD).await.is_none());
    assert_eq!(browser.submit(form, &[]).await.answer.status, 410, "a link is good once");
    assert_eq!(browser.visit(&link).await.answer.status, 410);
    let events = server.rooms.store.audit_of(&john.sub).await.unwrap();
    assert!(events.iter().any(|line| line.event == "user.address_changed"), "{events:?}");
    assert!(!format!("{events:?}").contains('@'), "the audit log has no address");
    signed_in(&server, NEW).await;
}

/// Address change: for one whole week the mail to the old address undoes it, and ends every session and grant.
#[apply(on_both_engines)]
async fn the_old_address_gets_the_account_back_and_everything_ends(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, OLD).await;
    let application = web_application(&server.rooms).await;
    let browser = signed_in(&server, OLD).await;
    let consent = browser.visit(&authorize(&application, &[("scope", "openid")])).await;
    let answer = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await.answer_parameters();
    let request = server.token().with_basic(&application).by_grant("authorization_code");
    let request = request.parameter("code", &answer["code"]).parameter("redirect_uri", CALLBACK);
    let tokens = request.parameter("code_verifier", VERIFIER).send().await.success();
    let userinfo = || async {
        let bearer = tokens["access_token"].as_str().unwrap();
        Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await.status
    };
    let link = change(&server, &browser, OLD, NEW).await;
    assert_eq!(userinfo().await, 200);
    // Whoever reads the old mailbox need not be signed in, and opening the link changes nothing.
    let elsewhere = Browser::of(&server);
    assert!(elsewhere.visit(&link).await.text().contains(OLD));
    assert!(user_at(&server, NEW).await.is_some());
    let page = undo(&elsewhere, &link).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
    assert_eq!(user_at(&server, OLD).await.unwrap().id, john.id);
    assert!(user_at(&server, NEW).await.is_none());
    assert!(browser.visit("/account").await.has("login-submit"), "the session has ended");
    assert_eq!(userinfo().await, 401);
    assert_eq!(elsewhere.visit(&link).await.answer.status, 410, "it is done once");
    signed_in(&server, OLD).await;
}

/// Address change: a passkey that an attacker may have added signs nobody in any more.
#[apply(on_both_engines)]
async fn undoing_takes_the_passkeys_away_with_the_sessions(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, OLD).await;
    let (browser, mut authenticator) = with_passkey(&server, OLD).await;
    let link = change(&server, &browser, OLD, NEW).await;
    undo(&Browser::of(&server), &link).await;
    let elsewhere = Browser::of(&server);
    let page = elsewhere.visit("/login").await;
    let refused = Passkeys { browser: &elsewhere }.sign_in(&page, &mut authenticator).await;
    assert_eq!(refused.answer.status, 400, "{}", refused.text());
    assert!(server.rooms.passkeys.passkeys_of(john.id).await.unwrap().is_empty());
}

/// Address change: an attacker who changes it twice keeps nothing, and cannot undo what the owner did.
#[apply(on_both_engines)]
async fn undoing_the_first_of_several_changes_ends_the_others(world: World) {
    let server = world.server_with(UNLIMITED).await;
    account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    let first = change(&server, &browser, OLD, NEW).await;
    let second = change(&server, &browser, NEW, "third@example.net").await;
    let page = undo(&Browser::of(&server), &first).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
    assert!(user_at(&server, OLD).await.is_some() && user_at(&server, "third@example.net").await.is_none());
    assert_eq!(Browser::of(&server).visit(&second).await.answer.status, 410);
}

/// Address change: an hour to prove the new address, seven days to undo; afterwards nothing of it is remembered.
#[apply(on_both_engines)]
async fn each_link_has_its_time(world: World) {
    let server = world.server_with(UNLIMITED).await;
    account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    ask(&browser, NEW).await;
    let link = link_to(&server, NEW, 1, "/account/address/gpa_").await;
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(browser.visit(&link).await.answer.status, 410);
    let browser = signed_in(&server, OLD).await;
    let undoing = change(&server, &browser, OLD, NEW).await;
    world.clock.advance(Duration::from_secs(7 * 86_400 - 1));
    assert_eq!(Browser::of(&server).visit(&undoing).await.answer.status, 200);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(Browser::of(&server).visit(&undoing).await.answer.status, 410);
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert_eq!(world.database.texts("select new_email from address_changes").await.len(), 0);
}

/// Address change: the link is its account's; nobody is made to give their address to another's account.
#[apply(on_both_engines)]
async fn the_link_does_nothing_for_another_account_or_a_stranger(world: World) {
    let server = world.server_with(UNLIMITED).await;
    account(&server.rooms, OLD).await;
    account(&server.rooms, OTHER).await;
    let browser = signed_in(&server, OLD).await;
    ask(&browser, NEW).await;
    let link = link_to(&server, NEW, 1, "/account/address/gpa_").await;
    let page = Browser::of(&server).visit(&link).await;
    assert!(page.has("login-submit"), "a stranger has to sign in first: {}", page.text());
    let jane = signed_in(&server, OTHER).await;
    assert_eq!(jane.visit(&link).await.answer.status, 410);
    let form = browser.visit(&link).await.form_with("address-confirm");
    let theirs = jane.visit("/account").await.form_with("sign-out");
    let csrf = theirs.fields.iter().find(|(name, _)| name == "csrf").unwrap();
    assert_eq!(jane.post(&form, &[("csrf", &csrf.1)]).await.answer.status, 410);
    assert!(user_at(&server, OTHER).await.is_some() && user_at(&server, NEW).await.is_none());
    for bad in ["/account/address/gpa_x", "/account/undo/gpu_x", &link.replace("address/gpa_", "undo/gpa_")] {
        assert_eq!(browser.visit(bad).await.answer.status, 400, "{bad}");
    }
    let unknown = format!("/account/undo/gpu_{}", "0".repeat(43));
    assert_eq!(Browser::of(&server).visit(&unknown).await.answer.status, 410);
}

/// Address change: an address that has an account is not another's; who asks learns nothing of it.
#[apply(on_both_engines)]
async fn an_address_with_an_account_is_told_and_stays_what_it_is(world: World) {
    let server = world.server_with(UNLIMITED).await;
    account(&server.rooms, OLD).await;
    account(&server.rooms, OTHER).await;
    let browser = signed_in(&server, OLD).await;
    let known = ask(&browser, "Jane@Example.com").await;
    let free = ask(&browser, NEW).await;
    let words = |page: &Page| {
        page.text().split("role=\"status\">").nth(1).map(|rest| rest.chars().take(60).collect::<String>())
    };
    assert_eq!((known.answer.status, words(&known)), (free.answer.status, words(&free)));
    eventually("a mail to Jane", || async { mails_to(&server, OTHER).await == 1 }).await;
    let mails = server.rooms.mail.caught_mails().unwrap();
    let mail = mails.iter().find(|mail| mail.to.as_str() == OTHER).unwrap();
    assert!(!mail.text.contains("/account/") && !mail.text.contains(OLD), "{}", mail.text);
    // Taken after the link was sent, it is not given away either.
    let link = link_to(&server, NEW, 1, "/account/address/gpa_").await;
    account(&server.rooms, NEW).await;
    let page = browser.visit(&link).await;
    let page = browser.submit(page.form_with("address-confirm"), &[]).await;
    assert_eq!(page.answer.status, 409, "{}", page.text());
    assert!(user_at(&server, OLD).await.is_some());
}

/// Address change: with a fresh sign-in only, and what is typed is an address and another one.
#[apply(on_both_engines)]
async fn it_wants_a_fresh_sign_in_and_another_address(world: World) {
    let server = world.server_with(UNLIMITED).await;
    account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    for bad in ["", "nobody", "a@b, c@d", OLD, "John@EXAMPLE.com"] {
        let page = ask(&browser, bad).await;
        assert!(page.answer.status == 400 && page.has("new-email-problem"), "{bad}: {}", page.text());
    }
    let form = browser.visit("/account/address").await.form_with("address-send");
    world.clock.advance(Duration::from_secs(15 * 60 + 1));
    assert!(browser.visit("/account/address").await.has("login-submit"));
    let page = browser.submit(form, &[("email", NEW)]).await;
    assert!(page.has("login-submit"), "{}", page.text());
    assert_eq!(mails_to(&server, NEW).await, 0);
}

/// Address change: mails to both addresses count as those of sign-ins do.
#[apply(on_both_engines)]
async fn mails_to_both_addresses_are_limited(world: World) {
    let server = world.server_with("[rate_limits]\nmail_per_address_burst = 2").await;
    account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    let mut refused = None;
    for number in 0..3 {
        let new = format!("johnny.{number}@example.org");
        let page = ask(&browser, &new).await;
        if page.answer.status == 429 {
            refused = Some((new, page));
            break;
        }
    }
    // No new address was asked for twice: it is what the old one may get that is used up.
    let (new, page) = refused.expect("a limit");
    assert!(page.has("new-email-problem"), "{}", page.text());
    assert_eq!(mails_to(&server, &new).await, 0);
}

/// One-time values: of many presses at once one counts, of the link and of the undoing.
#[apply(on_both_engines)]
async fn of_many_presses_at_once_one_counts(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    ask(&browser, NEW).await;
    let link = link_to(&server, NEW, 1, "/account/address/gpa_").await;
    let token: AddressToken = link.rsplit('/').next().unwrap().parse().unwrap();
    let session = browser.cookie("gatepost_session").or_else(|| browser.cookie("__Host-gatepost_session"));
    let person = server.rooms.sessions.person_of(&session.unwrap().parse().unwrap()).await.unwrap().unwrap();
    let mut presses = JoinSet::new();
    for _ in 0..10 {
        let (rooms, person, token) = (server.rooms.clone(), person.clone(), token.clone());
        presses.spawn(async move { rooms.address_changes.make(&person, &token).await.is_ok() });
    }
    assert_eq!(presses.join_all().await.into_iter().filter(|made| *made).count(), 1);
    let link = link_to(&server, OLD, 2, "/account/undo/gpu_").await;
    let token: UndoToken = link.rsplit('/').next().unwrap().parse().unwrap();
    let mut presses = JoinSet::new();
    for _ in 0..10 {
        let (rooms, token) = (server.rooms.clone(), token.clone());
        presses.spawn(async move { rooms.address_changes.undo(&token).await.is_ok() });
    }
    assert_eq!(presses.join_all().await.into_iter().filter(|undone| *undone).count(), 1);
    let events = server.rooms.store.audit_of(&john.sub).await.unwrap();
    assert_eq!(events.iter().filter(|line| line.event.starts_with("user.address_")).count(), 2);
}

/// Forgotten: with the account go the addresses it had.
#[apply(on_both_engines)]
async fn the_addresses_of_a_deleted_account_stand_nowhere(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, OLD).await;
    let browser = signed_in(&server, OLD).await;
    change(&server, &browser, OLD, NEW).await;
    ask(&browser, "third@example.net").await;
    server.rooms.people.user_delete(john.id, &Actor::CommandLine).await.unwrap();
    for (table, rows) in world.database.dump().await {
        for address in [OLD, NEW, "third@example.net"] {
            assert!(!rows.iter().any(|row| row.to_lowercase().contains(address)), "{address} in {table}: {rows:?}");
        }
    }
}
