//! The forms behind links in mails: one button each, for whoever holds the link.

use std::time::Duration;

use macro_rules_attribute::apply;
use reqwest::Method;

use super::{SETTINGS, assert_sent};
use crate::address_change::{change, undo};
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, account, letter, web_application};
use crate::harness::{Answer, World, on_both_engines};
use crate::keep_link::warned;
use crate::passkeys::JOHN;

const LINK: [&str; 1] = ["/l/{token}"];
const KEEP: [&str; 1] = ["/keep/{token}"];
const ADDRESS: [&str; 2] = ["/account/address/{token}", "/account/undo/{token}"];

/// All of them.
pub(super) const LISTS: [&[&str]; 3] = [&LINK, &KEEP, &ADDRESS];

#[apply(on_both_engines)]
async fn the_button_of_a_link_to_sign_in_is_taken_as_it_is_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    // Without `state` and PKCE the application cannot tell its own browser, so a person presses a button.
    let asked = serde_json::json!({ "response_type": "code", "client_id": application.client_id, "username": JOHN,
        "scope": "passwordless", "redirect_uri": CALLBACK });
    assert_eq!(Answer::of(server.request(Method::POST, "/oauth/authorize").json(&asked)).await.status, 200);
    let (browser, link) = (Browser::of(&server), letter(&server, JOHN, 1).await.link);
    let page = browser.visit(&link).await;
    let answer = browser.submit(page.form_with("confirm-login"), &[]).await;
    assert!(answer.answer_parameters().contains_key("code"));
    assert_sent(&[&browser], &LINK);
}

#[apply(on_both_engines)]
async fn the_button_that_keeps_an_application_is_taken_as_it_is_shown(world: World) {
    let server = world.server().await;
    let (_, link) = warned(&world, &server).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&link).await;
    let kept = browser.submit(page.form_with("keep"), &[]).await;
    assert_eq!(kept.answer.status, 200, "{}", kept.text());
    assert_sent(&[&browser], &KEEP);
}

#[apply(on_both_engines)]
async fn the_buttons_that_change_an_address_and_change_it_back_are_taken_as_they_are_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    account(&server.rooms, JOHN).await;
    let (browser, elsewhere) = (Browser::of(&server), Browser::of(&server));
    let page = browser.visit("/account").await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    world.clock.advance(Duration::from_secs(1));
    let link = change(&server, &browser, JOHN, "johnny@example.org").await;
    let undone = undo(&elsewhere, &link).await;
    assert_eq!(undone.answer.status, 200, "{}", undone.text());
    assert_sent(&[&browser, &elsewhere], &ADDRESS);
}
