//! Introspection (RFC 7662) and revocation (RFC 7009).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::ApplicationKind;
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::DEACTIVATE;
use serde_json::{Value, json};

use crate::harness::{Answer, Registered, START, TestServer, World, for_people, on_both_engines};

async fn ask(server: &TestServer, asker: &Registered, token: &str) -> Value {
    server.form("/oauth/introspect", asker, &[("token", token)]).await.success()
}

async fn revoke(server: &TestServer, asker: &Registered, token: &str) -> Answer {
    server.form("/oauth/revoke", asker, &[("token", token)]).await
}

fn inactive() -> Value {
    json!({ "active": false })
}

fn refresh_token(answer: &Answer) -> String {
    answer.success()["refresh_token"].as_str().unwrap().to_owned()
}

/// RFC 7662 §2.2.
#[apply(on_both_engines)]
async fn an_application_learns_about_its_own_tokens(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    let token = answer.access_token();
    let claims = server.verify(&token).await.claims;
    let id = &grant.application.client_id;
    let expected = json!({
        "active": true, "scope": "openid user", "client_id": id, "token_type": "Bearer", "iat": START,
        "exp": START + 600, "sub": grant.user.sub, "aud": id, "iss": server.issuer(), "jti": claims["jti"],
        "auth_time": START - 30, "acr": "urn:gatepost:mail", "username": grant.user.email.as_ref().unwrap().as_str(),
    });
    assert_eq!(ask(&server, &grant.application, &token).await, expected);
    let refresh = ask(&server, &grant.application, &refresh_token(&answer)).await;
    let expected = json!({
        "active": true, "scope": "openid user", "client_id": id, "sub": grant.user.sub, "iat": START,
        "exp": START + 30 * 86_400, "auth_time": START - 30, "username": grant.user.email.as_ref().unwrap().as_str(),
    });
    assert_eq!(refresh, expected);
    let service = server.service().await;
    let token = server.token().with_basic(&service).send().await.access_token();
    assert_eq!(ask(&server, &service, &token).await["active"], true);
}

/// RFC 7662 §2.1, §4: no client can scan for other clients' tokens.
#[apply(on_both_engines)]
async fn of_others_tokens_it_learns_nothing_unless_it_may(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    let stranger = server.service().await;
    assert_eq!(ask(&server, &stranger, &answer.access_token()).await, inactive());
    assert_eq!(ask(&server, &stranger, &refresh_token(&answer)).await, inactive());
    let gateway = server.service_with(|settings| settings.scope = "openid admin introspect".parse().unwrap()).await;
    assert_eq!(ask(&server, &gateway, &answer.access_token()).await["active"], true);
    assert_eq!(ask(&server, &gateway, &refresh_token(&answer)).await, inactive());
}

/// RFC 7662 §2.1: the endpoint wants authentication.
#[apply(on_both_engines)]
async fn introspection_is_for_applications_that_authenticate_themselves(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let token = grant.redeem(&grant.code().await).await.access_token();
    let form = [("token", token.as_str())];
    let public = server.grant_to(for_people(ApplicationKind::Spa)).await;
    server.form("/oauth/introspect", &public.application, &form).await.refusal(401, "invalid_client");
    let wrong = grant.application.with_secret("gps_wrong");
    server.form("/oauth/introspect", &wrong, &form).await.refusal(401, "invalid_client");
    server.form("/oauth/introspect", &grant.application, &[]).await.refusal(400, "invalid_request");
}

/// RFC 7662 §2.2: whatever the reason, the answer is only that it is inactive.
#[apply(on_both_engines)]
async fn a_token_that_does_not_count_is_inactive_and_nothing_more(world: World) {
    let server = world.server().await;
    let gateway = server.service_with(|settings| settings.scope = "openid admin introspect".parse().unwrap()).await;
    for odd in ["x", "a.b.c", "gpr_short", &format!("gpr_{}", "0".repeat(43))] {
        assert_eq!(ask(&server, &gateway, odd).await, inactive(), "{odd}");
    }
    let disabled = server.grant().await.stored().await;
    let token = disabled.redeem(&disabled.code().await).await.access_token();
    server.rooms.people.user_disable(disabled.user.id, &Actor::CommandLine).await.unwrap();
    assert_eq!(ask(&server, &gateway, &token).await, inactive());
    let deactivated = server.grant().await.stored().await;
    let token = deactivated.redeem(&deactivated.code().await).await.access_token();
    deactivated.application.change(&server.rooms, DEACTIVATE).await;
    assert_eq!(ask(&server, &gateway, &token).await, inactive());
    let rotated = server.grant().await.stored().await;
    let answer = rotated.redeem(&rotated.code().await).await;
    rotated.refresh(&refresh_token(&answer)).await.success();
    assert_eq!(ask(&server, &rotated.application, &refresh_token(&answer)).await, inactive());
    let expired = server.token().with_basic(&gateway).send().await.access_token();
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(ask(&server, &gateway, &expired).await, inactive());
}

