//! Signing in where all is well: a newcomer, and somebody who has an account.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::stand_in::Reply;
use super::{JANE, audited, by_mail, connected, identities, is_signed_in, user_at, with_upstream};
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, mails_to, web_application};
use crate::harness::{World, eventually, on_both_engines};

/// OIDC Core §3.1.2.1, RFC 7636: the request there has PKCE, state and nonce; the code is redeemed with the verifier and
/// the secret.
#[apply(on_both_engines)]
async fn a_newcomer_whose_address_is_proven_there_is_signed_in_to_a_new_account(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    assert!(page.has("email") && page.text().contains("Sign in with <bdi>Corp &#60;b&#62;</bdi>"), "{}", page.text());
    let begun = corp.begin(&browser, &page).await;
    let redirect_uri = format!("{}/login/upstream/corp/callback", server.issuer());
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "gatepost"),
        ("scope", "openid email profile"),
        ("redirect_uri", &redirect_uri),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(begun.asked[name], value);
    }
    let page = corp.come_back(&browser, &begun).await;
    assert!(page.answer.status == 200 && page.text().contains(JANE), "{}", page.text());
    let (form, authorization) = corp.script(|script| script.redeemed.pop()).unwrap();
    assert_eq!((form["code"].as_str(), &form["redirect_uri"]), ("c-1", &redirect_uri));
    let verifier = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
    assert_eq!(begun.asked["code_challenge"], URL_SAFE_NO_PAD.encode(verifier));
    assert_eq!(authorization.unwrap(), format!("Basic {}", STANDARD.encode("gatepost:s3cret")));
    assert!(!form.contains_key("client_secret"));
    let jane = user_at(&server, JANE).await.unwrap();
    assert!(jane.email_verified_at.is_some() && jane.name.as_deref() == Some("Jane"));
    let told = audited(&server, &jane).await;
    assert!(told.contains(&"upstream.linked corp".to_owned()), "{told:?}");
    eventually("a mail about it", || async { mails_to(&server, JANE).await == 1 }).await;
}

/// `[[upstreams]]`: an application learns that another provider said so, and nothing more of how.
#[apply(on_both_engines)]
async fn an_application_learns_that_it_was_another_provider(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let (browser, application) = (Browser::of(&server), web_application(&server.rooms).await);
    corp.claim("auth_time", world.clock.seconds() - 30);
    let page = browser.visit(&authorize(&application, &[("scope", "openid"), ("max_age", "600")])).await;
    let begun = corp.begin(&browser, &page).await;
    assert_eq!(begun.asked["max_age"], "600");
    let page = corp.come_back(&browser, &begun).await;
    let answer = browser.submit(page.form_with("consent-allow"), &[]).await.answer_parameters();
    let redeeming = server.token().with_basic(&application).by_grant("authorization_code");
    let redeeming = redeeming.parameter("code", &answer["code"]).parameter("redirect_uri", CALLBACK);
    let tokens = redeeming.parameter("code_verifier", VERIFIER).send().await.success();
    let claims = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    assert_eq!((&claims["amr"], &claims["acr"]), (&json!(["fed"]), &json!("urn:gatepost:upstream")));
    assert_eq!(claims["auth_time"], world.clock.seconds() - 30);
}

/// `[[upstreams]]`: an account is connected by who proves it by mail in the same browser and agrees; from then on the
/// upstream is enough.
#[apply(on_both_engines)]
async fn who_has_an_account_proves_it_once_and_agrees(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let jane = account(&server.rooms, JANE).await;
    // What happens in one moment has no order in the audit log.
    world.clock.advance(Duration::from_secs(1));
    let (browser, application) = (Browser::of(&server), web_application(&server.rooms).await);
    let page = browser.visit(&authorize(&application, &[("scope", "openid")])).await;
    let begun = corp.begin(&browser, &page).await;
    let page = corp.come_back(&browser, &begun).await;
    assert!(page.text().contains("You signed in with <bdi>Corp") && page.text().contains(JANE), "{}", page.text());
    assert!(!page.has("upstream-corp") && !is_signed_in(&browser).await);
    let question = by_mail(&server, &browser, &page, JANE).await;
    assert!(question.has("upstream-connect") && question.has("upstream-later"), "{}", question.text());
    assert_eq!(identities(&server, JANE).await, 0, "nothing without consent");
    let page = browser.submit(question.form_with("upstream-connect"), &[]).await;
    assert!(page.has("consent-allow"), "the application's request goes on: {}", page.text());
    assert_eq!(identities(&server, JANE).await, 1);
    eventually("two mails", || async { mails_to(&server, JANE).await == 2 }).await;
    world.clock.advance(Duration::from_secs(1));
    let another = Browser::of(&server);
    let page = corp.sign_in(&another).await;
    assert!(page.answer.status == 200 && is_signed_in(&another).await, "{}", page.text());
    let told = audited(&server, &jane).await;
    assert_eq!(told[told.len() - 2..], ["upstream.linked corp", "upstream.signed_in corp"]);
    // The button counts once.
    let again = browser.post(&question.form_with("upstream-connect"), &[]).await;
    assert_eq!((again.answer.status.as_u16(), identities(&server, JANE).await), (404, 1));
}

