//! What a button asks for before it does what cannot be undone, and where it may lead.

use std::time::Duration;

use macro_rules_attribute::apply;

use crate::harness::browser::Browser;
use crate::harness::person::{authorize, letter, web_application};
use crate::harness::{World, on_both_engines};

const JOHN: &str = "john@example.com";

/// Longer than a sign-in is fresh, shorter than a session.
const A_WHILE: Duration = Duration::from_mins(20);

/// A program that reads mail follows its links and presses the buttons it finds there.
#[apply(on_both_engines)]
async fn a_scanner_that_presses_every_button_ends_no_sign_in(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let (asking, scanner) = (Browser::of(&server), Browser::of(&server));
    asking.enter_address(&asking.visit(&authorize(&application, &[])).await, JOHN).await;
    let link = letter(&server, JOHN, 1).await.link;
    let opened = scanner.visit(&link).await;
    assert!(opened.has("not-me") && !opened.text().contains("<form"), "{}", opened.text());
    let asked = scanner.visit(&format!("{link}/not-me")).await;
    assert!(!asked.text().contains(JOHN), "the address would only have to be copied");
    let form = asked.form_with("stop-submit");
    for typed in ["", "jane@example.com", "j…@example.com"] {
        let again = scanner.post(&form, &[("email", typed)]).await;
        assert_eq!(again.answer.status, 400, "{typed}: {}", again.text());
        assert!(again.has("stop-email"), "{}", again.text());
    }
    assert!(asking.visit(&link).await.has("consent-allow"), "the sign-in goes on");
}

#[apply(on_both_engines)]
async fn who_did_not_ask_for_a_mail_stops_the_sign_in_by_typing_the_address(world: World) {
    let server = world.server().await;
    let (asking, reader) = (Browser::of(&server), Browser::of(&server));
    asking.enter_address(&asking.visit("/login").await, JOHN).await;
    let link = letter(&server, JOHN, 1).await.link;
    let asked = reader.visit(&format!("{link}/not-me")).await;
    let stopped = reader.post(&asked.form_with("stop-submit"), &[("email", " John@Example.com ")]).await;
    assert_eq!(stopped.answer.status, 200, "{}", stopped.text());
    assert_eq!(asking.visit(&link).await.answer.status, 400);
    assert_eq!(asking.cookie("gatepost_session"), None);
    // There is nothing left to stop.
    assert_eq!(reader.visit(&format!("{link}/not-me")).await.answer.status, 400);
    assert_eq!(reader.visit("/l/gpl_x/not-me").await.answer.status, 400);
}

#[apply(on_both_engines)]
async fn an_account_is_deleted_by_one_who_signed_in_a_moment_ago(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    browser.sign_in(&server, &browser.visit("/account").await, JOHN, 1).await;
    let form = browser.visit("/account/delete").await.form_with("delete-submit");
    world.clock.advance(A_WHILE);
    let anew = "/login?fresh=1&return_to=/account/delete";
    assert_eq!(browser.get("/account/delete").await.redirect().as_deref(), Some(anew));
    assert_eq!(browser.post(&form, &[("email", JOHN)]).await.redirect().as_deref(), Some(anew));
    let stored = server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap();
    assert!(stored.is_some(), "a browser that was left open is not enough");
    let asked = browser.sign_in(&server, &browser.visit(anew).await, JOHN, 2).await;
    browser.submit(asked.form_with("delete-submit"), &[("email", JOHN)]).await;
    assert!(server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().is_none());
}

/// Browsers hold `form-action` against every redirect after a post, and where an application's callback leads to next
/// is not ours to know.
#[apply(on_both_engines)]
async fn a_form_that_ends_at_an_application_is_followed_wherever_that_leads(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let policy = |page: &crate::harness::browser::Page| {
        page.answer.header("content-security-policy").unwrap_or_else(|| panic!("{}", page.text())).to_owned()
    };
    let address = browser.visit(&authorize(&application, &[])).await;
    let waiting = browser.enter_address(&address, JOHN).await;
    let consent = browser.visit(&letter(&server, JOHN, 1).await.link).await;
    // A passkey signs in and leads on in one step.
    for page in [&address, &waiting, &consent] {
        assert!(!policy(page).contains("form-action"), "{}", policy(page));
        assert!(policy(page).starts_with("default-src 'none'") && policy(page).contains("base-uri 'none'"));
    }
    let posted = browser.visit(&authorize(&application, &[("response_mode", "form_post"), ("prompt", "none")])).await;
    assert!(posted.text().contains("<form") && !policy(&posted).contains("form-action"), "{}", posted.text());
    assert!(policy(&browser.visit("/account").await).contains("form-action 'self'"));
}
