//! The account page: language, what happened, the data to download, and the applications to begin at.

use std::time::Duration;

use gatepost::domain::application::{AccessPolicy, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::flows::groups::NewGroup;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{account, authorize, mails_to, web_settings};
use crate::harness::{Registered, TestServer, World, on_both_engines};

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
    let new = NewGroup { name: staff.clone(), visible_to_developers: false };
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
