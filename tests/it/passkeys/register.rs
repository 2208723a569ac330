//! Registering, renaming and removing (WebAuthn §7.1).

use std::time::Duration;

use gatepost::domain::audit::Actor;
use macro_rules_attribute::apply;

use super::{JOHN, Passkeys, attribute, with_passkey};
use crate::harness::browser::Browser;
use crate::harness::person::mails_to;
use crate::harness::{Authenticator, Flags, TestServer, World, eventually, on_both_engines, person};

const NOT_ACCEPTED: &str = "This passkey was not accepted. Try again.";

async fn signed_in(server: &TestServer) -> Browser {
    let browser = Browser::of(server);
    let page = browser.visit("/login").await;
    let account = browser.sign_in(server, &page, JOHN, 1).await;
    assert!(account.has("passkey-add"), "{}", account.text());
    browser
}

/// The names of the events of passkeys, sorted: within one moment of this clock the order of rows is chance.
pub(super) async fn events(world: &World) -> Vec<String> {
    world.database.texts("select event from audit_events where event like 'passkey.%' order by event").await
}

#[apply(on_both_engines)]
async fn a_passkey_is_listed_with_name_and_last_use_and_the_person_is_told_by_mail(world: World) {
    let server = world.server().await;
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    let page = browser.visit("/account").await;
    for said in ["not used yet", "On several devices"] {
        assert!(page.text().contains(said), "{said} in {}", page.text());
    }
    eventually("one mail to sign in, one about the passkey", || async { mails_to(&server, JOHN).await == 2 }).await;
    let mails = server.rooms.mail.caught_mails().unwrap();
    assert_eq!(mails[0].subject.as_str(), "A passkey was added to your account at localhost");
    assert_eq!(events(&world).await, ["passkey.added"]);
    let form = browser.visit("/account").await.form_to("/account/passkeys/");
    let renamed = browser.submit(form, &[("name", "My <phone>")]).await;
    assert!(renamed.text().contains("My &#60;phone&#62;"), "{}", renamed.text());
    let other = Browser::of(&server);
    let page = Passkeys { browser: &other }.sign_in(&other.visit("/login").await, &mut authenticator).await;
    assert!(page.text().contains("last used"), "{}", page.text());
}

#[apply(on_both_engines)]
async fn a_nameless_passkey_is_refused_with_the_reason(world: World) {
    let server = world.server().await;
    let (browser, _) = with_passkey(&server, JOHN).await;
    let form = browser.visit("/account").await.form_to("/account/passkeys/");
    let page = browser.submit(form, &[("name", "\u{200b}")]).await;
    assert_eq!(page.answer.status, 400);
    assert!(page.text().contains("Give the passkey a name"), "{}", page.text());
}

/// §7.1: what is for another page, another host or nobody is not registered, and its challenge is still good then.
#[apply(on_both_engines)]
async fn an_answer_that_is_not_for_this_server_or_not_of_a_verified_person_registers_nothing(world: World) {
    let server = world.server().await;
    let browser = signed_in(&server).await;
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/account").await);
    let options = passkeys.options(&page, "passkey-add").await;
    let wrong: [fn(&mut Authenticator); 4] = [
        |one| "https://evil.example".clone_into(&mut one.origin),
        |one| "evil.example".clone_into(&mut one.party),
        |one| one.flags = Flags::ABSENT,
        |one| one.flags = Flags::UNVERIFIED,
    ];
    for spoil in wrong {
        let mut authenticator = Authenticator::new();
        spoil(&mut authenticator);
        let refused = passkeys.answer(&page, "passkey-add", &authenticator.create(&options)).await;
        assert_eq!(refused.answer.status, 400);
        assert!(refused.text().contains(NOT_ACCEPTED), "{}", refused.text());
    }
    for nonsense in ["", "{}", "null", "[1]"] {
        assert_eq!(passkeys.answer(&page, "passkey-add", nonsense).await.answer.status, 400);
    }
    assert_eq!(events(&world).await, Vec::<String>::new());
    let answer = Authenticator::new().create(&options);
    assert_eq!(passkeys.answer(&page, "passkey-add", &answer).await.answer.status, 200);
}

