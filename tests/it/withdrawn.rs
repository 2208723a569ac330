//! What was withdrawn stays withdrawn: tokens and codes of an application that was stopped, what was taken from its
//! settings while something was out, and consent.

use std::time::Duration;

use gatepost::domain::application::ClientAuthentication;
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::{ACTIVATE, DEACTIVATE, DELETE};
use gatepost::protocol::client_keys::client_keys;
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, account, authorize, letter, web_application};
use crate::harness::{Answer, ClientKey, Grant, Registered, START, TestServer, World, on_both_engines};

const JOHN: &str = "john.smith@example.com";

/// The shortest time there is.
const A_MOMENT: Duration = Duration::from_micros(1);

async fn introspected(server: &TestServer, application: &Registered, token: &str) -> Value {
    server.form("/oauth/introspect", application, &[("token", token)]).await.success()
}

fn refresh_token(answer: &Answer) -> String {
    answer.success()["refresh_token"].as_str().unwrap().to_owned()
}

/// Stops an application and lets it go on.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Deactivate,
    Delete,
}

async fn stop_and_go_on(world: &World, server: &TestServer, application: &Registered, how: Stop) {
    world.clock.advance(A_MOMENT);
    match how {
        Stop::Deactivate => {
            application.change(&server.rooms, DEACTIVATE).await;
            world.clock.advance(A_MOMENT);
            application.change(&server.rooms, ACTIVATE).await;
        }
        Stop::Delete => {
            application.change(&server.rooms, DELETE).await;
            world.clock.advance(A_MOMENT);
            let undeleted = server.rooms.life_cycle.application_undelete(&application.id(), &Actor::CommandLine).await;
            undeleted.unwrap();
        }
    }
}

/// Nothing that an application had got before it was stopped comes back with it; what it gets afterwards counts.
#[apply(on_both_engines)]
async fn what_an_application_got_before_it_was_stopped_never_comes_back(world: World) {
    let server = world.server().await;
    for how in [Stop::Deactivate, Stop::Delete] {
        let grant = server.grant().await.stored().await;
        let before = grant.redeem(&grant.code().await).await;
        let (open, own) = (grant.code().await, server.service().await);
        let own_before = server.token().with_basic(&own).send().await.access_token();
        stop_and_go_on(&world, &server, &grant.application, how).await;
        stop_and_go_on(&world, &server, &own, how).await;
        for token in [refresh_token(&before), before.access_token()] {
            assert_eq!(introspected(&server, &grant.application, &token).await, json!({ "active": false }), "{how:?}");
        }
        assert!(!grant.is_known(&before.access_token()).await, "{how:?}");
        grant.refresh(&refresh_token(&before)).await.refusal(400, "invalid_grant");
        grant.redeem(&open).await.refusal(400, "invalid_grant");
        assert_eq!(introspected(&server, &own, &own_before).await, json!({ "active": false }), "{how:?}");
        comes_after(&world, &server, grant, &own).await;
    }
}

/// What is issued a moment after a revocation, in the same second, counts; and so does what grows from it.
async fn comes_after(world: &World, server: &TestServer, mut grant: Grant<'_>, own: &Registered) {
    world.clock.advance(A_MOMENT);
    assert_eq!(world.clock.seconds(), START);
    grant.code.created_at = server.rooms.instruments.now();
    let after = grant.redeem(&grant.code().await).await;
    assert!(grant.is_known(&after.access_token()).await);
    grant.refresh(&refresh_token(&after)).await.success();
    let own_after = server.token().with_basic(own).send().await.access_token();
    assert_eq!(introspected(server, own, &own_after).await["active"], true);
}

/// An application that authenticates in another way has nothing of what it had got before, not even once it is back.
#[apply(on_both_engines)]
async fn a_change_of_authentication_ends_codes_and_refresh_tokens_too(world: World) {
    let server = world.server().await;
    let mut grant = server.grant().await.stored().await;
    let before = grant.redeem(&grant.code().await).await;
    let open = grant.code().await;
    world.clock.advance(A_MOMENT);
    let keys = client_keys(&ClientKey::new(SigningAlgorithm::Es256).jwks()).unwrap();
    let (rooms, application) = (&server.rooms, &grant.application);
    application.settle(rooms, |settings| settings.authentication = ClientAuthentication::PrivateKeyJwt(keys)).await;
    application.settle(rooms, |settings| settings.authentication = ClientAuthentication::Secret).await;
    grant.application = application.rotated(rooms).await;
    grant.refresh(&refresh_token(&before)).await.refusal(400, "invalid_grant");
    grant.redeem(&open).await.refusal(400, "invalid_grant");
}

/// An account that is enabled again finds no code of before.
#[apply(on_both_engines)]
async fn a_code_dies_with_its_account(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let open = grant.code().await;
    world.clock.advance(A_MOMENT);
    server.rooms.people.user_disable(grant.user.id, &Actor::CommandLine).await.unwrap();
    server.rooms.people.user_enable(grant.user.id, &Actor::CommandLine).await.unwrap();
    grant.redeem(&open).await.refusal(400, "invalid_grant");
}

