//! The account page: language, what happened, the data to download, and the applications to begin at.

use std::time::Duration;

use gatepost::domain::application::{AccessPolicy, ApplicationSettings};
use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::flows::groups::NewGroup;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{account, authorize, mails_to, web_settings};
use crate::harness::{Registered, TestServer, World, eventually, on_both_engines};

const JOHN: &str = "john@example.com";
const UNLIMITED: &str = "[rate_limits]\nenabled = false";

async fn signed_in(server: &TestServer) -> (Browser, Page) {
    let browser = Browser::of(server);
    let page = browser.visit("/account").await;
    let sent = mails_to(server, JOHN).await;
    let page = browser.sign_in(server, &page, JOHN, sent + 1).await;
    (browser, page)
}

/// Languages: the account's goes before the browser's, on pages and in mails.
#[apply(on_both_engines)]
async fn the_language_of_the_account_goes_before_the_browsers(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    let (browser, page) = signed_in(&server).await;
    assert!(page.text().contains("<html lang=\"en\""), "{}", page.text());
    let page = browser.submit(page.form_with("name-save"), &[("locale", "de"), ("name", "John")]).await;
    assert!(page.text().contains("<html lang=\"de\""), "{}", page.text());
    let known = server.rooms.store.user(john.id).await.unwrap().unwrap();
    assert_eq!((known.locale.as_deref(), known.name.as_deref()), (Some("de"), Some("John")));
    let page = browser.submit(page.form_with("name-save"), &[("locale", "")]).await;
    assert!(page.text().contains("<html lang=\"en\""), "{}", page.text());
}

/// Security events: those of the last 90 days, of this account alone.
#[apply(on_both_engines)]
async fn what_happened_in_the_last_90_days_is_shown(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    let jane = account(&server.rooms, "jane@example.com").await;
    world.clock.advance(Duration::from_secs(60 * 86_400));
    server.rooms.people.user_disable(jane.id, &Actor::CommandLine).await.unwrap();
    server.rooms.people.user_sign_out(&john, &Actor::CommandLine).await.unwrap();
    let (browser, page) = signed_in(&server).await;
    for told in ["The account was made", "An operator signed you out everywhere"] {
        assert!(page.text().contains(told), "{told} in {}", page.text());
    }
    assert!(!page.text().contains("The account was disabled"), "that was another account");
    browser.submit(page.form_with("name-save"), &[("name", "Johnny")]).await;
    world.clock.advance(Duration::from_secs(31 * 86_400));
    let (_, page) = signed_in(&server).await;
    assert!(page.text().contains("Changed: name") && !page.text().contains("The account was made"), "{}", page.text());
}

/// Security events: sign-ins, by their means and from where, and what was refused; kept for 90 days, and no longer than
/// the account.
#[apply(on_both_engines)]
async fn sign_ins_and_refused_ones_are_among_the_events(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    let guesser = Browser::of(&server);
    let page = guesser.visit("/login").await;
    let form = guesser.enter_address(&page, JOHN).await.form_with("login-code-submit");
    for _ in 0..6 {
        guesser.post(&form, &[("code", "2222-2222")]).await;
    }
    eventually("the mail", || async { mails_to(&server, JOHN).await == 1 }).await;
    let (_, page) = signed_in(&server).await;
    let told = "Somebody typed wrong codes until there were no tries left";
    assert_eq!(page.text().matches(told).count(), 1, "once: {}", page.text());
    assert_eq!(page.text().matches("Signed in by mail").count(), 1, "{}", page.text());
    let (_, events) = page.text().split_once("id=\"events\"").unwrap();
    assert!(events.contains("<bdi>127.0.0.1</bdi>"), "from where: {events}");
    world.clock.advance(Duration::from_secs(91 * 86_400));
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert!(world.database.texts("select id from sign_in_records").await.is_empty());
    let (_, page) = signed_in(&server).await;
    assert!(!page.text().contains(told) && page.text().contains("Signed in by mail"), "{}", page.text());
    assert_eq!(world.database.texts("select id from sign_in_records").await.len(), 1);
    server.rooms.people.user_delete(john.id, &Actor::CommandLine).await.unwrap();
    assert!(world.database.texts("select id from sign_in_records").await.is_empty());
}

