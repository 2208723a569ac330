//! Who may use an application: asked where people agree, at the exchange, at each refresh, at userinfo and introspection.

mod asked_first;
mod browser;
mod random;

use gatepost::domain::application::{AccessPolicy, ApplicationKind, ApplicationSettings};
use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::authorization::Source;
use gatepost::domain::group::GroupName;
use gatepost::domain::sign_in::LoginCode;
use gatepost::domain::user::User;
use gatepost::flows::Rooms;
use gatepost::flows::groups::NewGroup;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Grant, TestServer, World, eventually, for_people, on_both_engines, person};

fn name(text: &str) -> GroupName {
    text.parse().unwrap()
}

/// Settings of an application for the members of these groups.
fn for_groups(groups: &[&str]) -> ApplicationSettings {
    ApplicationSettings {
        access: AccessPolicy::Groups,
        allowed_groups: groups.iter().map(|group| name(group)).collect(),
        ..for_people(ApplicationKind::Web)
    }
}

async fn make(rooms: &Rooms, group: &str) {
    let new = NewGroup { name: name(group), visible_to_developers: false, require: RequiredSignIn::default() };
    rooms.groups.group_create(new, &Actor::CommandLine).await.unwrap();
}

async fn put_in(rooms: &Rooms, group: &str, user: &User) {
    rooms.groups.group_add(&name(group), &[user.id], &Actor::CommandLine).await.unwrap();
}

async fn take_out(rooms: &Rooms, group: &str, user: &User) {
    rooms.groups.group_remove(&name(group), &[user.id], &Actor::CommandLine).await.unwrap();
}

/// A grant of a person who is in the one group of the application.
async fn member(server: &TestServer) -> Grant<'_> {
    make(&server.rooms, "staff").await;
    let grant = server.grant_to(for_groups(&["staff"])).await.scope("openid offline_access").stored().await;
    put_in(&server.rooms, "staff", &grant.user).await;
    grant
}

async fn userinfo(server: &TestServer, token: &str) -> u16 {
    Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(token)).await.status.as_u16()
}

async fn is_active(grant: &Grant<'_>, token: &str) -> bool {
    let answer = grant.server.form("/oauth/introspect", &grant.application, &[("token", token)]).await.success();
    answer["active"] == json!(true)
}

fn text<'a>(tokens: &'a Value, member: &str) -> &'a str {
    tokens[member].as_str().unwrap()
}

/// Access: who is in no allowed group gets no token for a code, and the code is not spent by that.
#[apply(on_both_engines)]
async fn who_was_taken_out_before_the_exchange_gets_no_token(world: World) {
    let server = world.server().await;
    let grant = member(&server).await;
    let code = grant.code().await;
    take_out(&server.rooms, "staff", &grant.user).await;
    let told = grant.redeem(&code).await.refusal(400, "invalid_grant");
    assert!(told.contains("may not use this application"), "{told}");
    put_in(&server.rooms, "staff", &grant.user).await;
    grant.redeem(&code).await.success();
}

/// Access: a removal by another process is obeyed within a second by refresh, userinfo and introspection; who comes back
/// goes on.
#[apply(on_both_engines)]
async fn a_removal_elsewhere_is_obeyed_within_a_second(world: World) {
    let server = world.server().await;
    let grant = member(&server).await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    assert_eq!(userinfo(&server, access).await, 200);
    assert!(is_active(&grant, access).await && is_active(&grant, refresh).await);
    let elsewhere = world.command().await;
    take_out(&elsewhere, "staff", &grant.user).await;
    eventually("userinfo obeys", || async { userinfo(&server, access).await == 401 }).await;
    assert!(!is_active(&grant, access).await && !is_active(&grant, refresh).await);
    assert_eq!(server.hello(access).await.status, 401, "an API of this server too");
    grant.refresh(refresh).await.refusal(400, "invalid_grant");
    put_in(&elsewhere, "staff", &grant.user).await;
    eventually("userinfo obeys", || async { userinfo(&server, access).await == 200 }).await;
    let again = grant.refresh(refresh).await.success();
    // An answer that got lost is not repeated for who may not have it.
    take_out(&server.rooms, "staff", &grant.user).await;
    grant.refresh(refresh).await.refusal(400, "invalid_grant");
    grant.refresh(text(&again, "refresh_token")).await.refusal(400, "invalid_grant");
}

