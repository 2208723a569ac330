//! Groups on the command line, on the operators' pages, and by webhook.

use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::flows::consequences::Consequences;
use gatepost::flows::webhooks::NewWebhook;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use std::process::Output;

use super::{make, name};
use crate::harness::browser::Browser;
use crate::harness::{Child, Receiver, World, eventually, on_both_engines, person};

async fn group(world: &World, words: &[&str]) -> Output {
    Child::run(world, &[], &[&["group"], words].concat()).await
}

async fn shown(world: &World, words: &[&str]) -> Value {
    let output = group(world, &[words, &["--json"]].concat()).await;
    assert!(output.status.success(), "{words:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

async fn failure(world: &World, words: &[&str]) -> String {
    let output = group(world, words).await;
    assert!(!output.status.success() && output.stdout.is_empty(), "{words:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The whole life of a group from the command line, beside a running server.
#[apply(on_both_engines)]
async fn a_group_goes_through_its_life_on_the_command_line(world: World) {
    let server = world.server().await;
    for email in ["ann@example.com", "bob@example.com"] {
        person::account(&server.rooms, email).await;
    }
    let made = shown(&world, &["create", "team/red", "--visible-to-developers"]).await;
    let expected = json!({
        "name": "team/red", "visible_to_developers": true, "require": "any", "declared": false, "members": 0,
        "created_at": made["created_at"],
    });
    assert_eq!(made, expected);
    assert!(failure(&world, &["create", "team/red"]).await.contains("already"));
    assert!(failure(&world, &["create", "team red"]).await.contains("1 to 64 characters"));
    for _ in 0..2 {
        let added = shown(&world, &["add", "team/red", "ann@example.com", "BOB@example.com"]).await;
        assert_eq!(added["members"], 2);
    }
    let told = failure(&world, &["add", "team/red", "ann@example.com", "eve@example.com"]).await;
    assert!(told.contains("eve@example.com"), "{told}");
    assert!(failure(&world, &["add", "nothing", "ann@example.com"]).await.contains("there is no group"));
    assert_eq!(shown(&world, &["remove", "team/red", "bob@example.com"]).await["members"], 1);
    let one = shown(&world, &["show", "team/red"]).await;
    assert_eq!(one["accounts"][0]["email"], "ann@example.com");
    let hidden = shown(&world, &["update", "team/red", "--visible-to-developers=false"]).await;
    assert_eq!(hidden["visible_to_developers"], false);
    assert_eq!(shown(&world, &["list"]).await, json!([hidden]));
    let text = String::from_utf8(group(&world, &["list"]).await.stdout).unwrap();
    assert!(text.starts_with("GROUP") && text.contains("team/red"), "{text}");
    shown(&world, &["delete", "team/red"]).await;
    assert!(failure(&world, &["delete", "team/red"]).await.contains("there is no group"));
    assert_eq!(shown(&world, &["list"]).await, json!([]));
    let events = server.rooms.store.audit_of("team/red").await.unwrap();
    assert!(events.len() == 6 && events.iter().all(|line| line.actor == "command line"), "{events:?}");
}

/// The operators' pages: a group is made, filled with several at once, and deleted by its name.
#[apply(on_both_engines)]
async fn an_operator_looks_after_groups_in_the_browser(world: World) {
    let server = world.server().await;
    person::operator(&server.rooms, "root@example.com").await;
    for email in ["ann@example.com", "bob@example.com"] {
        person::account(&server.rooms, email).await;
    }
    let browser = Browser::of(&server);
    let page = browser.visit("/admin/groups").await;
    browser.sign_in(&server, &page, "root@example.com", 1).await;
    let page = browser.visit("/admin/groups").await;
    let refused = browser.submit(page.form_with("group-create"), &[("name", "a <b>")]).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.text().contains("Not a name"), "{}", refused.text());
    let page = browser.submit(page.form_with("group-create"), &[("name", "team/red")]).await;
    assert!(page.text().contains("Nobody is in it yet"), "{}", page.text());
    let none = browser.submit(page.form_with("group-add"), &[("emails", "ann@example.com eve@example.com")]).await;
    assert_eq!(none.answer.status, 400);
    assert!(none.text().contains("eve@example.com has no account"), "{}", none.text());
    let emails = [("emails", "ann@example.com,\r\nBob@example.com")];
    let page = browser.submit(page.form_with("group-add"), &emails).await;
    assert!(page.text().contains("2 members") && page.text().contains("bob@example.com"), "{}", page.text());
    let page = browser.submit(page.form_with("group-remove-1"), &[]).await;
    assert!(page.text().contains("1 member<"), "{}", page.text());
    let page = browser.submit(page.form_with("group-visibility"), &[]).await;
    assert!(page.text().contains("Hide it from developers"), "{}", page.text());
    let kept = browser.submit(page.form_with("group-delete"), &[("name", "team")]).await;
    assert_eq!(kept.answer.status, 400);
    let page = browser.submit(page.form_with("group-delete"), &[("name", "team/red")]).await;
    assert!(page.text().contains("The group is deleted"), "{}", page.text());
    assert_eq!(server.rooms.store.groups().await.unwrap(), []);
}

/// Webhooks: what happens to groups is told to the server's, by `sub` and never by address.
#[apply(on_both_engines)]
async fn a_webhook_of_the_server_is_told_of_groups(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let events = ["group.created", "group.member_added", "group.member_removed", "group.deleted"];
    let new = NewWebhook {
        owner: WebhookOwner::Server,
        url: receiver.url().parse().unwrap(),
        events: events.iter().map(|event| event.parse().unwrap()).collect(),
    };
    server.rooms.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap();
    let ann = person::account(&server.rooms, "ann@example.com").await;
    make(&server.rooms, "staff", &[&ann]).await;
    server.rooms.groups.group_remove(&name("staff"), &[ann.id], &Actor::CommandLine).await.unwrap();
    server.rooms.groups.group_delete(&name("staff"), Consequences::Unknown, &Actor::CommandLine).await.unwrap();
    eventually("four messages", || async { receiver.events().len() == 4 }).await;
    let mut told = receiver.events();
    told.sort();
    let mut expected = events.map(str::to_owned);
    expected.sort();
    assert_eq!(told, expected);
    for message in receiver.received() {
        let data = &message.json()["data"];
        assert_eq!((&data["group"], &data["actor"]), (&json!("staff"), &json!("command_line")));
        let is_of_a_member = message.event().contains("member");
        assert_eq!(data.get("sub"), is_of_a_member.then_some(&json!(ann.sub)), "{data}");
    }
}
