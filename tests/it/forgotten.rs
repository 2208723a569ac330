//! Expired rows are deleted, once nothing can refer to them any more.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::SessionId;
use gatepost::domain::ownership::InvitationPurpose;
use gatepost::flows::Rooms;
use gatepost::flows::access::Caller;
use gatepost::flows::sessions::SignIn;

use crate::harness::browser::Browser;
use crate::harness::person::{
    CALLBACK, CHALLENGE, account, authorize, letter, mails_to, web_application, web_settings,
};
use crate::harness::{Grant, Registered, TestServer, World, eventually, on_both_engines};

const DAY: Duration = Duration::from_hours(24);
const SECOND: Duration = Duration::from_secs(1);

/// A second less than so many days.
fn almost(days: u32) -> Duration {
    (days * DAY).saturating_sub(SECOND)
}

async fn is_there(server: &TestServer, session: SessionId) -> bool {
    server.rooms.store.session(session).await.unwrap().is_some()
}

/// A grant in a session of its own, and the session.
async fn in_session(server: &TestServer) -> (Grant<'_>, SessionId) {
    let grant = server.grant().await.in_session().await.stored().await;
    let session = grant.code.session.unwrap();
    (grant, session)
}

/// A session stays for a week after its end.
#[apply(on_both_engines)]
async fn a_session_is_forgotten_a_week_after_it_ended_or_expired(world: World) {
    let server = world.server().await;
    let ((_, ended), (_, left)) = (in_session(&server).await, in_session(&server).await);
    let mut tx = server.rooms.store.begin().await.unwrap();
    assert!(tx.session_end(ended, server.rooms.instruments.now()).await.unwrap());
    tx.commit().await.unwrap();
    for (passed, expected) in
        [(almost(7), (true, true)), (SECOND, (false, true)), (almost(14), (false, true)), (SECOND, (false, false))]
    {
        world.clock.advance(passed);
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!((is_there(&server, ended).await, is_there(&server, left).await), expected, "{passed:?}");
    }
}

/// The tokens of a session refer to it, and are deleted first.
#[apply(on_both_engines)]
async fn a_session_stays_for_as_long_as_tokens_or_codes_of_it_are_remembered(world: World) {
    let server = world.server().await;
    let (grant, session) = in_session(&server).await;
    grant.redeem(&grant.code().await).await.success();
    let mut tx = server.rooms.store.begin().await.unwrap();
    assert!(tx.session_end(session, server.rooms.instruments.now()).await.unwrap());
    tx.commit().await.unwrap();
    // The refresh token lives for thirty days, and the family with it.
    world.clock.advance(almost(30));
    let mut late = grant;
    late.code.expires_at = server.rooms.instruments.now();
    late.code().await;
    for (passed, expected) in [(Duration::ZERO, true), (SECOND, true), (DAY, false)] {
        world.clock.advance(passed);
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!(is_there(&server, session).await, expected, "{passed:?}");
    }
}

/// The whole database: its tables, and on SQLite its files too.
async fn everything(world: &World) -> String {
    let dump = world.database.dump().await;
    let mut text = format!("{dump:?}");
    for file in std::fs::read_dir(world.database.folder()).unwrap() {
        text.push_str(&String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()));
    }
    text.to_lowercase()
}

/// Forgotten is forgotten: in a week of delivery traces, in mail that waits, in invitations, in hints.
#[apply(on_both_engines)]
async fn the_address_of_a_deleted_account_stands_nowhere(world: World) {
    const ADDRESS: &str = "Jonathan.Quill+1@example.com";
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let named = ApplicationSettings { owner: Some(ADDRESS.to_owned()), ..web_settings("Named") };
    Registered::at(&server.rooms, named).await;
    let (john, anna) = (account(&server.rooms, ADDRESS).await, account(&server.rooms, "anna@example.com").await);
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("login_hint", ADDRESS)])).await;
    browser.sign_in(&server, &page, ADDRESS, 1).await;
    // One that is not finished.
    let other = Browser::of(&server);
    let page = other.visit(&authorize(&application, &[("login_hint", ADDRESS)])).await;
    let waiting = other.enter_address(&page, "JONATHAN.QUILL+1@example.com").await;
    let unfinished = letter(&server, ADDRESS, 2).await;
    let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let form = [("response_type", "code"), ("redirect_uri", CALLBACK), ("login_hint", ADDRESS)];
    let pushed = server.form("/oauth/par", &application, &[&form[..], &challenge[..]].concat()).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    server.application_of(&john, "Orders").await;
    let shared = server.application_of(&anna, "Bills").await;
    let shared = server.rooms.store.application(&shared.id()).await.unwrap().unwrap();
    let caller = Caller::Person(anna, SignIn::Fresh);
    let (email, purpose) = (ADDRESS.parse().unwrap(), InvitationPurpose::Share);
    server.rooms.ownership.invite_owner(&caller, &shared, email, purpose).await.unwrap();
    eventually("the invitation is sent", async || mails_to(&server, ADDRESS).await == 3).await;
    world.database.execute("update sign_in_events set detail = '550 <jonathan.quill+1@example.com> unknown'").await;
    assert!(everything(&world).await.contains("jonathan.quill"));

    server.rooms.people.user_delete(john.id, &Actor::CommandLine).await.unwrap();
    server.rooms.upkeep.forget_accounts().await.unwrap();
    let left = everything(&world).await;
    let around = |at: usize| left[at.saturating_sub(200)..left.len().min(at + 200)].to_owned();
    assert!(!left.contains("jonathan.quill"), "{}", around(left.find("jonathan.quill").unwrap_or_default()));
    // A sign-in that was open makes no account of an address that was given up.
    other.submit(waiting.form_with("login-code-submit"), &[("code", &unfinished.code)]).await;
    assert!(other.cookie("gatepost_session").is_none());
    assert!(!everything(&world).await.contains("jonathan.quill"));
}

/// Not even mail that was asked for before, or by others.
#[apply(on_both_engines)]
async fn a_disabled_account_gets_no_mail(world: World) {
    let john = "john@example.com";
    let before = world.command().await;
    let (user, anna) = (account(&before, john).await, account(&before, "anna@example.com").await);
    let settings = ApplicationSettings {
        owner: Some("anna@example.com".to_owned()),
        ..ApplicationSettings::new("Bills".to_owned(), ApplicationKind::Service)
    };
    let bills = Registered::at(&before, settings).await;
    let bills = before.store.application(&bills.id()).await.unwrap().unwrap();
    let caller = Caller::Person(anna, SignIn::Fresh);
    let invite = async |rooms: &Rooms| {
        let email = john.parse().unwrap();
        rooms.ownership.invite_owner(&caller, &bills, email, InvitationPurpose::Share).await.unwrap()
    };
    let invitation = invite(before.as_ref()).await;
    before.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    let server = world.server().await;
    before.ownership.invitation_withdraw(&caller, &bills, invitation.id).await.unwrap();
    invite(server.rooms.as_ref()).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/account").await;
    let waiting = browser.enter_address(&page, john).await;
    assert!(waiting.has("login-code"), "nothing tells that it is disabled: {}", waiting.text());
    let over = async || {
        let statement = "select id from outbox where recipient = 'john@example.com' and body is not null";
        world.database.texts(statement).await.is_empty()
    };
    eventually("all of it is done with", over).await;
    assert_eq!(mails_to(&server, john).await, 0);
    assert_eq!(world.database.texts("select id from outbox where recipient = 'john@example.com'").await.len(), 3);
}
