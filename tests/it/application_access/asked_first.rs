//! Changes after which no person could use an application: they are asked about, and never open it to everybody.

use gatepost::domain::application::{AccessPolicy, ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::flows::groups::GroupSettings;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{for_groups, make, name, put_in};
use crate::harness::browser::Browser;
use crate::harness::{Child, Registered, TestServer, World, for_people, on_both_engines, person};

async fn allowed(server: &TestServer, application: &Registered) -> (AccessPolicy, Vec<String>) {
    let settings = server.rooms.store.application(&application.id()).await.unwrap().unwrap().settings;
    (settings.access, settings.allowed_groups.iter().map(ToString::to_string).collect())
}

/// Access: the last allowed group, by API.
#[apply(on_both_engines)]
async fn taking_the_last_group_away_is_asked_about(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    make(&server.rooms, "staff").await;
    make(&server.rooms, "red").await;
    let shop = Registered::at(&server.rooms, for_groups(&["staff", "red"])).await;
    let path = format!("/applications/{}", shop.client_id);
    management.patch(&ops, &path, json!({ "allowed_groups": ["staff"] })).await.success();
    for nothing in [json!([]), Value::Null] {
        let told = management.patch(&ops, &path, json!({ "allowed_groups": nothing })).await.problem(409, "conflict");
        assert!(told.contains("nobody may use"), "{told}");
    }
    assert_eq!(allowed(&server, &shop).await, (AccessPolicy::Groups, vec!["staff".to_owned()]));
    let unsure = management.patch(&ops, &format!("{path}?confirm=perhaps"), json!({ "allowed_groups": [] })).await;
    unsure.problem(400, "invalid_request");
    let closed = management.patch(&ops, &format!("{path}?confirm=true"), json!({ "allowed_groups": [] })).await;
    assert_eq!(closed.success()["access"], "groups");
    assert_eq!(allowed(&server, &shop).await, (AccessPolicy::Groups, vec![]));
    let grant = server.grant_to(for_groups(&[])).await.stored().await;
    grant.redeem(&grant.code().await).await.refusal(400, "invalid_grant");
}

/// Access: a group that applications need, by API.
#[apply(on_both_engines)]
async fn deleting_a_group_that_applications_need_is_asked_about(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    make(&server.rooms, "staff").await;
    let grant = server.grant_to(for_groups(&["staff"])).await.scope("openid offline_access").stored().await;
    put_in(&server.rooms, "staff", &grant.user).await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    make(&server.rooms, "red").await;
    let both = Registered::at(&server.rooms, for_groups(&["staff", "red"])).await;
    let open = ApplicationSettings { allowed_groups: vec![name("staff")], ..for_people(ApplicationKind::Web) };
    let open = Registered::at(&server.rooms, open).await;
    let told = management.delete(&ops, "/groups/staff").await.problem(409, "conflict");
    assert!(told.contains(&format!("nobody may use these any more: {}", grant.application.client_id)), "{told}");
    assert!(told.contains(&format!("other groups only: {}", both.client_id)), "{told}");
    assert!(!told.contains(&open.client_id), "{told}");
    assert_eq!(management.delete(&ops, "/groups/staff?confirm=false").await.status, 409);
    assert_eq!(management.delete(&ops, "/groups/staff?confirm=true").await.status, 204);
    assert_eq!(allowed(&server, &grant.application).await, (AccessPolicy::Groups, vec![]));
    assert_eq!(allowed(&server, &both).await, (AccessPolicy::Groups, vec!["red".to_owned()]));
    assert_eq!(allowed(&server, &open).await, (AccessPolicy::Everybody, vec![]), "forgotten there too");
    let audited = server.rooms.store.audit_of(&both.client_id).await.unwrap();
    assert!(audited.iter().any(|line| line.detail == "allowed_groups -staff"), "{audited:?}");
    // Another group under the old name does not let its members in.
    make(&server.rooms, "staff").await;
    put_in(&server.rooms, "staff", &grant.user).await;
    grant.refresh(tokens["refresh_token"].as_str().unwrap()).await.refusal(400, "invalid_grant");
}

/// Access: on the command line.
#[apply(on_both_engines)]
async fn the_command_line_asks_for_yes(world: World) {
    let server = world.server().await;
    make(&server.rooms, "staff").await;
    // Who names a group means its members and not everybody.
    let words = ["app", "create", "--name", "Shop", "--type", "web", "--group", "staff", "--json"];
    let unknown =
        Child::run(&world, &[], &["app", "create", "--name", "Other", "--type", "web", "--group", "nothing"]).await;
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(!unknown.status.success() && told.contains("there is no group nothing"), "{told}");
    let made = Child::run(&world, &[], &words).await;
    assert!(made.status.success(), "{made:?}");
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!((&made["access"], &made["allowed_groups"]), (&json!("groups"), &json!(["staff"])));
    let id = made["client_id"].as_str().unwrap();
    let clear = ["app", "update", id, "--clear", "allowed_groups"];
    let delete = ["group", "delete", "staff"];
    for words in [&clear[..], &delete] {
        let refused = Child::run(&world, &[], words).await;
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && told.contains("nobody may use") && told.contains("--yes"), "{told}");
    }
    assert_eq!(allowed(&server, &Registered::from_id(id)).await.1, ["staff"]);
    for words in [&clear[..], &delete] {
        let done = Child::run(&world, &[], &[words, &["--yes"]].concat()).await;
        assert!(done.status.success(), "{done:?}");
    }
    assert_eq!(allowed(&server, &Registered::from_id(id)).await, (AccessPolicy::Groups, vec![]));
}