/// RFC 7009 §2.1: with the refresh token goes the grant.
#[apply(on_both_engines)]
async fn revoking_a_refresh_token_ends_all_that_grew_from_the_grant(world: World) {
    let server = world.server().await;
    for kind in [ApplicationKind::Web, ApplicationKind::Native] {
        let grant = server.grant_to(for_people(kind)).await.stored().await;
        let answer = grant.redeem(&grant.code().await).await;
        let done = revoke(&server, &grant.application, &refresh_token(&answer)).await;
        assert_eq!((done.status.as_u16(), done.text()), (200, "{}"));
        assert!(!grant.is_known(&answer.access_token()).await);
        grant.refresh(&refresh_token(&answer)).await.refusal(400, "invalid_grant");
        assert_eq!(revoke(&server, &grant.application, &refresh_token(&answer)).await.status, 200);
    }
}

/// RFC 7009 §2.
#[apply(on_both_engines)]
async fn revoking_an_access_token_ends_that_one_alone(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let first = grant.redeem(&grant.code().await).await;
    assert_eq!(revoke(&server, &grant.application, &first.access_token()).await.status, 200);
    assert!(!grant.is_known(&first.access_token()).await);
    assert_eq!(ask(&server, &grant.application, &first.access_token()).await, inactive());
    let second = grant.refresh(&refresh_token(&first)).await;
    assert!(grant.is_known(&second.access_token()).await);
    let service = server.service().await;
    let token = server.token().with_basic(&service).send().await.access_token();
    revoke(&server, &service, &token).await;
    assert_eq!(ask(&server, &service, &token).await, inactive());
}

/// RFC 7009 §2.1, §2.2.
#[apply(on_both_engines)]
async fn what_cannot_be_revoked_is_either_nothing_or_anothers(world: World) {
    let server = world.server().await;
    let (grant, other) = (server.grant().await.stored().await, server.service().await);
    let answer = grant.redeem(&grant.code().await).await;
    for odd in ["x", "a.b.c", &format!("gpr_{}", "0".repeat(43))] {
        let hinted = [("token", odd), ("token_type_hint", "what")];
        assert_eq!(server.form("/oauth/revoke", &other, &hinted).await.status, 200, "{odd}");
    }
    revoke(&server, &other, &answer.access_token()).await.refusal(400, "invalid_request");
    revoke(&server, &other, &refresh_token(&answer)).await.refusal(400, "invalid_request");
    assert!(grant.is_known(&answer.access_token()).await);
    server.form("/oauth/revoke", &other, &[]).await.refusal(400, "invalid_request");
    let wrong = other.with_secret("gps_wrong");
    revoke(&server, &wrong, "x").await.refusal(401, "invalid_client");
}

/// Expired entries are deleted, others stay.
#[apply(on_both_engines)]
async fn time_clears_away_what_no_rule_needs(world: World) {
    let server = world.server_with("[tokens]\nrefresh_ttl = \"1h\"").await;
    let mut grant = server.grant().await.stored().await;
    grant.sign_in(&gatepost::domain::sign_in::LoginCode::from_random([1; 8])).await;
    let answer = grant.redeem(&grant.code().await).await;
    revoke(&server, &grant.application, &answer.access_token()).await;
    grant.code().await;
    for _ in 0..3 {
        server.rooms.upkeep.forget_expired().await.unwrap();
        assert_eq!(ask(&server, &grant.application, &refresh_token(&answer)).await["active"], true);
        world.clock.advance(Duration::from_mins(15));
    }
    world.clock.advance(Duration::from_hours(24 * 8));
    server.rooms.upkeep.forget_expired().await.unwrap();
    let dump = world.database.dump().await;
    for table in [
        "authorizations",
        "authorization_codes",
        "sign_ins",
        "sign_in_events",
        "token_families",
        "refresh_tokens",
        "revoked_tokens",
        "pushed_requests",
    ] {
        assert!(dump[table].is_empty(), "{table}: {:?}", dump[table]);
    }
}