/// Access: a change of the application's setting is obeyed like a removal.
#[apply(on_both_engines)]
async fn an_application_that_is_limited_later_lets_others_go(world: World) {
    let server = world.server().await;
    let grant = server.grant_to(for_people(ApplicationKind::Web)).await.scope("openid offline_access").stored().await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let path = format!("/applications/{}", grant.application.client_id);
    management.patch(&ops, &path, json!({ "access": "owners" })).await.success();
    assert_eq!(userinfo(&server, text(&tokens, "access_token")).await, 401);
    grant.refresh(text(&tokens, "refresh_token")).await.refusal(400, "invalid_grant");
    grant.redeem(&grant.code().await).await.refusal(400, "invalid_grant");
    for wrong in [json!({ "access": "nobody" }), json!({ "access": true }), json!({ "allowed_groups": ["a b"] })] {
        management.patch(&ops, &path, wrong).await.problem(400, "invalid_request");
    }
    management.patch(&ops, &path, json!({ "access": null })).await.success();
    assert_eq!(userinfo(&server, text(&tokens, "access_token")).await, 200);
}

/// Access: being an operator is no way in, owning the application is one where owners are let in.
#[apply(on_both_engines)]
async fn an_operator_has_no_silent_pass_and_an_owner_is_let_in(world: World) {
    let server = world.server().await;
    let owners = ApplicationSettings { access: AccessPolicy::Owners, ..for_people(ApplicationKind::Web) };
    make(&server.rooms, "staff").await;
    for settings in [owners, for_groups(&["staff"]), for_groups(&[])] {
        let mut grant = server.grant_to(settings.clone()).await.stored().await;
        let root = match server.rooms.store.user_by_email(&"root@example.com".parse().unwrap()).await.unwrap() {
            Some(root) => root,
            None => person::operator(&server.rooms, "root@example.com").await,
        };
        grant.code.user = root.id;
        grant.redeem(&grant.code().await).await.refusal(400, "invalid_grant");
        let application = server.rooms.store.application(&grant.application.id()).await.unwrap().unwrap();
        let mut tx = server.rooms.store.begin().await.unwrap();
        tx.owner_add(application.id, root.id, server.rooms.instruments.now()).await.unwrap();
        tx.commit().await.unwrap();
        let status = grant.redeem(&grant.code().await).await.status.as_u16();
        assert_eq!(status, if settings.access == AccessPolicy::Owners { 200 } else { 400 });
    }
}

/// Access: the login code is refused as a code is.
#[apply(on_both_engines)]
async fn a_login_code_lets_in_who_may_use_the_application(world: World) {
    let server = world.server().await;
    make(&server.rooms, "staff").await;
    let mut settings = for_groups(&["staff"]);
    settings.grants.push("urn:gatepost:params:oauth:grant-type:login-code".parse().unwrap());
    let mut grant = server.grant_to(settings).await;
    grant.authorization.source = Source::Api;
    let mut grant = grant.stored().await;
    let code = LoginCode::from_random([1; 8]);
    grant.sign_in(&code).await;
    let email = grant.user.email.as_ref().unwrap().to_string();
    let told = grant.type_code(&email, &code.grouped()).await.refusal(400, "invalid_grant");
    assert!(told.contains("may not use this application"), "{told}");
    put_in(&server.rooms, "staff", &grant.user).await;
    grant.type_code(&email, &code.grouped()).await.success();
}

/// Access: of many exchanges, those after the removal get nothing, and what the others got is worth nothing.
#[apply(on_both_engines)]
async fn many_exchanges_around_a_removal_leave_nothing_that_works(world: World) {
    let server = world.server().await;
    let grant = member(&server).await;
    let mut codes = Vec::new();
    for _ in 0..50 {
        codes.push(grant.code().await);
    }
    let mut exchanges = JoinSet::new();
    for (number, code) in codes.into_iter().enumerate() {
        let body = crate::harness::form_body(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", crate::harness::CALLBACK),
            ("code_verifier", crate::harness::VERIFIER),
        ]);
        let (rooms, application, user) = (server.rooms.clone(), grant.application.clone(), grant.user.clone());
        exchanges.spawn(async move {
            if number == 25 {
                take_out(&rooms, "staff", &user).await;
            }
            crate::harness::token(&rooms, &application, &body).await
        });
    }
    let answers = exchanges.join_all().await;
    for tokens in answers.into_iter().flatten() {
        assert_eq!(userinfo(&server, &tokens.access_token).await, 401);
        grant.refresh(&tokens.refresh_token.unwrap()).await.refusal(400, "invalid_grant");
    }
    grant.redeem(&grant.code().await).await.refusal(400, "invalid_grant");
}