#[apply(on_both_engines)]
async fn a_challenge_registers_once_within_five_minutes_in_its_browser_and_for_its_person(world: World) {
    let server = world.server().await;
    let browser = signed_in(&server).await;
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/account").await);
    let options = passkeys.options(&page, "passkey-add").await;
    assert_eq!(passkeys.answer(&page, "passkey-add", &Authenticator::new().create(&options)).await.answer.status, 200);
    let again = passkeys.answer(&page, "passkey-add", &Authenticator::new().create(&options)).await;
    assert_eq!(again.answer.status, 400, "replayed");
    // That of another ceremony, and that of another browser of the same person.
    let other = Browser::of(&server);
    let login = other.visit("/login").await;
    let mut foreign = Passkeys { browser: &other }.options(&login, "passkey-login").await;
    foreign["user"] = options["user"].clone();
    let refused = passkeys.answer(&page, "passkey-add", &Authenticator::new().create(&foreign)).await;
    assert_eq!(refused.answer.status, 400, "of another browser and for something else");
    let own = browser.visit("/login?fresh=1").await;
    let mut sign_in = passkeys.options(&own, "passkey-login").await;
    sign_in["user"] = options["user"].clone();
    let refused = passkeys.answer(&page, "passkey-add", &Authenticator::new().create(&sign_in)).await;
    assert_eq!(refused.answer.status, 400, "to sign in");
    let late = passkeys.options(&page, "passkey-add").await;
    world.clock.advance(Duration::from_secs(300));
    let refused = passkeys.answer(&page, "passkey-add", &Authenticator::new().create(&late)).await;
    assert_eq!(refused.answer.status, 400, "late");
    assert_eq!(events(&world).await, ["passkey.added"]);
}

#[apply(on_both_engines)]
async fn registering_and_removing_want_a_sign_in_of_the_last_quarter_of_an_hour(world: World) {
    let server = world.server().await;
    let (browser, _) = with_passkey(&server, JOHN).await;
    let page = browser.visit("/account").await;
    let options = Passkeys { browser: &browser }.options(&page, "passkey-add").await;
    world.clock.advance(Duration::from_secs(15 * 60 + 1));
    let passkeys = Passkeys { browser: &browser };
    assert_eq!(passkeys.ask(&page, "passkey-add").await.redirect().unwrap(), "/login?fresh=1&return_to=/account");
    let answer = Authenticator::new().create(&options);
    assert!(passkeys.answer(&page, "passkey-add", &answer).await.has("login-submit"));
    let removed = browser.submit(page.form_to("/remove"), &[]).await;
    assert!(removed.has("login-submit"), "{}", removed.text());
    assert_eq!(events(&world).await, ["passkey.added"]);
}

#[apply(on_both_engines)]
async fn a_removed_passkey_signs_in_no_more_and_the_person_is_told(world: World) {
    let server = world.server().await;
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    let removed = browser.submit(browser.visit("/account").await.form_to("/remove"), &[]).await;
    assert!(removed.text().contains("The passkey is removed"), "{}", removed.text());
    eventually("the person is told", || async { mails_to(&server, JOHN).await == 3 }).await;
    let subject = &server.rooms.mail.caught_mails().unwrap()[0].subject;
    assert_eq!(subject.as_str(), "A passkey was removed from your account at localhost");
    assert_eq!(events(&world).await, ["passkey.added", "passkey.removed"]);
    let other = Browser::of(&server);
    let refused = Passkeys { browser: &other }.sign_in(&other.visit("/login").await, &mut authenticator).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.text().contains("This passkey was not accepted here"), "{}", refused.text());
}

