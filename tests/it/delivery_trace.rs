//! The delivery trace of a sign-in: what happened to its mail, and what was refused and why.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::ApplicationSettings;
use gatepost::domain::ids::SignInId;
use gatepost::domain::sign_in::DeliveryEvent;
use gatepost::protocol::token::GrantType;
use gatepost::store::MOST_OF_A_KIND;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::person::{
    CALLBACK, CHALLENGE, LINK_TTL, VERIFIER, account, authorize, letter, web_application, web_settings,
};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";
const SECOND: Duration = Duration::from_secs(1);

/// A code that is never right: the chance is one in a million million.
const WRONG: &str = "2222-2222";

/// What was refused of a sign-in, oldest first.
async fn refused(server: &TestServer, sign_in: SignInId) -> Vec<String> {
    let steps = server.rooms.store.delivery_trace_of(sign_in).await.unwrap();
    steps.into_iter().filter(|step| step.event == DeliveryEvent::Refused).map(|step| step.detail).collect()
}

/// How often something happened to a sign-in.
async fn count(server: &TestServer, sign_in: SignInId, event: DeliveryEvent) -> usize {
    server.rooms.store.delivery_trace_of(sign_in).await.unwrap().iter().filter(|step| step.event == event).count()
}

/// Asks for a mail through the passwordless request.
async fn ask(server: &TestServer, application: &Registered, more: Value) {
    let mut request = json!({
        "client_id": application.client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
        "username": JOHN, "state": "s",
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = Answer::of(server.request(Method::POST, "/oauth/authorize").json(&request)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The only sign-in that there is.
async fn only_sign_in(world: &World) -> SignInId {
    let ids = world.database.texts("select id from sign_ins").await;
    assert_eq!(ids.len(), 1);
    ids[0].parse().unwrap()
}

fn code_of(page: &Page) -> String {
    page.answer_parameters().get("code").unwrap_or_else(|| panic!("no code: {page:?}")).clone()
}

async fn redeem(server: &TestServer, from: &Registered, code: &str, verifier: Option<&str>) -> Answer {
    let request = server.token().with_basic(from).by_grant("authorization_code").parameter("code", code);
    let request = request.parameter("redirect_uri", CALLBACK);
    verifier.into_iter().fold(request, |request, verifier| request.parameter("code_verifier", verifier)).send().await
}

async fn type_code(server: &TestServer, from: &Registered, code: &str, verifier: &str) -> Answer {
    let request = server.token().with_basic(from).by_grant(GrantType::LoginCode.name());
    let request = request.parameter("username", JOHN).parameter("login_code", code);
    request.parameter("code_verifier", verifier).send().await
}

/// The settings of an application whose users type their codes into it.
fn terminal() -> ApplicationSettings {
    let mut settings = web_settings("Terminal");
    settings.grants.push(GrantType::LoginCode);
    settings
}

#[apply(on_both_engines)]
async fn a_browsers_sign_in_tells_what_was_mistyped_and_who_else_tried(world: World) {
    let server = world.server().await;
    let (application, other) = (web_application(&server.rooms).await, web_application(&server.rooms).await);
    let (browser, elsewhere) = (Browser::of(&server), Browser::of(&server));
    let page = browser.visit(&authorize(&application, &[])).await;
    let waiting = browser.enter_address(&page, JOHN).await;
    let (letter, sign_in) = (letter(&server, JOHN, 1).await, only_sign_in(&world).await);
    let form: PageForm = waiting.form_with("login-code-submit");
    for code in ["1", WRONG, WRONG] {
        world.clock.advance(SECOND);
        browser.submit(form.clone(), &[("code", code)]).await;
    }
    world.clock.advance(SECOND);
    elsewhere.visit(&letter.link).await;
    world.clock.advance(SECOND);
    elsewhere.submit(form.clone(), &[("code", &letter.code)]).await;
    let consent = browser.submit(form, &[("code", &letter.code)]).await;
    let allowed = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let code = code_of(&allowed);
    for (from, verifier) in
        [(&other, VERIFIER), (&application, CHALLENGE), (&application, VERIFIER), (&application, VERIFIER)]
    {
        world.clock.advance(SECOND);
        redeem(&server, from, &code, Some(verifier)).await;
    }
    world.clock.advance(SECOND);
    browser.visit(&letter.link).await;
    let expected = [
        "what was typed cannot be a code",
        "wrong code, try 1 of 5",
        "wrong code, try 2 of 5",
        "the link was opened in another browser, which was shown the code",
        "another browser than the one that began asked to go on",
        "the code was presented by another application than it was issued to",
        "the code_verifier does not belong to the code_challenge",
        "the code was used before; every token that was issued for it has been revoked",
        "a link was opened whose sign-in was completed before",
    ];
    let told = refused(&server, sign_in).await;
    assert_eq!(told, expected);
    for once in [DeliveryEvent::SignedIn, DeliveryEvent::CodeIssued, DeliveryEvent::Exchanged] {
        assert_eq!(count(&server, sign_in, once).await, 1, "{once:?}");
    }
}

#[apply(on_both_engines)]
async fn a_link_tells_why_it_or_its_code_came_to_nothing(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    ask(&server, &application, json!({})).await;
    let (link, sign_in) = (letter(&server, JOHN, 1).await.link, only_sign_in(&world).await);
    let late = code_of(&Browser::of(&server).get(&link).await);
    world.clock.advance(Duration::from_secs(60));
    redeem(&server, &application, &late, None).await.refusal(400, "invalid_grant");
    let codes = [code_of(&Browser::of(&server).get(&link).await), code_of(&Browser::of(&server).get(&link).await)];
    redeem(&server, &application, &codes[0], None).await.success();
    world.clock.advance(SECOND);
    redeem(&server, &application, &codes[1], None).await.refusal(400, "invalid_grant");
    world.clock.advance(LINK_TTL);
    Browser::of(&server).get(&link).await;
    let told = refused(&server, sign_in).await;
    assert_eq!(
        told,
        [
            "the code has expired, or was ended with the tokens of the application",
            "the sign-in was completed before, by another code or link of it, or is over",
            "a link was opened whose time was over",
        ]
    );
    assert_eq!(count(&server, sign_in, DeliveryEvent::CodeIssued).await, 3);
}

/// Repeating one step neither fills the table nor hides later steps.
#[apply(on_both_engines)]
async fn the_flight_of_one_sign_in_is_bounded(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    ask(&server, &application, json!({})).await;
    let (link, sign_in) = (letter(&server, JOHN, 1).await.link, only_sign_in(&world).await);
    let most = usize::try_from(MOST_OF_A_KIND).unwrap();
    let browser = Browser::of(&server);
    for _ in 0..most + 5 {
        browser.get(&link).await;
    }
    assert_eq!(count(&server, sign_in, DeliveryEvent::Opened).await, most);
    let page = browser.get(&link).await;
    let code = code_of(&browser.post(&page.form_with("confirm-login"), &[]).await);
    for _ in 0..most + 5 {
        redeem(&server, &application, &code, Some(VERIFIER)).await.refusal(400, "invalid_grant");
    }
    assert_eq!(refused(&server, sign_in).await.len(), most);
    redeem(&server, &application, &code, None).await.success();
    assert_eq!(count(&server, sign_in, DeliveryEvent::Exchanged).await, 1);
}

/// An application submits codes for any of its visitors: too many wrong codes end the code, and the link stays valid.
#[apply(on_both_engines)]
async fn wrong_codes_typed_into_an_application_do_not_end_the_link(world: World) {
    let server = world.server().await;
    let application = Registered::at(&server.rooms, terminal()).await;
    account(&server.rooms, JOHN).await;
    ask(&server, &application, json!({ "code_challenge": CHALLENGE, "code_challenge_method": "S256" })).await;
    let (letter, sign_in) = (letter(&server, JOHN, 1).await, only_sign_in(&world).await);
    for _ in 0..6 {
        world.clock.advance(SECOND);
        type_code(&server, &application, WRONG, VERIFIER).await.refusal(400, "invalid_grant");
    }
    world.clock.advance(SECOND);
    type_code(&server, &application, &letter.code, VERIFIER).await.refusal(400, "invalid_grant");
    let told = refused(&server, sign_in).await;
    let wrong: Vec<_> = (1..=5).map(|n| format!("wrong login code, try {n} of 5")).collect();
    assert_eq!(told[..5], wrong);
    assert_eq!(told[5..], vec!["a login code was typed, but too many wrong codes were typed"; 2]);
    let code = code_of(&Browser::of(&server).get(&letter.link).await);
    redeem(&server, &application, &code, Some(VERIFIER)).await.success();
    world.clock.advance(SECOND);
    type_code(&server, &application, &letter.code, VERIFIER).await.refusal(400, "invalid_grant");
    let last = refused(&server, sign_in).await.pop().unwrap();
    assert_eq!(last, "a login code was typed, but the sign-in was completed before");
}

/// An attacker who did not begin the sign-in has no verifier, and cannot use up its tries.
#[apply(on_both_engines)]
async fn a_stranger_without_the_verifier_costs_a_code_no_try(world: World) {
    let server = world.server().await;
    let application = Registered::at(&server.rooms, terminal()).await;
    account(&server.rooms, JOHN).await;
    ask(&server, &application, json!({ "code_challenge": CHALLENGE, "code_challenge_method": "S256" })).await;
    let (letter, sign_in) = (letter(&server, JOHN, 1).await, only_sign_in(&world).await);
    for _ in 0..10 {
        type_code(&server, &application, WRONG, CHALLENGE).await.refusal(400, "invalid_grant");
    }
    type_code(&server, &application, &letter.code, CHALLENGE).await.refusal(400, "invalid_grant");
    assert_eq!(refused(&server, sign_in).await, vec!["a login code came with the wrong code_verifier"; 11]);
    type_code(&server, &application, &letter.code, VERIFIER).await.success();
}

/// In a browser flow only the browser that began can enter the code, and five wrong codes end the sign-in.
#[apply(on_both_engines)]
async fn a_browsers_fifth_wrong_code_ends_the_sign_in_for_good(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let waiting = browser.enter_address(&page, JOHN).await;
    let (letter, sign_in) = (letter(&server, JOHN, 1).await, only_sign_in(&world).await);
    for _ in 0..5 {
        world.clock.advance(SECOND);
        browser.submit(waiting.form_with("login-code-submit"), &[("code", WRONG)]).await;
    }
    assert!(server.rooms.store.sign_in(sign_in).await.unwrap().unwrap().ended_at.is_some());
    world.clock.advance(SECOND);
    assert_eq!(browser.visit(&letter.link).await.answer.status, 400);
    let told = refused(&server, sign_in).await;
    assert_eq!(told[4], "wrong code, try 5 of 5");
    assert_eq!(told[5], "a link was opened whose sign-in was ended, or whose account is not there any more");
}