/// More events than a person is kept waiting for.
const MANY: u32 = 1_200;

/// As many events about a person.
fn many_events(sub: &str) -> String {
    format!(
        "insert into audit_events (id, at, actor, event, subject, detail) \
         with recursive n(i) as (select 1 union all select i + 1 from n where i < {MANY}) \
         select '019e7a4c-5b1f-7d2e-8a3b-' || cast(100000000000 + i as text), i, 'schedule', 'user.changed', '{sub}', 'name' \
         from n"
    )
}

/// Export: what is much is made in the background, downloaded once, and goes after a day or with the account.
#[apply(on_both_engines)]
async fn a_large_export_is_made_in_the_background_and_downloaded_once(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    world.database.execute(&many_events(&john.sub)).await;
    let exports = || world.database.texts("select user_id from account_exports");
    let ask = async |browser: &Browser| {
        let page = browser.visit("/account/export").await;
        browser.submit(page.form_with("export-download"), &[]).await
    };
    let ready = async |browser: &Browser| {
        eventually("it is made", || async { browser.visit("/account/export").await.text().contains("is ready") }).await;
        browser.visit("/account/export").await.form_with("export-download")
    };
    let (browser, _) = signed_in(&server).await;
    let page = ask(&browser).await;
    assert!(page.answer.status == 200 && page.has("export-back"), "no file yet: {}", page.text());
    let form = ready(&browser).await;
    let file = browser.post(&form, &[]).await;
    let known: Value = serde_json::from_str(file.text()).unwrap();
    assert!(known["events"].as_array().unwrap().len() > MANY as usize, "all of them");
    assert!(exports().await.is_empty(), "it is handed out once");
    assert!(browser.post(&form, &[]).await.redirect().is_some(), "the next one is made anew");
    let form = ready(&browser).await;
    world.clock.advance(Duration::from_secs(15 * 60 + 1));
    assert!(browser.submit(form, &[]).await.has("login-submit"), "a fresh sign-in is wanted for it too");
    assert_eq!(exports().await.len(), 1);
    world.clock.advance(Duration::from_secs(86_400));
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert!(exports().await.is_empty());
    let (browser, _) = signed_in(&server).await;
    ask(&browser).await;
    server.rooms.people.user_delete(john.id, &Actor::CommandLine).await.unwrap();
    assert!(exports().await.is_empty());
}

/// Export: of many who ask for the same file at once one gets it, and each file is made by one node.
#[apply(on_both_engines)]
async fn of_many_downloads_at_once_one_counts(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    let (store, now) = (&server.rooms.store, server.rooms.instruments.now());
    let until = now.plus(Duration::from_secs(60));
    let mut tx = store.begin().await.unwrap();
    tx.account_export_ask(john.id, now, until).await.unwrap();
    tx.commit().await.unwrap();
    eventually("it is made", || async {
        store.account_export(john.id, now).await.unwrap().is_some_and(|asked| asked.is_made)
    })
    .await;
    let claims = (0..10).map(|_| store.account_export_claim(now, until));
    let claims = futures_util::future::join_all(claims).await;
    assert!(claims.into_iter().all(|claim| claim.unwrap().is_none()), "it is made already");
    let takes = (0..10).map(|_| async {
        let mut tx = store.begin().await.unwrap();
        let taken = tx.account_export_take(john.id, now).await.unwrap();
        tx.commit().await.unwrap();
        taken.is_some()
    });
    let takes = futures_util::future::join_all(takes).await;
    assert_eq!(takes.into_iter().filter(|taken| *taken).count(), 1);
}

