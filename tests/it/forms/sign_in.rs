//! The forms on the way to an application, for each type of application that people sign in to.

use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;

use super::visitor::not_refused;
use super::{SETTINGS, assert_sent};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, authorize, letter, web_settings};
use crate::harness::{Registered, TestServer, World, on_both_engines};

/// What is sent between an application and its people.
pub(super) const ON_THE_WAY: [&str; 6] =
    ["/login", "/login/code", "/login/resend", "/l/{token}/not-me", "/consent", "/oauth/logout"];

/// The buttons of a page that send a form.
fn buttons(page: &Page) -> Vec<String> {
    let document = page.document();
    let forms = document.forms().into_iter().filter(|form| !form.is_search());
    let buttons = forms.flat_map(|form| form.buttons());
    buttons.map(|place| document.at(place).attribute("id").unwrap_or("without an id").to_owned()).collect()
}

/// Sends the form with this button, which has to be among these of the page, as it is shown.
async fn press(browser: &Browser, page: &Page, all: &[&str], button: &str) -> Page {
    assert_eq!(buttons(page), all, "{}", page.text());
    browser.submit(page.form_with(button), &[]).await
}

/// The same where something has to be filled in.
async fn lacks(browser: &Browser, page: &Page, all: &[&str], (button, field): (&str, &str)) {
    let answer = press(browser, page, all, button).await;
    assert_eq!(not_refused(&answer, field), None);
}

async fn application_of_type(server: &TestServer, kind: ApplicationKind) -> Registered {
    let ApplicationSettings { redirect_uris, scope, default_scope, .. } = web_settings("");
    let grants = vec![GrantType::AuthorizationCode];
    let own = ApplicationSettings::new(format!("Of type {kind}"), kind);
    Registered::at(&server.rooms, ApplicationSettings { grants, redirect_uris, scope, default_scope, ..own }).await
}

#[apply(on_both_engines)]
async fn every_form_between_an_application_and_its_people_is_taken_as_it_is_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    for kind in ApplicationKind::ALL {
        let application = application_of_type(&server, kind).await;
        let (browser, email) = (Browser::of(&server), format!("{kind}@example.com"));
        let elsewhere = until_signed_in(&world, &server, (&browser, &application), &email).await;
        decides(&browser, &application).await;
        is_sent_by_a_form(&browser, &application).await;
        signs_out(&browser, &application).await;
        assert_sent(&[&browser, &elsewhere], &ON_THE_WAY);
    }
}

/// Enters an address, asks for another mail, and has another person's device, which is returned, stop the first sign-in.
async fn until_signed_in(
    world: &World,
    server: &TestServer,
    (browser, application): (&Browser, &Registered),
    email: &str,
) -> Browser {
    let login = browser.visit(&authorize(application, &[])).await;
    lacks(browser, &login, &["login-submit"], ("login-submit", "email")).await;
    let waiting = browser.enter_address(&login, email).await;
    let all = ["login-code-submit", "resend"];
    lacks(browser, &waiting, &all, ("login-code-submit", "login-code")).await;
    letter(server, email, 1).await;
    world.clock.advance(Duration::from_secs(60));
    let again = press(browser, &waiting, &all, "resend").await;
    assert_eq!(buttons(&again), all);
    let (elsewhere, link) = (Browser::of(server), letter(server, email, 2).await.link);
    assert!(buttons(&elsewhere.visit(&link).await).is_empty(), "a scanner finds nothing to press");
    let stop = elsewhere.visit(&format!("{link}/not-me")).await;
    lacks(&elsewhere, &stop, &["stop-submit"], ("stop-submit", "stop-email")).await;
    let stopped = elsewhere.submit(stop.form_with("stop-submit"), &[("email", email)]).await;
    assert_eq!((stopped.answer.status.as_u16(), buttons(&stopped).len()), (200, 0));
    let login = browser.visit(&authorize(application, &[])).await;
    let consent = browser.sign_in(server, &login, email, 3).await;
    assert!(consent.has("consent-allow"), "{}", consent.text());
    elsewhere
}

/// Denies and allows.
async fn decides(browser: &Browser, application: &Registered) {
    let all = ["consent-allow", "consent-deny"];
    for (button, told) in [("consent-deny", "error"), ("consent-allow", "code")] {
        let page = browser.visit(&authorize(application, &[("prompt", "consent")])).await;
        let answer = press(browser, &page, &all, button).await.answer_parameters();
        assert!(answer.contains_key(told), "{button}: {answer:?}");
    }
}

/// The answer as a form that the browser sends to the application.
async fn is_sent_by_a_form(browser: &Browser, application: &Registered) {
    let wanted = [("prompt", "consent"), ("response_mode", "form_post")];
    let consent = browser.visit(&authorize(application, &wanted)).await;
    let page = browser.submit(consent.form_with("consent-allow"), &[]).await;
    assert_eq!(buttons(&page), ["form-post-submit"]);
    let form = page.form_with("form-post-submit");
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(form.action, CALLBACK);
    assert!(["code", "state", "iss"].iter().all(|name| names.contains(name)), "{names:?}");
}

/// Stays signed in, then signs out.
async fn signs_out(browser: &Browser, application: &Registered) {
    let address = format!("/oauth/logout?client_id={}", application.client_id);
    for (button, stays) in [("logout-no", true), ("logout-yes", false)] {
        let asked = browser.visit(&address).await;
        let answer = press(browser, &asked, &["logout-yes", "logout-no"], button).await;
        assert_eq!(answer.answer.status, 200, "{}", answer.text());
        assert_eq!(browser.cookie("gatepost_session").is_some(), stays, "{button}");
    }
}