/// `[[upstreams]]`: who does not agree goes on without, and the identity stays nobody's.
#[apply(on_both_engines)]
async fn who_does_not_want_to_connect_goes_on_without(world: World) {
    let (server, corp) = with_upstream(&world).await;
    account(&server.rooms, JANE).await;
    let browser = Browser::of(&server);
    let page = corp.sign_in(&browser).await;
    let question = by_mail(&server, &browser, &page, JANE).await;
    let page = browser.submit(question.form_with("upstream-later"), &[]).await;
    assert!(page.has("change-address"), "{}", page.text());
    assert_eq!(identities(&server, JANE).await, 0);
    let another = Browser::of(&server);
    corp.sign_in(&another).await;
    assert!(!is_signed_in(&another).await);
}

/// `[[upstreams]]`: an identity is known by issuer and `sub`. Its address there may change, and that of the account too.
#[apply(on_both_engines)]
async fn an_identity_is_known_by_its_subject_whatever_its_address(world: World) {
    let (server, corp) = with_upstream(&world).await;
    // A proven address without an account would make one.
    corp.claim("email_verified", false);
    connected(&server, &corp, "private@example.org").await;
    corp.claim("email_verified", true);
    corp.claim("email", "jane.new@example.com");
    let browser = Browser::of(&server);
    let page = corp.sign_in(&browser).await;
    assert!(page.text().contains("private@example.org"), "{}", page.text());
    assert!(user_at(&server, "jane.new@example.com").await.is_none());
    corp.claim("sub", "u-2");
    corp.claim("email", "private@example.org");
    let other = Browser::of(&server);
    corp.sign_in(&other).await;
    assert!(!is_signed_in(&other).await, "the same address, and somebody else");
}

/// The sign-in page: what was mistyped takes no way in away, and a sign-in anew for a page of this server gets none back.
#[apply(on_both_engines)]
async fn the_page_stays_what_it_was_after_a_mistake(world: World) {
    let (server, corp) = with_upstream(&world).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/login").await;
    let page = browser.submit(page.form_with("login-submit"), &[("email", "no address")]).await;
    assert!(page.answer.status == 400 && page.has("upstream-corp"), "{}", page.text());
    corp.sign_in(&browser).await;
    let mut page = browser.visit("/login?fresh=1&passkey=1&return_to=/account").await;
    for status in [200, 400, 400] {
        assert_eq!(page.answer.status, status);
        assert!(page.has("login-submit") && !page.has("upstream-corp"), "{}", page.text());
        assert!(page.text().contains("href=\"/account\""), "a passkey is asked for: {}", page.text());
        page = browser.submit(page.form_with("login-submit"), &[("email", "no address")]).await;
    }
}

/// OIDC Core §5.3: what the ID token leaves out is asked for at userinfo, of the same person.
#[apply(on_both_engines)]
async fn an_address_that_is_not_in_the_id_token_is_asked_for_at_userinfo(world: World) {
    let (server, corp) = with_upstream(&world).await;
    for claim in ["email", "email_verified"] {
        corp.claim(claim, Value::Null);
    }
    let userinfo = json!({ "sub": "u-1", "email": JANE, "email_verified": true });
    corp.answers("/userinfo", Reply::Json(200, userinfo));
    let browser = Browser::of(&server);
    corp.sign_in(&browser).await;
    assert!(is_signed_in(&browser).await && user_at(&server, JANE).await.is_some());
    assert_eq!(corp.script(|script| script.userinfo_asked.clone()), ["Bearer at-1"]);
    corp.answers(
        "/userinfo",
        Reply::Json(200, json!({ "sub": "u-2", "email": "b@example.com", "email_verified": true })),
    );
    let other = Browser::of(&server);
    assert_eq!(corp.sign_in(&other).await.answer.status, 400);
    assert!(!is_signed_in(&other).await && user_at(&server, "b@example.com").await.is_none());
}

/// OIDC Core §10.1.1: a key that is new there is fetched.
#[apply(on_both_engines)]
async fn an_upstream_may_have_another_key(world: World) {
    let (server, corp) = with_upstream(&world).await;
    corp.sign_in(&Browser::of(&server)).await;
    world.clock.advance(Duration::from_secs(61));
    corp.script(|script| {
        script.key = crate::harness::ClientKey::new(gatepost::protocol::jose::SigningAlgorithm::EdDsa);
        script.header = json!({ "alg": "EdDSA", "kid": script.key.kid() });
    });
    let browser = Browser::of(&server);
    let page = corp.sign_in(&browser).await;
    assert!(is_signed_in(&browser).await, "{}", page.text());
}