/// A scope that is taken from an application while a code, a refresh token or an access token is out is in none of them.
#[apply(on_both_engines)]
async fn a_scope_that_was_taken_away_is_judged_again_everywhere(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.scope("openid email user").stored().await;
    let before = grant.redeem(&grant.code().await).await;
    let open = grant.code().await;
    grant
        .application
        .settle(&server.rooms, |settings| {
            settings.scope = "openid user".parse().unwrap();
        })
        .await;
    let exchanged = grant.redeem(&open).await;
    assert_eq!(exchanged.success()["scope"], "openid user");
    assert_eq!(id_claims(&server, &exchanged).await["email"], Value::Null);
    for token in [before.access_token(), refresh_token(&before)] {
        assert_eq!(introspected(&server, &grant.application, &token).await["scope"], "openid user");
    }
    let asked = server.request(Method::GET, "/oauth/userinfo").bearer_auth(before.access_token());
    assert_eq!(Answer::of(asked).await.success(), json!({ "sub": grant.user.sub }));
    let refreshed = grant.refresh(&refresh_token(&before)).await;
    assert_eq!(refreshed.success()["scope"], "openid user");
    nothing_is_left(&server, &grant, &before.access_token(), &refresh_token(&refreshed)).await;
}

async fn nothing_is_left(server: &TestServer, grant: &Grant<'_>, access_token: &str, refresh_token: &str) {
    let open = grant.code().await;
    grant
        .application
        .settle(&server.rooms, |settings| {
            settings.scope = "profile".parse().unwrap();
            settings.default_scope = settings.scope.clone();
        })
        .await;
    grant.redeem(&open).await.refusal(400, "invalid_grant");
    grant.refresh(refresh_token).await.refusal(400, "invalid_grant");
    let asked = server.request(Method::GET, "/oauth/userinfo").bearer_auth(access_token);
    assert_eq!(Answer::of(asked).await.status, 403, "without openid there is no userinfo");
}

/// The same with a redirect URI, a grant and a resource.
#[apply(on_both_engines)]
async fn a_redirect_uri_a_grant_or_a_resource_that_was_taken_away_is_judged_again(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.resources(&["https://a.example"]).stored().await;
    let first = grant.redeem(&grant.code().await).await;
    let open = grant.code().await;
    let (rooms, application) = (&server.rooms, &grant.application);
    application.settle(rooms, |settings| settings.redirect_uris = vec!["https://app.example/other".to_owned()]).await;
    let told = grant.redeem(&open).await.refusal(400, "invalid_grant");
    assert!(told.contains("redirect_uri"), "{told}");
    application.settle(rooms, |settings| settings.redirect_uris = vec![CALLBACK.to_owned()]).await;
    assert_eq!(introspected(&server, application, &first.access_token()).await["active"], true);
    application.settle(rooms, |settings| settings.audiences = vec!["https://b.example".parse().unwrap()]).await;
    assert_eq!(introspected(&server, application, &first.access_token()).await["active"], false);
    assert_eq!(introspected(&server, application, &refresh_token(&first)).await["active"], true);
    application.settle(rooms, |settings| settings.grants = vec![GrantType::AuthorizationCode]).await;
    assert_eq!(introspected(&server, application, &refresh_token(&first)).await["active"], false);
    grant.refresh(&refresh_token(&first)).await.refusal(400, "unauthorized_client");
    application.settle(rooms, |settings| settings.grants = vec![GrantType::RefreshToken]).await;
    application.settle(rooms, |settings| settings.audiences = vec!["https://a.example".parse().unwrap()]).await;
    grant.refresh(&refresh_token(&first)).await.refusal(400, "invalid_grant");
    for token in [first.access_token(), refresh_token(&first)] {
        assert_eq!(introspected(&server, application, &token).await["active"], false, "nobody lets it in any more");
    }
    let own = server.service().await;
    let token = server.token().with_basic(&own).send().await.access_token();
    own.settle(rooms, |settings| settings.grants = Vec::new()).await;
    assert_eq!(introspected(&server, &own, &token).await["active"], false);
}

async fn id_claims(server: &TestServer, answer: &Answer) -> Value {
    server.verify(answer.success()["id_token"].as_str().unwrap()).await.claims
}

/// A request with less scope for once gets an ID token with no more than that.
#[apply(on_both_engines)]
async fn an_id_token_says_nothing_that_was_left_out_of_the_scope(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.scope("openid profile email").stored().await;
    let first = grant.redeem(&grant.code().await).await;
    assert!(id_claims(&server, &first).await["email"].is_string());
    let narrow = grant.refresh_with(&refresh_token(&first), &[("scope", "openid")]).await;
    let told = id_claims(&server, &narrow).await;
    assert_eq!((&told["email"], &told["name"]), (&Value::Null, &Value::Null));
    let without = grant.refresh_with(&refresh_token(&narrow), &[("scope", "email")]).await;
    assert_eq!(without.success()["id_token"], Value::Null, "an ID token is for those who ask for openid");
    assert!(id_claims(&server, &grant.refresh(&refresh_token(&without)).await).await["email"].is_string());
}

