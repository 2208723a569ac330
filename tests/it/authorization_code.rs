//! Redeeming an authorization code (RFC 6749 §4.1.3, §4.1.4, §5.2; RFC 7636; RFC 9700 §2.1, §4.5).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, PkcePolicy};
use gatepost::domain::audit::Actor;
use gatepost::domain::sign_in::{DeliveryEvent, LoginCode};
use gatepost::flows::applications::DEACTIVATE;
use gatepost::protocol::id_token::at_hash;
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::protocol::token::GrantType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, CALLBACK, Registered, START, VERIFIER, World, for_people, on_both_engines};

fn members(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// RFC 6749 §4.1.4, §5.1; OIDC Core §3.1.3.3.
#[apply(on_both_engines)]
async fn a_code_is_redeemed_for_tokens_of_the_person(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    let body = answer.success();
    let expected = ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"];
    assert_eq!(members(&body), expected);
    assert_eq!((&body["scope"], &body["token_type"]), (&json!("openid user"), &json!("Bearer")));
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    let access = server.verify(&answer.access_token()).await;
    assert_eq!(access.header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(access.claims["sub"], grant.user.sub);
    assert_eq!(access.claims["client_id"], grant.application.client_id);
    assert_eq!(access.claims["auth_time"], START - 30);
    assert_eq!(access.claims["acr"], "urn:gatepost:mail");
}

/// OIDC Core §2, §3.1.3.6.
#[apply(on_both_engines)]
async fn an_id_token_says_who_signed_in_when_how_and_for_whom(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.in_session().await.stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    let id_token = server.verify(answer.success()["id_token"].as_str().unwrap()).await;
    let session = grant.code.session.unwrap();
    let sid = server.rooms.store.session_sid(session, grant.code.application).await.unwrap().unwrap();
    assert_ne!(sid.as_str(), session.to_string(), "an application does not learn what the person's pages call it");
    let expected = json!({
        "iss": server.issuer(), "sub": grant.user.sub, "aud": grant.application.client_id,
        "token_use": "id",
        "iat": START, "exp": START + 600, "auth_time": START - 30, "amr": ["otp"], "nonce": "n-0S6_WzA2Mj",
        "at_hash": at_hash(SigningAlgorithm::Rs256, &answer.access_token()),
        "sid": sid, "acr": "urn:gatepost:mail",
    });
    assert_eq!(id_token.claims, expected);
    assert_eq!(id_token.header.typ.as_deref(), Some("JWT"));
}

/// OIDC Core §5.4.
#[apply(on_both_engines)]
async fn name_and_address_are_told_only_where_the_scope_says_so(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.scope("openid profile email").stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    let claims = server.verify(answer.success()["id_token"].as_str().unwrap()).await.claims;
    let email = grant.user.email.as_ref().unwrap().as_str();
    assert_eq!(
        (&claims["name"], &claims["locale"], &claims["email"], &claims["email_verified"]),
        (&json!("John Smith"), &json!("de"), &json!(email), &json!(false))
    );
}

/// OIDC Core §3.1.2.1: without `openid` it is OAuth alone.
#[apply(on_both_engines)]
async fn without_openid_there_is_no_id_token(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.scope("user").stored().await;
    let body = grant.redeem(&grant.code().await).await.success();
    assert_eq!(body["id_token"], Value::Null);
}

/// RFC 9068 §4: neither passes for the other.
#[apply(on_both_engines)]
async fn an_id_token_is_no_access_token(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let body = grant.redeem(&grant.code().await).await.success();
    let id_token = body["id_token"].as_str().unwrap();
    server.hello(id_token).await.refusal(401, "invalid_token");
    assert!(!grant.is_known(id_token).await);
    assert!(grant.is_known(body["access_token"].as_str().unwrap()).await);
}

/// RFC 6749 §4.1.2, RFC 9700 §4.5.
#[apply(on_both_engines)]
async fn a_code_that_is_used_again_is_refused_and_revokes_what_grew_from_it(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    let first = grant.redeem(&code).await;
    assert!(grant.is_known(&first.access_token()).await);
    grant.redeem(&code).await.refusal(400, "invalid_grant");
    assert!(!grant.is_known(&first.access_token()).await);
    let refresh_token = first.success()["refresh_token"].as_str().unwrap().to_owned();
    grant.refresh(&refresh_token).await.refusal(400, "invalid_grant");
    let audit = server.rooms.store.audit_of(&grant.application.client_id).await.unwrap();
    assert_eq!(audit.iter().filter(|line| line.event == "tokens.replay_detected").count(), 1);
}

/// RFC 6749 §4.1.2: after its time as well.
#[apply(on_both_engines)]
async fn a_late_replay_still_revokes_what_grew_from_the_code(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    let first = grant.redeem(&code).await;
    world.clock.advance(Duration::from_secs(300));
    server.rooms.upkeep.forget_expired().await.unwrap();
    grant.redeem(&code).await.refusal(400, "invalid_grant");
    assert!(!grant.is_known(&first.access_token()).await);
}

/// A replay counts only if the request could have redeemed the code; otherwise an attacker could end other people's
/// tokens.
#[apply(on_both_engines)]
async fn a_used_code_without_its_verifier_revokes_nothing(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    let first = grant.redeem(&code).await;
    let wrong = "x".repeat(43);
    let tries: [&[(&str, &str)]; 3] = [
        &[("redirect_uri", CALLBACK)],
        &[("redirect_uri", CALLBACK), ("code_verifier", &wrong)],
        &[("redirect_uri", "https://app.example/other"), ("code_verifier", VERIFIER)],
    ];
    for more in tries {
        grant.redeem_with(&code, more).await.refusal(400, "invalid_grant");
    }
    assert!(grant.is_known(&first.access_token()).await);
}

/// RFC 6749 §4.1.3, §10.5: bound to the client it was issued to.
#[apply(on_both_engines)]
async fn another_application_cannot_redeem_a_code_nor_spoil_it(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let other = server.grant().await;
    let code = grant.code().await;
    let told = other.redeem(&code).await.refusal(400, "invalid_grant");
    assert_eq!(told, other.redeem(&format!("gpc_{}", "0".repeat(43))).await.refusal(400, "invalid_grant"));
    let first = grant.redeem(&code).await;
    other.redeem(&code).await.refusal(400, "invalid_grant");
    assert!(grant.is_known(&first.access_token()).await);
}

/// RFC 6749 §4.1.2.
#[apply(on_both_engines)]
async fn a_code_is_good_until_its_time_is_over(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let (in_time, late) = (grant.code().await, grant.code().await);
    world.clock.advance(Duration::from_secs(59));
    grant.redeem(&in_time).await.success();
    world.clock.advance(Duration::from_secs(1));
    grant.redeem(&late).await.refusal(400, "invalid_grant");
}

/// RFC 6749 §4.1.3, §5.2.
#[apply(on_both_engines)]
async fn the_redirect_uri_must_be_the_one_of_the_request(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    for other in ["https://app.example/cb/", "https://app.example/cb?a=1", "https://evil.example/cb"] {
        let more = [("redirect_uri", other), ("code_verifier", VERIFIER)];
        grant.redeem_with(&code, &more).await.refusal(400, "invalid_grant");
    }
    grant.redeem_with(&code, &[("code_verifier", VERIFIER)]).await.refusal(400, "invalid_request");
    grant.redeem(&code).await.success();
}

/// RFC 6749 §4.1.3.
#[apply(on_both_engines)]
async fn the_redirect_uri_may_be_left_out_where_the_request_left_it_out(world: World) {
    let server = world.server().await;
    let mut grant = server.grant().await;
    grant.authorization.redirect_uri_sent = false;
    let grant = grant.stored().await;
    grant.redeem_with(&grant.code().await, &[("code_verifier", VERIFIER)]).await.success();
    grant.redeem(&grant.code().await).await.success();
}

/// RFC 7636 §4.6; RFC 9700 §2.1.1, §4.8.2 against downgrades.
#[apply(on_both_engines)]
async fn a_challenge_needs_its_verifier_and_a_verifier_its_challenge(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    let other = VERIFIER.replace('d', "e");
    for verifier in [other.as_str(), "short", &"a".repeat(129)] {
        let more = [("redirect_uri", CALLBACK), ("code_verifier", verifier)];
        grant.redeem_with(&code, &more).await.refusal(400, "invalid_grant");
    }
    grant.redeem_with(&code, &[("redirect_uri", CALLBACK)]).await.refusal(400, "invalid_grant");
    grant.redeem(&code).await.success();
    let mut plain = server.grant().await;
    plain.authorization.code_challenge = None;
    let plain = plain.stored().await;
    let code = plain.code().await;
    plain.redeem(&code).await.refusal(400, "invalid_grant");
    plain.redeem_with(&code, &[("redirect_uri", CALLBACK)]).await.success();
}

/// RFC 9700 §2.1.1.
#[apply(on_both_engines)]
async fn a_public_application_redeems_without_a_secret_but_never_without_pkce(world: World) {
    let server = world.server().await;
    for kind in [ApplicationKind::Spa, ApplicationKind::Native] {
        let grant = server.grant_to(for_people(kind)).await.stored().await;
        grant.redeem(&grant.code().await).await.success();
        let mut plain = server.grant_to(for_people(kind)).await;
        plain.authorization.code_challenge = None;
        let plain = plain.stored().await;
        let code = plain.code().await;
        plain.redeem_with(&code, &[("redirect_uri", CALLBACK)]).await.refusal(400, "invalid_grant");
    }
    let mut strict = for_people(ApplicationKind::Web);
    strict.pkce = PkcePolicy::Required;
    let mut strict = server.grant_to(strict).await;
    strict.authorization.code_challenge = None;
    let strict = strict.stored().await;
    let code = strict.code().await;
    strict.redeem_with(&code, &[("redirect_uri", CALLBACK)]).await.refusal(400, "invalid_grant");
}

/// RFC 6749 §5.2, row by row.
#[apply(on_both_engines)]
async fn every_error_of_the_rfc_has_its_case_and_spends_nothing(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    let token = |from: Registered, form: Vec<(&'static str, String)>| {
        let server = &server;
        async move {
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            server.form("/token", &from, &form).await
        }
    };
    let good = || {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.clone()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
        ]
    };
    let with = |name, value: &str| [good(), vec![(name, value.to_owned())]].concat();
    let without = |name: &str| good().into_iter().filter(|(known, _)| *known != name).collect::<Vec<_>>();
    let app = || grant.application.clone();
    token(app(), without("code")).await.refusal(400, "invalid_request");
    token(app(), without("grant_type")).await.refusal(400, "invalid_request");
    token(app(), with("code", "again")).await.refusal(400, "invalid_request");
    token(app().with_secret("gps_wrong"), good()).await.refusal(401, "invalid_client");
    token(app(), with("scope", "admin")).await.refusal(400, "invalid_scope");
    token(app(), with("resource", "https://c.example")).await.refusal(400, "invalid_target");
    let service = server.service().await;
    token(service, good()).await.refusal(400, "unauthorized_client");
    for odd in ["", "x", "gpr_0000000000000000000000000000000000000000000", "gpc_short"] {
        let odd = if odd.is_empty() { "0" } else { odd };
        let form = [vec![("code", odd.to_owned())], without("code")].concat();
        token(app(), form).await.refusal(400, "invalid_grant");
    }
    token(app(), good()).await.success();
}

/// A code is void once the account, the session or the application has ended.
#[apply(on_both_engines)]
async fn a_code_dies_with_the_account_the_session_and_the_application(world: World) {
    let server = world.server().await;
    let disabled = server.grant().await.stored().await;
    let code = disabled.code().await;
    server.rooms.people.user_disable(disabled.user.id, &Actor::CommandLine).await.unwrap();
    disabled.redeem(&code).await.refusal(400, "invalid_grant");
    let signed_out = server.grant().await.in_session().await.stored().await;
    let code = signed_out.code().await;
    let mut tx = server.rooms.store.begin().await.unwrap();
    tx.session_end(signed_out.code.session.unwrap(), server.rooms.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    signed_out.redeem(&code).await.refusal(400, "invalid_grant");
    let deactivated = server.grant().await.stored().await;
    let code = deactivated.code().await;
    deactivated.application.change(&server.rooms, DEACTIVATE).await;
    deactivated.redeem(&code).await.refusal(401, "invalid_client");
}

/// Redeem on exchange: several codes of one sign-in, and one of them counts.
#[apply(on_both_engines)]
async fn with_one_code_of_a_sign_in_its_other_codes_die(world: World) {
    let server = world.server().await;
    let mut grant = server.grant().await.stored().await;
    let sign_in = grant.sign_in(&LoginCode::from_random([1; 8])).await;
    let (one, other) = (grant.code().await, grant.code().await);
    let first = grant.redeem(&one).await;
    grant.redeem(&other).await.refusal(400, "invalid_grant");
    assert!(grant.is_known(&first.access_token()).await, "a sibling is no replay");
    let store = &server.rooms.store;
    assert!(store.sign_in(sign_in).await.unwrap().unwrap().redeemed_at.is_some());
    let flight = store.delivery_trace_of(sign_in).await.unwrap();
    assert_eq!(flight.iter().filter(|step| step.event == DeliveryEvent::Exchanged).count(), 1);
    let user = store.user(grant.user.id).await.unwrap().unwrap();
    assert!(user.email_verified_at.is_some() && user.last_sign_in_at.is_some());
}

/// RFC 8707 §2.2.
#[apply(on_both_engines)]
async fn a_token_is_for_the_resources_that_were_granted_or_some_of_them(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.resources(&["https://a.example", "https://b.example"]).stored().await;
    let all = grant.redeem(&grant.code().await).await;
    let claims = server.verify(&all.access_token()).await.claims;
    assert_eq!(claims["aud"], json!(["https://a.example", "https://b.example"]));
    let id_token = server.verify(all.success()["id_token"].as_str().unwrap()).await.claims;
    assert_eq!((&id_token["aud"], &id_token["azp"]), (&claims["client_id"], &Value::Null));
    let more = [("redirect_uri", CALLBACK), ("code_verifier", VERIFIER), ("resource", "https://b.example")];
    let one = grant.redeem_with(&grant.code().await, &more).await;
    assert_eq!(server.verify(&one.access_token()).await.claims["aud"], "https://b.example");
    let none = server.grant().await.stored().await;
    let code = none.code().await;
    none.redeem_with(&code, &more).await.refusal(400, "invalid_target");
}

/// Refresh tokens are for applications that are registered for the grant.
#[apply(on_both_engines)]
async fn without_the_grant_there_is_no_refresh_token(world: World) {
    let server = world.server().await;
    let mut settings = for_people(ApplicationKind::Web);
    settings.grants = vec![GrantType::AuthorizationCode];
    let grant = server.grant_to(settings).await.stored().await;
    assert_eq!(grant.redeem(&grant.code().await).await.success()["refresh_token"], Value::Null);
}

/// The grant for clients without a browser: five tries over everything.
#[apply(on_both_engines)]
async fn a_login_code_is_typed_once_and_guessed_at_five_times(world: World) {
    let server = world.server().await;
    let mut settings = for_people(ApplicationKind::Native);
    settings.grants.push(GrantType::LoginCode);
    let mut grant = server.grant_to(settings).await;
    grant.authorization.source = gatepost::domain::authorization::Source::Api;
    let mut grant = grant.stored().await;
    let email = grant.user.email.clone().unwrap();
    let (right, wrong) = (LoginCode::from_random([1; 8]), LoginCode::from_random([2; 8]));
    grant.sign_in(&right).await;
    for _ in 0..4 {
        grant.type_code(email.as_str(), &wrong.grouped()).await.refusal(400, "invalid_grant");
    }
    grant.type_code("nobody@example.com", &right.grouped()).await.refusal(400, "invalid_grant");
    let answer = grant.type_code(&email.as_str().to_uppercase(), &right.grouped().to_lowercase()).await;
    assert!(grant.is_known(&answer.access_token()).await);
    grant.type_code(email.as_str(), &right.grouped()).await.refusal(400, "invalid_grant");
    grant.sign_in(&right).await;
    for _ in 0..5 {
        grant.type_code(email.as_str(), &wrong.grouped()).await.refusal(400, "invalid_grant");
    }
    grant.type_code(email.as_str(), &right.grouped()).await.refusal(400, "invalid_grant");
}

/// A code that was mailed for a browser belongs to that browser.
#[apply(on_both_engines)]
async fn a_login_code_of_a_browser_cannot_be_typed_elsewhere(world: World) {
    let server = world.server().await;
    let mut settings = for_people(ApplicationKind::Native);
    settings.grants.push(GrantType::LoginCode);
    let mut grant = server.grant_to(settings).await.stored().await;
    let right = LoginCode::from_random([1; 8]);
    grant.sign_in(&right).await;
    let email = grant.user.email.clone().unwrap();
    grant.type_code(email.as_str(), &right.grouped()).await.refusal(400, "invalid_grant");
}

/// RFC 8707 §2, RFC 9700 §2.3: an API that was sent a token cannot ask here who the person is.
#[apply(on_both_engines)]
async fn userinfo_is_not_for_tokens_that_are_for_another_resource(world: World) {
    let server = world.server().await;
    let userinfo =
        async |token: String| Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(token)).await;
    let grant = server.grant().await.scope("openid").resources(&["https://a.example"]).stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    userinfo(answer.access_token()).await.refusal(401, "invalid_token");
    let refreshed = grant.refresh(answer.success()["refresh_token"].as_str().unwrap()).await;
    userinfo(refreshed.access_token()).await.refusal(401, "invalid_token");
    // The resource itself still accepts it.
    assert_eq!(server.verify(&answer.access_token()).await.claims["aud"], "https://a.example");
    let token = answer.access_token();
    let introspected = server.form("/oauth/introspect", &grant.application, &[("token", &token)]).await;
    assert_eq!(introspected.success()["active"], true);
    let grant = server.grant().await.scope("openid").stored().await;
    userinfo(grant.redeem(&grant.code().await).await.access_token()).await.success();
}

/// OIDC Core §5.3.1, §5.3.3; RFC 6750 §2.1, §2.2, §3.1.
#[apply(on_both_engines)]
async fn userinfo_answers_the_bearer_of_a_persons_token(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.scope("openid email").stored().await;
    let token = grant.redeem(&grant.code().await).await.access_token();
    let email = grant.user.email.as_ref().unwrap().as_str();
    let expected = json!({ "sub": grant.user.sub, "email": email, "email_verified": false });
    let path = "/oauth/userinfo";
    for method in [Method::GET, Method::POST] {
        let answer = Answer::of(server.request(method, path).bearer_auth(&token)).await;
        assert_eq!(answer.success(), expected);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let form = [("access_token", token.as_str())];
    assert_eq!(Answer::of(server.request(Method::POST, path).form(&form)).await.success(), expected);
    let both = server.request(Method::POST, path).bearer_auth(&token).form(&form);
    Answer::of(both).await.refusal(400, "invalid_request");
    let in_query = server.get(&format!("{path}?access_token={token}")).await;
    in_query.refusal(401, "invalid_token");
    assert!(in_query.header("www-authenticate").unwrap().starts_with("Bearer realm=\"gatepost\", DPoP algs="));
    let without = server.grant().await.scope("user").stored().await;
    let token = without.redeem(&without.code().await).await.access_token();
    let answer = Answer::of(server.request(Method::GET, path).bearer_auth(&token)).await;
    answer.refusal(403, "insufficient_scope");
    assert!(answer.header("www-authenticate").unwrap().contains("error=\"insufficient_scope\""));
    let service = server.token().with_basic(&server.service().await).scope("openid").send().await.access_token();
    Answer::of(server.request(Method::GET, path).bearer_auth(service)).await.refusal(401, "invalid_token");
}
