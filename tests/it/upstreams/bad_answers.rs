//! Answers that sign nobody in.

use std::time::Duration;

use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::stand_in::{Begun, Reply, StandIn};
use super::{JANE, UNLIMITED, is_signed_in, user_at, with_upstream};
use crate::harness::browser::{Browser, Page};
use crate::harness::{ClientKey, TestServer, World, on_both_engines};

/// What came of it when the upstream was changed like this.
async fn tried(server: &TestServer, corp: &StandIn, change: impl FnOnce(&Begun)) -> (Browser, Page) {
    let browser = Browser::of(server);
    let page = browser.visit("/login").await;
    let begun = corp.begin(&browser, &page).await;
    change(&begun);
    let page = corp.come_back(&browser, &begun).await;
    (browser, page)
}

/// Nobody is signed in, nothing is made, and the page offers mail.
async fn assert_refused(server: &TestServer, (browser, page): &(Browser, Page), status: u16, what: &str) {
    assert_eq!(page.answer.status, status, "{what}: {}", page.text());
    assert!(page.has("email") && page.has("login-submit"), "{what}: {}", page.text());
    assert!(!is_signed_in(browser).await && user_at(server, JANE).await.is_none(), "{what}");
}

/// OIDC Core §3.1.3.7: every claim of the ID token, and its signature.
#[apply(on_both_engines)]
async fn an_id_token_that_is_not_right_signs_nobody_in(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let now = world.clock.seconds();
    for (claim, bad) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("aud", json!(["gatepost", "other"])),
        ("azp", json!("other")),
        ("exp", json!(now - 61)),
        ("iat", json!(now + 61)),
        ("nonce", json!("other")),
        ("nonce", Value::Null),
        ("sub", Value::Null),
    ] {
        let good = corp.script(|script| script.claims.clone());
        let outcome = tried(&server, &corp, |_| corp.claim(claim, bad.clone())).await;
        assert_refused(&server, &outcome, 400, &format!("{claim}: {bad}")).await;
        corp.script(|script| script.claims = good);
    }
    let header = corp.script(|script| script.header.clone());
    for bad in [json!({ "alg": "none" }), json!({ "alg": "HS256", "kid": header["kid"] })] {
        let outcome = tried(&server, &corp, |_| corp.script(|script| script.header = bad.clone())).await;
        assert_refused(&server, &outcome, 400, &bad.to_string()).await;
    }
    corp.script(|script| script.header = header);
    let keys = corp.script(|script| json!({ "keys": [script.key.jwk()] }));
    corp.answers("/keys", Reply::Json(200, keys));
    corp.script(|script| script.key = ClientKey::new(gatepost::protocol::jose::SigningAlgorithm::Es256));
    assert_refused(&server, &tried(&server, &corp, |_| {}).await, 400, "another key under the same kid").await;
}

/// OIDC Core §3.1.3.4: errors of the token endpoint, and answers that are none. Redirects are not followed.
#[apply(on_both_engines)]
async fn a_token_endpoint_that_fails_signs_nobody_in(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let good = corp.script(|script| script.claims.clone());
    for (reply, status) in [
        (Reply::Json(400, json!({ "error": "invalid_grant" })), 400),
        (Reply::Json(200, json!({ "access_token": "x" })), 400),
        (Reply::Json(500, json!({})), 503),
        (Reply::Text("<html>".to_owned()), 400),
        (Reply::Text(format!("{{\"id_token\": \"{}\"}}", "a".repeat(70_000))), 503),
        (Reply::Redirect(format!("{}/elsewhere", corp.issuer())), 400),
    ] {
        corp.answers("/token", reply.clone());
        assert_refused(&server, &tried(&server, &corp, |_| {}).await, status, &format!("{reply:.80?}")).await;
    }
    corp.script(|script| script.claims = good);
}

/// OIDC Core §3.1.2.6, RFC 9207 §2.4: errors and answers of another issuer. What cannot be a sign-in is told in plain words.
#[apply(on_both_engines)]
async fn an_error_or_an_answer_of_another_issuer_signs_nobody_in(world: World) {
    let (server, corp) = with_upstream(&world).await;
    for (parameters, status, told) in [
        (&[("error", "access_denied")][..], 400, "was cancelled"),
        (&[("error", "server_error")], 503, "does not answer"),
        (&[("error", "invalid_scope"), ("error_description", "<b>")], 400, "could not be accepted"),
        (&[("code", "c"), ("iss", "https://evil.example")], 400, "could not be accepted"),
        (&[("code", "c"), ("error", "access_denied")], 400, "was cancelled"),
        (&[], 400, "could not be accepted"),
    ] {
        let browser = Browser::of(&server);
        let page = browser.visit("/login").await;
        let begun = corp.begin(&browser, &page).await;
        let state = [("state", begun.asked["state"].as_str())];
        let all: Vec<_> = parameters.iter().copied().chain(state).collect();
        let page = browser.visit(&corp.callback(&all)).await;
        assert!(page.text().contains(told), "{parameters:?}: {}", page.text());
        assert_refused(&server, &(browser, page), status, told).await;
    }
    assert!(corp.script(|script| script.redeemed.is_empty()), "no code was redeemed");
}