async fn consent_page(server: &TestServer, browser: &Browser, application: &Registered, scope: &str) -> Page {
    let page = browser.visit(&authorize(application, &[("scope", scope)])).await;
    let consent = browser.sign_in(server, &page, JOHN, 1).await;
    assert!(consent.has("consent-allow"), "{}", consent.text());
    consent
}

/// What is agreed to is what was shown, and never more than the application may still ask for.
#[apply(on_both_engines)]
async fn an_open_consent_page_is_judged_again_when_it_is_answered(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let shown = consent_page(&server, &browser, &application, "openid email user").await;
    application
        .settle(&server.rooms, |settings| {
            settings.scope = "openid user".parse().unwrap();
            settings.default_scope = settings.scope.clone();
        })
        .await;
    let again = browser.submit(shown.form_with("consent-allow"), &[("decision", "allow")]).await;
    assert!(again.has("consent-allow"), "it is shown anew: {}", again.text());
    let answer = browser.submit(again.form_with("consent-allow"), &[("decision", "allow")]).await;
    assert!(answer.answer_parameters().contains_key("code"));
    assert_eq!(world.database.texts("select scope from consents").await, ["openid user"]);
    assert_eq!(world.database.texts("select scope from authorization_codes").await, ["openid user"]);
}

#[apply(on_both_engines)]
async fn an_open_consent_page_ends_with_what_the_application_may_ask_for(world: World) {
    let server = world.server().await;
    account(&server.rooms, JOHN).await;
    let (browser, application) = (Browser::of(&server), web_application(&server.rooms).await);
    let shown = consent_page(&server, &browser, &application, "openid user").await;
    let form = || shown.form_with("consent-allow");
    application
        .settle(&server.rooms, |settings| settings.redirect_uris = vec!["https://app.example/x".to_owned()])
        .await;
    let refused = browser.submit(form(), &[("decision", "allow")]).await;
    assert_eq!((refused.answer.status.as_u16(), refused.redirect()), (400, None), "{}", refused.text());
    application
        .settle(&server.rooms, |settings| {
            settings.redirect_uris = vec![CALLBACK.to_owned()];
            settings.grants = vec![GrantType::RefreshToken, GrantType::LoginCode];
        })
        .await;
    let refused = browser.submit(form(), &[("decision", "allow")]).await.answer_parameters();
    assert_eq!(refused["error"], "unauthorized_client");
    assert!(world.database.texts("select scope from consents").await.is_empty());
    assert!(world.database.texts("select scope from authorization_codes").await.is_empty());
}

/// With consent alone an application gets in without asking, so it is listed and can be withdrawn.
#[apply(on_both_engines)]
async fn consent_without_tokens_is_listed_and_withdrawn_on_the_account_page(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let consent = consent_page(&server, &browser, &application, "openid email").await;
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    world.clock.advance(Duration::from_secs(70));
    let page = browser.visit("/account").await;
    let form = page.form_to(&format!("/account/applications/{}/end", application.client_id));
    let page = browser.submit(form, &[]).await;
    assert!(!page.text().contains(&application.client_id), "{}", page.text());
    assert!(browser.visit(&authorize(&application, &[])).await.has("consent-allow"), "it has to ask again");
}

async fn mailed(server: &TestServer, application: &Registered, scope: &str, count: usize) -> String {
    let request = json!({
        "client_id": application.client_id, "redirect_uri": CALLBACK, "response_type": "code", "state": "s",
        "scope": scope, "username": JOHN,
    });
    assert_eq!(Answer::of(server.request(Method::POST, "/oauth/authorize").json(&request)).await.status, 200);
    letter(server, JOHN, count).await.link
}

/// A mail that was sent before the person withdrew access leads nowhere, whether it was for a developer's application,
/// which needs consent, or for one of the operator, which needs none.
#[apply(on_both_engines)]
async fn an_older_mail_does_not_bring_withdrawn_access_back(world: World) {
    let server = world.server().await;
    account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let (operators, developers) = (web_application(&server.rooms).await, web_application(&server.rooms).await);
    let consent = consent_page(&server, &browser, &developers, "openid email").await;
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    developers.settle(&server.rooms, |settings| settings.owner = Some("dev@example.com".to_owned())).await;
    let first = mailed(&server, &developers, "openid email", 2).await;
    let second = mailed(&server, &operators, "openid email", 3).await;
    let open = Browser::of(&server).get(&second).await.answer_parameters()["code"].clone();
    world.clock.advance(A_MOMENT);
    for application in [&operators, &developers] {
        let page = browser.visit("/account").await;
        let mut form = page.form_with("sign-out");
        form.action = format!("/account/applications/{}/end", application.client_id);
        assert_eq!(browser.post(&form, &[]).await.answer.status, 303);
    }
    for link in [first, second] {
        let page = Browser::of(&server).visit(&link).await;
        assert_eq!(page.redirect(), None, "{}", page.text());
    }
    let form = [("grant_type", "authorization_code"), ("code", open.as_str()), ("redirect_uri", CALLBACK)];
    server.form("/token", &operators, &form).await.refusal(400, "invalid_grant");
    assert!(world.database.texts("select scope from consents").await.is_empty());
}
