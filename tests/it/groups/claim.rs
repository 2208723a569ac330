//! The claim `groups`: in ID tokens, at userinfo, and in access tokens where the application wants it.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use super::{make, name};
use crate::harness::{Answer, TestServer, World, eventually, for_people, on_both_engines};

fn with_groups(change: impl FnOnce(&mut ApplicationSettings)) -> ApplicationSettings {
    let mut settings = for_people(ApplicationKind::Web);
    settings.scope = "openid profile groups offline_access".parse().unwrap();
    settings.default_scope = "openid".parse().unwrap();
    change(&mut settings);
    settings
}

async fn userinfo(server: &TestServer, token: &str) -> Value {
    Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(token)).await.success()
}

/// What an application learns of John, who is in these groups: the claims of the ID token, those at userinfo, and those
/// of the access token.
async fn learned(server: &TestServer, settings: ApplicationSettings, scope: &str, groups: &[&str]) -> [Value; 3] {
    for group in &settings.visible_groups {
        make(&server.rooms, group.as_str(), &[]).await;
    }
    let grant = server.grant_to(settings).await.scope(scope);
    for group in groups {
        let group = name(group);
        if server.rooms.store.group(&group).await.unwrap().is_none() {
            make(&server.rooms, group.as_str(), &[]).await;
        }
        server.rooms.groups.group_add(&group, &[grant.user.id], &Actor::CommandLine).await.unwrap();
    }
    let grant = grant.stored().await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let access = tokens["access_token"].as_str().unwrap();
    let id = match tokens["id_token"].as_str() {
        Some(token) => server.verify(token).await.claims,
        None => Value::Null,
    };
    let info = if scope.contains("openid") { userinfo(server, access).await } else { Value::Null };
    [id, info, server.verify(access).await.claims]
}

/// Scope `groups`: the names of all groups of the person.
#[apply(on_both_engines)]
async fn the_scope_groups_gives_the_names_of_the_groups(world: World) {
    let server = world.server().await;
    let [id, info, access] = learned(&server, with_groups(|_| {}), "openid groups", &["staff", "Admins"]).await;
    assert_eq!(id["groups"], json!(["Admins", "staff"]));
    assert_eq!(info["groups"], json!(["Admins", "staff"]));
    assert_eq!(access["groups"], Value::Null, "access tokens have them where the application says so");
}

/// Scope `groups`: without it nothing is said; a person without groups has an empty list.
#[apply(on_both_engines)]
async fn without_the_scope_nothing_is_said_and_without_groups_the_list_is_empty(world: World) {
    let server = world.server().await;
    let settings = || with_groups(|settings| settings.groups_in_access_token = true);
    for claims in learned(&server, settings(), "openid groups", &[]).await {
        assert_eq!(claims["groups"], json!([]));
    }
}

/// Scope `groups`: not granted.
#[apply(on_both_engines)]
async fn an_application_without_the_scope_learns_no_group(world: World) {
    let server = world.server().await;
    let settings = with_groups(|settings| settings.groups_in_access_token = true);
    for claims in learned(&server, settings, "openid profile", &["staff"]).await {
        assert_eq!(claims.get("groups"), None);
    }
}

/// `visible_groups`, `groups_claim`, `groups_in_access_token`.
#[apply(on_both_engines)]
async fn an_application_sees_some_groups_under_the_name_that_it_chose(world: World) {
    let server = world.server().await;
    let settings = with_groups(|settings| {
        settings.visible_groups = vec![name("readers"), name("writers")];
        settings.groups_claim = Some("policy".parse().unwrap());
        settings.groups_in_access_token = true;
    });
    for claims in learned(&server, settings, "openid groups", &["staff", "writers"]).await {
        assert_eq!(claims["policy"], json!(["writers"]), "{claims}");
        assert_eq!(claims.get("groups"), None);
    }
}

/// `groups_claim`: no name of another claim.
#[apply(on_both_engines)]
async fn the_claim_cannot_be_called_like_another(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let taken = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "scope",
        "client_id",
        "act",
        "cnf",
        "sid",
        "nonce",
        "at_hash",
        "c_hash",
        "auth_time",
        "acr",
        "amr",
        "azp",
        "email",
        "email_verified",
        "name",
        "token_use",
    ];
    for taken in taken.into_iter().chain(["", " ", "a b", "ä", "a\"b"]) {
        let body = json!({ "name": "Shop", "type": "web", "groups_claim": taken });
        let refused = management.post(&ops, "/applications", body).await;
        refused.problem(400, "invalid_request");
        assert_eq!(refused.fields(), ["groups_claim"], "{taken:?}");
    }
}

/// Groups: a change by another process reaches tokens and userinfo within a second.
#[apply(on_both_engines)]
async fn who_is_taken_out_elsewhere_is_out_within_a_second(world: World) {
    let server = world.server().await;
    let grant = server.grant_to(with_groups(|_| {})).await.scope("openid groups offline_access").stored().await;
    make(&server.rooms, "staff", &[&grant.user]).await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(userinfo(&server, access).await["groups"], json!(["staff"]));
    let elsewhere = world.command().await;
    elsewhere.groups.group_remove(&name("staff"), &[grant.user.id], &Actor::CommandLine).await.unwrap();
    eventually("userinfo obeys", || async { userinfo(&server, access).await["groups"] == json!([]) }).await;
    let refreshed = grant.refresh(tokens["refresh_token"].as_str().unwrap()).await.success();
    let id = server.verify(refreshed["id_token"].as_str().unwrap()).await.claims;
    assert_eq!(id["groups"], json!([]));
}

/// Limits: a token that would be too long is refused with the reason, and the code is still good.
#[apply(on_both_engines)]
async fn a_token_that_would_be_too_long_is_refused_and_not_cut(world: World) {
    let server = world.server().await;
    let settings = with_groups(|settings| settings.groups_in_access_token = true);
    let grant = server.grant_to(settings).await.scope("openid groups").stored().await;
    let groups: Vec<GroupName> = (0..110).map(|number| name(&format!("{number:064}"))).collect();
    for group in &groups {
        make(&server.rooms, group.as_str(), &[&grant.user]).await;
    }
    let code = grant.code().await;
    let told = grant.redeem(&code).await.refusal(400, "invalid_scope");
    assert!(told.contains("access token") && told.contains("visible_groups"), "{told}");
    for group in &groups[10..] {
        server.rooms.groups.group_remove(group, &[grant.user.id], &Actor::CommandLine).await.unwrap();
    }
    let tokens = grant.redeem(&code).await.success();
    let claims = server.verify(tokens["access_token"].as_str().unwrap()).await.claims;
    assert_eq!(claims["groups"].as_array().unwrap().len(), 10);
}