#[apply(on_both_engines)]
async fn a_passkey_of_somebody_else_is_neither_renamed_nor_removed(world: World) {
    let server = world.server().await;
    let (browser, _) = with_passkey(&server, JOHN).await;
    let (jane, _) = with_passkey(&server, "jane@example.com").await;
    let (of_john, of_jane) = (browser.visit("/account").await, jane.visit("/account").await);
    for form in ["/remove", "/account/passkeys/"] {
        let mut stolen = of_jane.form_to(form);
        stolen.action = of_john.form_to(form).action;
        assert_eq!(jane.submit(stolen, &[("name", "mine")]).await.answer.status, 404);
    }
    assert_eq!(events(&world).await, ["passkey.added", "passkey.added"]);
}

#[apply(on_both_engines)]
async fn a_person_has_twenty_passkeys_and_no_more(world: World) {
    let server = world.server().await;
    let browser = signed_in(&server).await;
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/account").await);
    let last = passkeys.options(&page, "passkey-add").await;
    for _ in 0..20 {
        assert_eq!(passkeys.add(&mut Authenticator::new()).await.answer.status, 200);
    }
    let full = browser.visit("/account").await;
    assert!(!full.has("passkey-add"), "{}", full.text());
    assert_eq!(passkeys.ask(&page, "passkey-add").await.answer.status, 409);
    let refused = passkeys.answer(&page, "passkey-add", &Authenticator::new().create(&last)).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.text().contains("You have 20 passkeys"), "{}", refused.text());
    assert_eq!(events(&world).await.len(), 20);
}

/// The user handle is not the `sub`, and stays what it was; a known authenticator is named, so that it is not used twice.
#[apply(on_both_engines)]
async fn what_authenticators_know_a_person_by_is_random_and_in_no_token(world: World) {
    let server = world.server().await;
    let (browser, _) = with_passkey(&server, JOHN).await;
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/account").await);
    let (one, two) = (passkeys.options(&page, "passkey-add").await, passkeys.options(&page, "passkey-add").await);
    assert_eq!(one["user"]["id"], two["user"]["id"]);
    assert_ne!(one["challenge"], two["challenge"]);
    assert_eq!(one["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!((&one["attestation"], &one["rp"]["id"]), (&"none".into(), &"localhost".into()));
    let user = server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().unwrap();
    let handle = one["user"]["id"].as_str().unwrap();
    assert!(handle.len() == 43 && !handle.contains(&user.sub), "{handle}");
    assert_eq!(one["user"]["name"], JOHN);
}

#[apply(on_both_engines)]
async fn a_deleted_account_leaves_no_passkey_behind(world: World) {
    let server = world.server().await;
    let (_, mut authenticator) = with_passkey(&server, JOHN).await;
    let user = server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().unwrap();
    server.rooms.people.user_delete(user.id, &Actor::CommandLine).await.unwrap();
    assert_eq!(world.database.texts("select id from passkeys").await, Vec::<String>::new());
    assert_eq!(
        world.database.texts("select id from users where passkey_handle is not null").await,
        Vec::<String>::new()
    );
    person::account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let refused = Passkeys { browser: &browser }.sign_in(&browser.visit("/login").await, &mut authenticator).await;
    assert_eq!(refused.answer.status, 400);
}

/// A form of another site, or a script of one, does nothing.
#[apply(on_both_engines)]
async fn nothing_is_asked_or_added_without_the_token_of_the_page(world: World) {
    let server = world.server().await;
    let (browser, _) = with_passkey(&server, JOHN).await;
    let page = browser.visit("/account").await;
    for path in [attribute(&page, "passkey-add", "data-ask"), attribute(&page, "passkey-add", "data-answer")] {
        let form = crate::harness::browser::PageForm { action: path, fields: Vec::new() };
        assert_eq!(browser.submit(form, &[("credential", "{}")]).await.answer.status, 403);
    }
    let fresh = Browser::of(&server);
    for path in ["/login/passkey/options", "/login/passkey"] {
        let form = crate::harness::browser::PageForm { action: path.to_owned(), fields: Vec::new() };
        assert_eq!(fresh.submit(form, &[("credential", "{}")]).await.answer.status, 403);
    }
}