/// Export: what the server knows of a person, as JSON, with a fresh sign-in and by a form of their own.
#[apply(on_both_engines)]
async fn a_person_downloads_what_is_known_of_them(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    account(&server.rooms, "jane@example.com").await;
    let application = Registered::at(&server.rooms, web_settings("Shop")).await;
    let (browser, _) = signed_in(&server).await;
    let consent = browser.visit(&authorize(&application, &[("scope", "openid")])).await;
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let form = browser.visit("/account/export").await.form_with("export-download");
    let file = browser.post(&form, &[]).await;
    let header = |name| file.answer.header(name).map(str::to_owned);
    assert_eq!(header("content-disposition").as_deref(), Some("attachment; filename=\"account.json\""));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    let known: Value = serde_json::from_str(file.text()).unwrap();
    assert_eq!((&known["account"]["sub"], &known["account"]["email"]), (&json!(john.sub), &json!(JOHN)));
    assert_eq!(known["agreed_to"][0]["client_id"], application.client_id);
    for (list, count) in [("sessions", 1), ("sign_ins", 1), ("groups", 0)] {
        assert_eq!(known[list].as_array().unwrap().len(), count, "{list}");
    }
    let events: Vec<&str> = known["events"].as_array().unwrap().iter().filter_map(|e| e["event"].as_str()).collect();
    assert!(events.contains(&"user.created") && events.contains(&"user.exported"), "{events:?}");
    for foreign in ["jane@example.com", "gpss_", "gpl_", "_hash"] {
        assert!(!file.text().contains(foreign), "{foreign}");
    }
    assert_eq!(browser.post(&form, &[("csrf", "guess")]).await.answer.status, 403);
    world.clock.advance(Duration::from_secs(15 * 60 + 1));
    assert!(browser.visit("/account/export").await.has("login-submit"));
    assert!(browser.submit(form, &[]).await.has("login-submit"), "what was open before gives nothing");
}

/// The launcher: applications that one may use and that say where people begin; no developer's among strangers.
#[apply(on_both_engines)]
async fn the_applications_to_begin_at_are_those_one_may_use(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let john = account(&server.rooms, JOHN).await;
    let staff: GroupName = "staff".parse().unwrap();
    let new = NewGroup { name: staff.clone(), visible_to_developers: false, require: RequiredSignIn::default() };
    server.rooms.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    let with = |name: &str, change: &dyn Fn(&mut ApplicationSettings)| {
        let mut settings = web_settings(name);
        change(&mut settings);
        settings
    };
    let page = |path: &str| Some(format!("https://apps.example/{path}").parse().unwrap());
    for settings in [
        with("Wiki", &|settings| settings.client_uri = page("wiki")),
        with("Forum", &|settings| {
            settings.client_uri = page("forum");
            settings.initiate_login_uri = page("forum/login?x=1");
        }),
        with("Nowhere", &|_| {}),
        with("Ledger", &|settings| {
            settings.client_uri = page("ledger");
            settings.access = AccessPolicy::Groups;
            settings.allowed_groups = vec![staff.clone()];
        }),
    ] {
        Registered::at(&server.rooms, settings).await;
    }
    let strangers = with("Wiki 2", &|settings| {
        settings.client_uri = page("phish");
        settings.owner = Some("mallory@example.com".to_owned());
    });
    let strangers = Registered::at(&server.rooms, strangers).await;
    let (browser, page) = signed_in(&server).await;
    let launched = |page: &Page| {
        let document = page.document();
        let links = document.named("a").filter_map(|place| document.at(place).attribute("href").map(str::to_owned));
        links.filter(|href| href.starts_with("https://apps.example/")).collect::<Vec<_>>()
    };
    let forum = "https://apps.example/forum/login?x=1&iss=http%3A%2F%2Flocalhost%3A8080".to_owned();
    assert_eq!(launched(&page), [forum.clone(), "https://apps.example/wiki".to_owned()]);
    server.rooms.groups.group_add(&staff, &[john.id], &Actor::CommandLine).await.unwrap();
    let consent = browser.visit(&authorize(&strangers, &[("scope", "openid")])).await;
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let page = browser.visit("/account").await;
    let expected = ["ledger", "wiki", "phish"].map(|path| format!("https://apps.example/{path}"));
    let expected: Vec<String> = [forum].into_iter().chain(expected).collect();
    assert_eq!(launched(&page), expected, "by name; one that was let in is no stranger any more");
}
