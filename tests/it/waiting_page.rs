//! The page that waits for the mail: its frame notices what happens elsewhere, and what is typed around it stays.

use std::time::Duration;

use macro_rules_attribute::apply;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{authorize, letter, web_application};
use crate::harness::{World, on_both_engines};

const JOHN: &str = "john@example.com";

/// Where the frame of a waiting page is.
fn frame(waiting: &Page) -> String {
    let (_, rest) = waiting.text().split_once("id=\"waiting\" src=\"").unwrap_or_else(|| panic!("{}", waiting.text()));
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

/// Where a frame leads on to.
fn onward(frame: &Page) -> String {
    let (_, rest) = frame.text().split_once("id=\"go-on\" href=\"").unwrap_or_else(|| panic!("{}", frame.text()));
    assert!(rest.contains("target=\"_top\""), "{rest}");
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

fn looks_again(frame: &Page) -> bool {
    frame.answer.header("refresh").is_some()
}

#[apply(on_both_engines)]
async fn the_frame_leads_on_when_the_link_was_opened_in_another_tab(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let waiting = browser.enter_address(&browser.visit(&authorize(&application, &[])).await, JOHN).await;
    let policy = waiting.answer.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    assert!(!looks_again(&waiting), "what is typed would be lost");
    let before = browser.get(&frame(&waiting)).await;
    assert!(looks_again(&before) && !before.has("go-on"), "{}", before.text());
    assert_eq!(before.answer.header("x-frame-options"), Some("SAMEORIGIN"));
    assert!(before.answer.header("content-security-policy").unwrap().contains("frame-ancestors 'self'"));
    browser.visit(&letter(&server, JOHN, 1).await.link).await;
    let after = browser.get(&frame(&waiting)).await;
    assert!(!looks_again(&after) && after.text().contains("/static/go_on.js"), "{}", after.text());
    assert!(browser.visit(&onward(&after)).await.has("consent-allow"));
}

/// The tab that waits must not tell a person who is through that the sign-in has ended.
#[apply(on_both_engines)]
async fn the_frame_leads_nowhere_once_the_application_has_its_answer(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let waiting = browser.enter_address(&browser.visit(&authorize(&application, &[])).await, JOHN).await;
    let consent = browser.visit(&letter(&server, JOHN, 1).await.link).await;
    browser.post(&consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let after = browser.get(&frame(&waiting)).await;
    assert!(after.text().contains("You are signed in.") && !after.has("go-on"), "{}", after.text());
    assert!(!looks_again(&after) && !after.text().contains("<script"), "{}", after.text());
}

#[apply(on_both_engines)]
async fn the_frame_leads_on_when_the_code_was_typed_in_another_tab(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    let waiting = browser.enter_address(&browser.visit("/login?return_to=/account").await, JOHN).await;
    let code = letter(&server, JOHN, 1).await.code;
    browser.post(&waiting.form_with("login-code-submit"), &[("code", &code)]).await;
    let after = browser.get(&frame(&waiting)).await;
    assert!(browser.visit(&onward(&after)).await.has("sign-out"), "{}", after.text());
    // A person who has signed out since does not go on.
    let account = browser.visit("/account").await;
    browser.post(&account.form_with("sign-out"), &[]).await;
    let over = browser.get(&frame(&waiting)).await;
    assert!(!looks_again(&over) && browser.visit(&onward(&over)).await.has("login-submit"), "{}", over.text());
}

#[apply(on_both_engines)]
async fn the_frame_says_when_another_browser_has_the_code_and_when_it_is_too_late(world: World) {
    let server = world.server().await;
    let (asking, other) = (Browser::of(&server), Browser::of(&server));
    let waiting = asking.enter_address(&asking.visit("/login").await, JOHN).await;
    other.visit(&letter(&server, JOHN, 1).await.link).await;
    let told = asking.get(&frame(&waiting)).await;
    assert!(told.text().contains("opened in another browser") && looks_again(&told), "{}", told.text());
    // Other browsers do not see it.
    assert_eq!(other.get(&frame(&waiting)).await.answer.status, 400);
    world.clock.advance(Duration::from_hours(24));
    let over = asking.get(&frame(&waiting)).await;
    assert!(!looks_again(&over) && onward(&over).starts_with("/login"), "{}", over.text());
}
