//! The language of pages and mails: the one that the application asks for (OIDC Core §3.1.2.1), else the account's, else
//! the browser's (RFC 9110 §12.5.4).

use gatepost::domain::attribute::Attributes;
use gatepost::domain::audit::Actor;
use gatepost::domain::language::Language;
use gatepost::domain::user::Profile;
use macro_rules_attribute::apply;
use reqwest::Method;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{account, authorize, letter, web_application, web_settings};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";

fn speaks(page: &Page, language: &str) {
    assert!(page.text().contains(&format!("<html lang=\"{language}\"")), "{language}: {}", page.text());
}

/// An account of this language.
async fn person_of(server: &TestServer, locale: &str) {
    let user = account(&server.rooms, JOHN).await;
    let profile =
        Profile { name: None, locale: Some(locale.to_owned()), attributes: Attributes::default(), admin: false };
    server.rooms.people.user_change(&user, profile, &Actor::CommandLine).await.unwrap();
}

/// The language of the mail that was sent last.
async fn last_mail_speaks(server: &TestServer, count: usize, language: &str) {
    letter(server, JOHN, count).await;
    let html = server.rooms.mail.caught_mails().unwrap()[0].html.clone();
    assert!(html.contains(&format!("<html lang=\"{language}\"")), "{language}: {html}");
}

#[apply(on_both_engines)]
async fn every_language_is_spoken_to_a_browser_that_asks_for_it(world: World) {
    let server = world.server().await;
    for language in Language::ALL {
        let asked = server.request(Method::GET, "/login").header("accept-language", language.tag());
        let page = Answer::of(asked).await;
        assert!(page.text().contains(&format!("<html lang=\"{}\"", language.tag())), "{}", page.text());
    }
    let unknown = server.request(Method::GET, "/login").header("accept-language", "ja");
    assert!(Answer::of(unknown).await.text().contains("<html lang=\"en\""));
}

/// The pages before the sign-in are for a stranger as well: the account's language would tell that there is one.
#[apply(on_both_engines)]
async fn a_mail_speaks_the_accounts_language_and_the_page_that_waits_for_it_does_not(world: World) {
    let server = world.server().await;
    person_of(&server, "pl").await;
    let browser = Browser::of(&server);
    let waiting = browser.enter_address(&browser.visit("/login").await, JOHN).await;
    speaks(&waiting, "en");
    last_mail_speaks(&server, 1, "pl").await;
    let code = letter(&server, JOHN, 1).await.code;
    browser.submit(waiting.form_with("login-code-submit"), &[("code", &code)]).await;
    let account = browser.visit("/account").await;
    speaks(&account, "pl");
    // What went wrong is told in it too.
    let refused = browser.submit(account.form_with("name-save"), &[("name", "\u{202e}")]).await;
    assert_eq!(refused.answer.status, 400);
    speaks(&refused, "pl");
    let stale = account.form_with("name-save").without("csrf");
    speaks(&browser.post(&stale, &[("name", "John")]).await, "pl");
}

#[apply(on_both_engines)]
async fn the_application_knows_better_and_a_language_that_there_is_not_is_passed_over(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let application = web_application(&server.rooms).await;
    person_of(&server, "pt-BR").await;
    for (count, (ui_locales, page, mail)) in
        (1..).zip([("ja nl-BE en", "nl", "nl"), ("ja", "en", "pt"), (";;; - xx-YY", "en", "pt")])
    {
        let browser = Browser::of(&server);
        let asked = browser.visit(&authorize(&application, &[("ui_locales", ui_locales)])).await;
        speaks(&asked, page);
        speaks(&browser.enter_address(&asked, JOHN).await, page);
        last_mail_speaks(&server, count, mail).await;
    }
}