/// Access: in the portal the form asks, the page says when no person may use the application, and a group that its owner does
/// not see stays.
#[apply(on_both_engines)]
async fn the_portal_asks_and_says_when_nobody_may_use_it(world: World) {
    let server = world.server().await;
    make(&server.rooms, "staff").await;
    make(&server.rooms, "covert").await;
    server
        .rooms
        .groups
        .group_change(&name("staff"), GroupSettings::visible_to_developers(true), &Actor::CommandLine)
        .await
        .unwrap();
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let owned =
        |groups: &[&str]| ApplicationSettings { owner: Some("ann@example.com".to_owned()), ..for_groups(groups) };
    let shop = Registered::at(&server.rooms, owned(&["staff"])).await;
    let browser = Browser::of(&server);
    let address = format!("/portal/applications/{}", shop.client_id);
    let page = browser.visit(&address).await;
    let page = browser.sign_in(&server, &page, "ann@example.com", 1).await;
    assert!(page.has("for-nobody"), "nobody is in the group: {}", page.text());
    put_in(&server.rooms, "staff", &ann).await;
    let page = browser.visit(&address).await;
    assert!(!page.has("for-nobody"), "{}", page.text());
    let access = browser.visit(&format!("{address}/access")).await;
    let asked = browser.submit(access.form_with("app-save"), &[("allowed_groups", "")]).await;
    assert_eq!(asked.answer.status, 409);
    assert!(asked.text().contains("save again if you mean that"), "{}", asked.text());
    assert_eq!(allowed(&server, &shop).await.1, ["staff"]);
    let saved = browser.submit(asked.form_with("app-save"), &[]).await;
    assert!(saved.has("for-nobody"), "{}", saved.text());
    assert_eq!(allowed(&server, &shop).await, (AccessPolicy::Groups, vec![]));

    let hidden = Registered::at(&server.rooms, owned(&["covert", "staff"])).await;
    let page = browser.visit(&format!("/portal/applications/{}/access", hidden.client_id)).await;
    assert!(!page.text().contains("covert") && page.text().contains("staff"), "{}", page.text());
    browser.submit(page.form_with("app-save"), &[("token_ttl", "5m")]).await;
    assert_eq!(allowed(&server, &hidden).await.1, ["covert", "staff"]);
    let (management, session) = (server.management().await, server.session_of(&ann).await);
    let path = format!("/applications/{}", hidden.client_id);
    assert_eq!(management.get(&session, &path).await.success()["allowed_groups"], json!(["staff"]));
    let listed = management.get(&session, "/applications").await;
    assert!(!listed.text().contains("covert"), "{}", listed.text());
    management.patch(&session, &path, json!({ "allowed_groups": [] })).await.success();
    assert_eq!(allowed(&server, &hidden).await.1, ["covert"]);
}

/// Access: on the operators' page of a group.
#[apply(on_both_engines)]
async fn the_operators_page_says_what_would_follow(world: World) {
    let server = world.server().await;
    make(&server.rooms, "staff").await;
    person::operator(&server.rooms, "root@example.com").await;
    let shop = Registered::at(&server.rooms, for_groups(&["staff"])).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/admin/groups/staff").await;
    let page = browser.sign_in(&server, &page, "root@example.com", 1).await;
    let asked = browser.submit(page.form_with("group-delete"), &[("name", "staff")]).await;
    assert_eq!(asked.answer.status, 400);
    assert!(asked.text().contains(&shop.client_id) && asked.text().contains("nobody may use"), "{}", asked.text());
    assert!(server.rooms.store.group(&name("staff")).await.unwrap().is_some());
    let page = browser.submit(asked.form_with("group-delete"), &[("name", "staff")]).await;
    assert!(page.text().contains("The group is deleted"), "{}", page.text());
    assert_eq!(allowed(&server, &shop).await, (AccessPolicy::Groups, vec![]));
}
