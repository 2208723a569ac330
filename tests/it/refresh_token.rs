//! Refreshing (RFC 6749 §6; RFC 9700 §4.14; OIDC Core §12).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::ApplicationKind;
use gatepost::domain::audit::Actor;
use gatepost::domain::token_family::EndReason;
use serde_json::{Value, json};

use crate::harness::{Answer, Grant, World, for_people, on_both_engines};

async fn begun(grant: &Grant<'_>) -> Answer {
    grant.redeem(&grant.code().await).await
}

fn refresh_token(answer: &Answer) -> String {
    answer.success()["refresh_token"].as_str().unwrap().to_owned()
}

/// RFC 6749 §6; RFC 9700 §4.14.2: rotation, for confidential applications too.
#[apply(on_both_engines)]
async fn a_refresh_token_leads_to_new_tokens_and_a_new_refresh_token(world: World) {
    let server = world.server().await;
    for kind in [ApplicationKind::Web, ApplicationKind::Spa] {
        let grant = server.grant_to(for_people(kind)).await.stored().await;
        let first = begun(&grant).await;
        let second = grant.refresh(&refresh_token(&first)).await;
        assert_ne!(refresh_token(&second), refresh_token(&first));
        assert_ne!(second.access_token(), first.access_token());
        assert_eq!(second.success()["scope"], "openid user");
        assert!(grant.is_known(&second.access_token()).await && grant.is_known(&first.access_token()).await);
        grant.refresh(&refresh_token(&second)).await.success();
    }
}

/// OIDC Core §12.2.
#[apply(on_both_engines)]
async fn a_refreshed_id_token_keeps_who_when_and_how_and_has_no_nonce(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.in_session().await.stored().await;
    let first = begun(&grant).await;
    world.clock.advance(Duration::from_secs(700));
    let second = grant.refresh(&refresh_token(&first)).await;
    let before = server.verify(first.success()["id_token"].as_str().unwrap()).await.claims;
    let after = server.verify(second.success()["id_token"].as_str().unwrap()).await.claims;
    for same in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!((after["iat"].as_i64(), &after["nonce"]), (Some(world.clock.seconds()), &Value::Null));
}

/// A lost answer does not end the session, as long as the successor is unused.
#[apply(on_both_engines)]
async fn a_retry_within_the_grace_gets_the_same_successor_again(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let token = refresh_token(&begun(&grant).await);
    let lost = grant.refresh(&token).await;
    world.clock.advance(Duration::from_secs(9));
    let again = grant.refresh(&token).await;
    assert_eq!(refresh_token(&again), refresh_token(&lost));
    grant.refresh(&refresh_token(&again)).await.success();
}

/// RFC 9700 §4.14.2: reuse ends the family.
#[apply(on_both_engines)]
async fn a_later_reuse_ends_the_family(world: World) {
    let server = world.server().await;
    for gone_on in [false, true] {
        let grant = server.grant().await.stored().await;
        let token = refresh_token(&begun(&grant).await);
        let second = grant.refresh(&token).await;
        let last = if gone_on { grant.refresh(&refresh_token(&second)).await } else { second };
        if !gone_on {
            world.clock.advance(Duration::from_secs(10));
        }
        grant.refresh(&token).await.refusal(400, "invalid_grant");
        assert!(!grant.is_known(&last.access_token()).await);
        grant.refresh(&refresh_token(&last)).await.refusal(400, "invalid_grant");
    }
}

/// `tokens.refresh_grace = "0s"` is strict.
#[apply(on_both_engines)]
async fn without_grace_any_reuse_ends_the_family(world: World) {
    let server = world.server_with("[tokens]\nrefresh_grace = \"0s\"").await;
    let grant = server.grant().await.stored().await;
    let token = refresh_token(&begun(&grant).await);
    let second = grant.refresh(&token).await;
    grant.refresh(&token).await.refusal(400, "invalid_grant");
    assert!(!grant.is_known(&second.access_token()).await);
}

/// RFC 6749 §6: less for once, never more.
#[apply(on_both_engines)]
async fn the_scope_can_be_narrowed_for_once_and_never_widened(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.scope("openid user").stored().await;
    let token = refresh_token(&begun(&grant).await);
    let told = grant.refresh_with(&token, &[("scope", "openid email")]).await.refusal(400, "invalid_scope");
    assert!(told.contains("'email'"), "{told}");
    let narrow = grant.refresh_with(&token, &[("scope", "user")]).await;
    assert_eq!(narrow.success()["scope"], "user");
    assert_eq!(grant.refresh(&refresh_token(&narrow)).await.success()["scope"], "openid user");
}

