//! What a person sees who may not use an application.

use macro_rules_attribute::apply;

use super::{make, name, put_in, take_out};
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, account, authorize, letter, web_settings};
use crate::harness::{Registered, World, eventually, on_both_engines};
use gatepost::domain::application::{AccessPolicy, ApplicationSettings};

const ANN: &str = "ann@example.com";

fn limited(owner: Option<&str>) -> ApplicationSettings {
    ApplicationSettings {
        access: AccessPolicy::Groups,
        allowed_groups: vec![name("staff")],
        owner: owner.map(str::to_owned),
        ..web_settings("Shop <b>")
    }
}

/// Access: the page says so and whom to ask, instead of asking for consent; the application is told `access_denied`.
#[apply(on_both_engines)]
async fn who_may_not_use_it_is_told_so_and_whom_to_ask(world: World) {
    let server = world.server().await;
    make(&server.rooms, "staff").await;
    let ann = account(&server.rooms, ANN).await;
    let shop = Registered::at(&server.rooms, limited(Some("owner@example.com"))).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&shop, &[])).await;
    let page = browser.sign_in(&server, &page, ANN, 1).await;
    assert!(page.has("no-access") && !page.has("consent-allow"), "{}", page.text());
    assert!(page.text().contains("owner@example.com") && page.text().contains(ANN), "{}", page.text());
    assert!(!page.text().contains("<b>"), "{}", page.text());
    let answer = browser.submit(page.form_with("no-access-back"), &[]).await.answer_parameters();
    assert_eq!((answer["error"].as_str(), answer["state"].as_str()), ("access_denied", "s-1"));
    assert!(!answer.contains_key("code"));

    let silent = browser.visit(&authorize(&shop, &[("prompt", "none")])).await.answer_parameters();
    assert_eq!(silent["error"], "access_denied");

    // The page that is still open leads on once they are let in.
    let page = browser.visit(&authorize(&shop, &[])).await;
    assert!(page.has("no-access"), "{}", page.text());
    put_in(&server.rooms, "staff", &ann).await;
    let form = page.form_with("no-access-back");
    let flow =
        form.fields.iter().find(|(name, _)| name == "flow").map(|(_, id)| format!("/no-access?flow={id}")).unwrap();
    eventually("the page leads on", || async { browser.visit(&flow).await.has("consent-allow") }).await;
}

/// Access: an application without an owner is the operator's.
#[apply(on_both_engines)]
async fn without_an_owner_the_operator_is_to_be_asked(world: World) {
    let server = world.server().await;
    account(&server.rooms, ANN).await;
    make(&server.rooms, "staff").await;
    let shop = Registered::at(&server.rooms, ApplicationSettings { first_party: true, ..limited(None) }).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&shop, &[])).await;
    let page = browser.sign_in(&server, &page, ANN, 1).await;
    assert!(page.has("no-access") && page.text().contains("run this server"), "{}", page.text());
}

/// Access: consent that was given on an open page does not let in a person who was taken out meanwhile.
#[apply(on_both_engines)]
async fn the_answer_to_a_page_that_was_open_before_is_judged_anew(world: World) {
    let server = world.server().await;
    make(&server.rooms, "staff").await;
    let ann = account(&server.rooms, ANN).await;
    put_in(&server.rooms, "staff", &ann).await;
    let shop = Registered::at(&server.rooms, limited(None)).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&shop, &[])).await;
    let page = browser.sign_in(&server, &page, ANN, 1).await;
    let consent = page.form_with("consent-allow");
    take_out(&server.rooms, "staff", &ann).await;
    let page = browser.submit(consent, &[]).await;
    assert!(page.has("no-access"), "{}", page.text());
    assert_eq!(world.database.texts("select scope from consents").await, Vec::<String>::new());
}

/// Access: the link of a mail that the application asked for shows the page, and the way back carries the refusal.
#[apply(on_both_engines)]
async fn the_link_of_a_passwordless_request_shows_the_page_too(world: World) {
    let server = world.server().await;
    account(&server.rooms, ANN).await;
    make(&server.rooms, "staff").await;
    let shop = Registered::at(&server.rooms, limited(Some("owner@example.com"))).await;
    let body = serde_json::json!({
        "client_id": shop.client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
        "username": ANN, "state": "s-1", "code_challenge": crate::harness::person::CHALLENGE,
        "code_challenge_method": "S256",
    });
    let asked = crate::harness::Answer::of(server.request(reqwest::Method::POST, "/oauth/authorize").json(&body)).await;
    assert_eq!(asked.status, 200, "the application learns nothing by asking");
    let page = Browser::of(&server).visit(&letter(&server, ANN, 1).await.link).await;
    assert!(page.has("no-access-back") && page.text().contains("owner@example.com"), "{}", page.text());
    assert!(page.text().contains("error=access_denied") && !page.text().contains("code=gp"), "{}", page.text());
}