/// RFC 9207 §2.4: where the provider says that it always names itself, an answer that does not is not its own.
#[apply(on_both_engines)]
async fn an_upstream_that_names_itself_does_so_always(world: World) {
    let (server, corp) = with_upstream(&world).await;
    corp.publishes("authorization_response_iss_parameter_supported", true);
    assert_refused(&server, &tried(&server, &corp, |_| {}).await, 400, "without iss").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let begun = corp.begin(&browser, &page).await;
    let answer = [("code", "c"), ("state", begun.asked["state"].as_str()), ("iss", &corp.issuer())];
    browser.visit(&corp.callback(&answer)).await;
    assert!(is_signed_in(&browser).await);
}

/// RFC 9700 §4.7, §2.1: an answer counts in the browser that began, once, in time.
#[apply(on_both_engines)]
async fn an_answer_counts_once_in_its_own_browser_and_in_time(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let (victim, attacker) = (Browser::of(&server), Browser::of(&server));
    let page = attacker.visit("/login").await;
    let begun = corp.begin(&attacker, &page).await;
    victim.visit("/login").await;
    let page = corp.come_back(&victim, &begun).await;
    assert!(page.text().contains("another browser"), "{}", page.text());
    assert_refused(&server, &(victim, page), 400, "another browser").await;
    let nobody = Browser::of(&server);
    let page = corp.come_back(&nobody, &begun).await;
    assert_refused(&server, &(nobody, page), 400, "without a cookie").await;
    assert!(corp.script(|script| script.redeemed.is_empty()), "no code was redeemed");
    corp.come_back(&attacker, &begun).await;
    assert!(is_signed_in(&attacker).await, "who began is not disturbed");
    let page = corp.come_back(&attacker, &begun).await;
    assert_eq!((page.answer.status.as_u16(), page.has("login-submit")), (400, true), "the second time");
    assert_eq!(corp.script(|script| script.redeemed.len()), 1);
    corp.claim("email", "late@example.com");
    corp.claim("sub", "u-9");
    let late = tried(&server, &corp, |_| world.clock.advance(Duration::from_mins(15))).await;
    assert_eq!(late.1.answer.status, 400);
    assert!(!is_signed_in(&late.0).await && user_at(&server, "late@example.com").await.is_none());
}

/// RFC 9700 §2.1: an answer that was spent for nothing is spent.
#[apply(on_both_engines)]
async fn a_sign_in_that_failed_is_begun_again(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let begun = corp.begin(&browser, &page).await;
    corp.answers("/token", Reply::Json(500, json!({})));
    assert_eq!(corp.come_back(&browser, &begun).await.answer.status, 503);
    corp.script(|script| script.answers.remove("/token"));
    let page = corp.come_back(&browser, &begun).await;
    assert!(page.text().contains("Begin again"), "{}", page.text());
    assert!(!is_signed_in(&browser).await);
}

/// RFC 9700 §4.4: the answer of one upstream is not taken for that of another, whoever sends it where.
#[apply(on_both_engines)]
async fn upstreams_are_not_mixed_up(world: World) {
    let (corp, evil) = (StandIn::start("corp", &world).await, StandIn::start("evil", &world).await);
    let server = world.server_with(&format!("{UNLIMITED}{}{}", corp.declared(""), evil.declared(""))).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let (begun, at_evil) = (corp.begin(&browser, &page).await, evil.begin(&browser, &page).await);
    assert_ne!(begun.asked["redirect_uri"], at_evil.asked["redirect_uri"]);
    // The code of one, brought to the address of the other.
    let page = evil.come_back(&browser, &begun).await;
    assert_refused(&server, &(browser, page), 400, "the state of corp at evil").await;
    assert!(evil.script(|script| script.redeemed.is_empty()), "the code is not given to evil");
    // Evil forwards what corp answered as its own: the token is corp's.
    let claims = corp.script(|script| script.claims.clone());
    let outcome = tried(&server, &evil, |begun| {
        evil.script(|script| script.claims = claims.clone());
        evil.claim("nonce", begun.asked["nonce"].as_str());
    })
    .await;
    assert_refused(&server, &outcome, 400, "an ID token of corp from evil").await;
}