/// RFC 8707 §2.2.
#[apply(on_both_engines)]
async fn the_resources_can_be_narrowed_for_once_and_never_widened(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.resources(&["https://a.example", "https://b.example"]).stored().await;
    let token = refresh_token(&begun(&grant).await);
    grant.refresh_with(&token, &[("resource", "https://c.example")]).await.refusal(400, "invalid_target");
    let narrow = grant.refresh_with(&token, &[("resource", "https://a.example")]).await;
    assert_eq!(server.verify(&narrow.access_token()).await.claims["aud"], "https://a.example");
    let all = grant.refresh(&refresh_token(&narrow)).await;
    let aud = &server.verify(&all.access_token()).await.claims["aud"];
    assert_eq!(*aud, json!(["https://a.example", "https://b.example"]));
}

/// RFC 6749 §6, §10.4: bound to the client it was issued to.
#[apply(on_both_engines)]
async fn another_application_cannot_use_a_refresh_token_nor_spoil_it(world: World) {
    let server = world.server().await;
    let (grant, other) = (server.grant().await.stored().await, server.grant().await);
    let token = refresh_token(&begun(&grant).await);
    let told = other.refresh(&token).await.refusal(400, "invalid_grant");
    assert_eq!(told, other.refresh(&format!("gpr_{}", "0".repeat(43))).await.refusal(400, "invalid_grant"));
    grant.refresh(&token).await.success();
}

/// RFC 6749 §5.2.
#[apply(on_both_engines)]
async fn a_missing_or_malformed_refresh_token_has_its_error(world: World) {
    let server = world.server().await;
    let grant = server.grant().await;
    let form = [("grant_type", "refresh_token")];
    server.form("/token", &grant.application, &form).await.refusal(400, "invalid_request");
    for odd in ["x", "gpr_", &format!("gpc_{}", "0".repeat(43))] {
        grant.refresh(odd).await.refusal(400, "invalid_grant");
    }
    let service = server.service().await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    server.form("/token", &service, &form).await.refusal(400, "unauthorized_client");
}

/// The time counts from the last use.
#[apply(on_both_engines)]
async fn a_refresh_token_lives_its_time_from_its_last_use(world: World) {
    let server = world.server_with("[tokens]\nrefresh_ttl = \"1h\"").await;
    let grant = server.grant().await.stored().await;
    let mut token = refresh_token(&begun(&grant).await);
    for _ in 0..3 {
        world.clock.advance(Duration::from_mins(59));
        server.rooms.upkeep.forget_expired().await.unwrap();
        token = refresh_token(&grant.refresh(&token).await);
    }
    world.clock.advance(Duration::from_mins(60));
    grant.refresh(&token).await.refusal(400, "invalid_grant");
    server.rooms.upkeep.forget_expired().await.unwrap();
    grant.refresh(&token).await.refusal(400, "invalid_grant");
}

/// A disabled account gets no tokens.
#[apply(on_both_engines)]
async fn a_refresh_token_dies_with_the_account(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let first = begun(&grant).await;
    server.rooms.people.user_disable(grant.user.id, &Actor::CommandLine).await.unwrap();
    grant.refresh(&refresh_token(&first)).await.refusal(400, "invalid_grant");
    assert!(!grant.is_known(&first.access_token()).await);
}

/// OIDC Core §11.
#[apply(on_both_engines)]
async fn offline_access_outlives_the_session_and_nothing_else_does(world: World) {
    let server = world.server().await;
    for (scope, lives) in [("openid user", false), ("openid offline_access", true)] {
        let grant = server.grant().await.scope(scope).in_session().await.stored().await;
        let first = begun(&grant).await;
        let claims = server.verify(first.success()["id_token"].as_str().unwrap()).await.claims;
        assert!(claims["sid"].is_string());
        let mut tx = server.rooms.store.begin().await.unwrap();
        let (session, now) = (grant.code.session.unwrap(), server.rooms.instruments.now());
        tx.user_hold(grant.user.id).await.unwrap();
        tx.session_end(session, now).await.unwrap();
        tx.families_end_of_session(session, EndReason::SignedOut, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(grant.is_known(&first.access_token()).await, lives, "{scope}");
        assert_eq!(grant.refresh(&refresh_token(&first)).await.status == 200, lives, "{scope}");
    }
}
