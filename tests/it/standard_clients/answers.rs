//! What an application is answered, and the way the answer goes.

use macro_rules_attribute::apply;
use std::collections::BTreeMap;

use gatepost::protocol::authorize::LONGEST_STATE;

use super::{JOHN, UNLIMITED, is_page};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, VERIFIER, authorize, web_application};
use crate::harness::{World, on_both_engines};

/// The answer in the fragment of the address that a browser is sent to.
fn in_fragment(page: &Page) -> BTreeMap<String, String> {
    let address = page.redirect().unwrap_or_else(|| panic!("no redirect: {}", page.text()));
    let (uri, fragment) = address.split_once('#').unwrap_or_else(|| panic!("no fragment in {address}"));
    assert_eq!(uri, CALLBACK);
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

/// OAuth 2.0 Multiple Response Types §2.1.
#[apply(on_both_engines)]
async fn a_code_comes_in_the_fragment_where_that_was_asked_for(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("response_mode", "fragment")])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let answer = in_fragment(&browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await);
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s-1", server.issuer()));
    let token = server.token().with_basic(&application).by_grant("authorization_code");
    let token = token.parameter("code", &answer["code"]).parameter("redirect_uri", CALLBACK);
    token.parameter("code_verifier", VERIFIER).send().await.success();
}

/// A refusal goes the way that was asked for, whatever it is about.
#[apply(on_both_engines)]
async fn every_answer_keeps_the_mode_that_was_asked_for(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    for (more, error) in [
        (("request", "ey.J.x"), "request_not_supported"),
        (("registration", "{}"), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("prompt", "none"), "login_required"),
        (("prompt", "what"), "invalid_request"),
        (("id_token_hint", "ey.J.x"), "invalid_request"),
        (("resource", "https://other.example"), "invalid_target"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let asked = |mode| authorize(&application, &[more, ("response_mode", mode)]);
        let redirected = Browser::of(&server).visit(&asked("fragment")).await;
        let answer = in_fragment(&redirected);
        assert_eq!((answer["error"].as_str(), answer["state"].as_str()), (error, "s-1"), "{more:?}");
        let posted = Browser::of(&server).visit(&asked("form_post")).await.form_with("form-post-submit");
        assert!(posted.fields.contains(&("error".to_owned(), error.to_owned())), "{more:?}: {posted:?}");
        assert_eq!(posted.action, CALLBACK);
    }
    // Refused later, on a page.
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("response_mode", "fragment")])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let denied = browser.submit(consent.form_with("consent-deny"), &[("decision", "deny")]).await;
    assert_eq!(in_fragment(&denied)["error"], "access_denied");
}

/// OIDC Core §3.1.2.1, RFC 6749 §3.1.2.3.
#[apply(on_both_engines)]
async fn the_only_redirect_uri_stands_in_for_a_missing_one_unless_the_request_is_openid(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let without = |scope| authorize(&application, &[("redirect_uri", ""), ("scope", scope), ("prompt", "none")]);
    for openid in ["openid", "profile openid"] {
        let page = Browser::of(&server).visit(&without(openid)).await;
        assert!(is_page(&page, 400) && page.text().contains("redirect_uri"), "{}", page.text());
    }
    for plain in ["", "user"] {
        let page = Browser::of(&server).visit(&without(plain)).await;
        assert_eq!(page.answer_parameters()["error"], "login_required", "{plain}");
    }
    let form = [("response_type", "code"), ("scope", "openid")];
    server.form("/oauth/par", &application, &form).await.refusal(400, "invalid_request");
}

/// What an application keeps in `state` and `nonce` comes back; what is too long goes nowhere.
#[apply(on_both_engines)]
async fn state_and_nonce_may_be_long_and_what_is_too_long_is_not_echoed(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let long = format!("{}/+ ü", "s".repeat(LONGEST_STATE - 5));
    let ask = |name: &'static str, value: String, mode: &'static str| {
        authorize(&application, &[(name, &value), ("prompt", "none"), ("response_mode", mode)])
    };
    let page = Browser::of(&server).visit(&ask("state", long.clone(), "query")).await;
    assert_eq!(page.answer_parameters()["state"], long);
    for mode in ["query", "fragment", "form_post"] {
        let page = Browser::of(&server).visit(&ask("state", format!("{long}x"), mode)).await;
        assert!(is_page(&page, 400) && page.text().contains("8192"), "{mode}: {}", page.text());
        assert!(!page.text().contains("ssssssss"), "{mode}");
    }
    let pushed = [("response_type", "code"), ("redirect_uri", CALLBACK), ("state", long.as_str())];
    assert_eq!(server.form("/oauth/par", &application, &pushed).await.status, 201);
    let longer = format!("{long}x");
    let pushed = [("response_type", "code"), ("redirect_uri", CALLBACK), ("state", longer.as_str())];
    let told = server.form("/oauth/par", &application, &pushed).await.refusal(400, "invalid_request");
    assert!(told.contains("8192") && !told.contains("ssssssss"), "{told}");
    let page = Browser::of(&server).visit(&ask("nonce", long.clone(), "query")).await;
    assert_eq!(page.answer_parameters()["error"], "login_required");
    let page = Browser::of(&server).visit(&ask("nonce", format!("{long}x"), "query")).await;
    assert_eq!(page.answer_parameters()["error"], "invalid_request");
    assert!(page.redirect().unwrap().len() < 500);
}

/// The nonce comes back in the ID token however long it is.
#[apply(on_both_engines)]
async fn a_long_nonce_reaches_the_id_token(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let nonce = "n".repeat(LONGEST_STATE);
    let page = browser.visit(&authorize(&application, &[("scope", "openid"), ("nonce", &nonce)])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let answer = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let token = server.token().with_basic(&application).by_grant("authorization_code");
    let token = token.parameter("code", &answer.answer_parameters()["code"]).parameter("redirect_uri", CALLBACK);
    let tokens = token.parameter("code_verifier", VERIFIER).send().await.success();
    assert_eq!(server.verify(tokens["id_token"].as_str().unwrap()).await.claims["nonce"], nonce);
}