#[apply(on_both_engines)]
async fn a_person_chooses_the_language_on_the_account_page(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    for language in Language::ALL {
        let form = browser.visit("/account").await.form_with("name-save");
        let page = browser.submit(form, &[("locale", language.tag())]).await;
        speaks(&page, language.tag());
        let chosen = format!("<option value=\"{}\" selected>{}</option>", language.tag(), language.own_name());
        assert!(page.text().contains(&chosen), "{chosen} in {}", page.text());
    }
    let form = browser.visit("/account").await.form_with("name-save");
    speaks(&browser.submit(form, &[("locale", "")]).await, "en");
}

/// What a flow refuses and what a form says comes as a fact, which the page words in its own language.
#[apply(on_both_engines)]
async fn the_portal_speaks_the_accounts_language_also_where_something_is_wrong(world: World) {
    let server = world.server().await;
    person_of(&server, "de").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/portal/applications").await;
    let list = browser.sign_in(&server, &page, JOHN, 1).await;
    says(&list, "Ihre Anwendungen");
    let new = async |uri| {
        let form = browser.visit("/portal/applications/new").await.form_with("app-create");
        browser.submit(form, &[("name", "Shop"), ("type", "web"), ("redirect_uris", uri)]).await
    };
    says(
        &new("http://shop.example/cb").await,
        "lässt sich nicht registrieren: http ist nur für den eigenen Rechner da",
    );
    let made = new("https://shop.example/cb").await;
    says(&made, "Die Anwendung ist registriert.");
    let (_, after) = made.text().split_once("id=\"app-client-id\"").unwrap();
    let client_id = after.split(['>', '<']).nth(1).unwrap();
    let address = format!("/portal/applications/{client_id}");
    for (tab, said) in [
        ("/credentials", "Signaturalgorithmus"),
        ("/sign-in", "Wohin man nach der Anmeldung zurückgeschickt werden darf"),
        ("/access", "Alle mit einem Konto hier"),
        ("/insight", "Letzte Anfragen"),
        ("/danger", "Geben Sie zur Bestätigung ihren Namen ein"),
    ] {
        says(&browser.visit(&format!("{address}{tab}")).await, said);
    }
    let form = browser.visit(&format!("{address}/danger")).await.form_with("app-delete");
    says(&browser.submit(form, &[("name", "Other")]).await, "Es wurde nichts gelöscht.");
    let form = browser.visit(&format!("{address}/webhooks/new")).await.form_with("hook-create");
    says(&browser.submit(form, &[("url", "http://shop.example/"), ("which", "all")]).await, "beginnt mit https");
}

fn says(page: &Page, said: &str) {
    speaks(page, "de");
    assert!(page.text().contains(said), "{said} in {}", page.text());
}

/// The portal is in the language that the person has chosen last, and in the browser's where they have chosen none.
#[apply(on_both_engines)]
async fn the_portal_follows_the_language_that_a_person_chooses(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    let page = browser.visit("/portal/applications").await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    let form = browser.visit("/account").await.form_with("name-save");
    browser.submit(form, &[("locale", "")]).await;
    speaks(&browser.visit("/portal/applications/new").await, "en");
    for language in Language::ALL {
        let form = browser.visit("/account").await.form_with("name-save");
        browser.submit(form, &[("locale", language.tag())]).await;
        speaks(&browser.visit("/portal/applications/new").await, language.tag());
    }
}

/// Right-to-left names and very long ones stand in a mail whole, and move nothing that stands around them.
#[apply(on_both_engines)]
async fn a_name_from_right_to_left_is_set_apart_in_the_mail(world: World) {
    let server = world.server().await;
    let application = Registered::at(&server.rooms, web_settings("חנות הספרים הגדולה")).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("ui_locales", "fr")])).await;
    browser.enter_address(&page, JOHN).await;
    letter(&server, JOHN, 1).await;
    let mail = server.rooms.mail.caught_mails().unwrap()[0].clone();
    let apart = "«\u{a0}\u{2068}חנות הספרים הגדולה\u{2069}\u{a0}»";
    for part in [mail.subject.as_str(), mail.text.as_str(), mail.html.as_str()] {
        assert!(part.contains(apart), "{part:?}");
    }
}
