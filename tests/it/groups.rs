//! Groups of people: made, filled and deleted by API, and what applications learn of them.

mod claim;
mod declared;
mod doors;

use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::domain::ids::UserId;
use gatepost::domain::user::User;
use gatepost::flows::Rooms;
use gatepost::flows::groups::{GroupError, NewGroup};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{World, on_both_engines, person};

fn name(text: &str) -> GroupName {
    text.parse().unwrap()
}

async fn make(rooms: &Rooms, group: &str, members: &[&User]) {
    let new = NewGroup { name: name(group), visible_to_developers: false, require: RequiredSignIn::default() };
    rooms.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    let members: Vec<UserId> = members.iter().map(|user| user.id).collect();
    rooms.groups.group_add(&name(group), &members, &Actor::CommandLine).await.unwrap();
}

fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

/// Groups: the life of one by API, with the same answer to what is said twice.
#[apply(on_both_engines)]
async fn a_group_is_made_filled_emptied_and_deleted_by_api(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("groups:write users:read").await);
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let made = management.post(&ops, "/groups", json!({ "name": "team/red" })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.header("location").unwrap().ends_with("/api/v1/groups/team%2Fred"));
    assert_eq!(made.json()["members"], 0);
    let twice = management.post(&ops, "/groups", json!({ "name": "team/red" })).await;
    twice.problem(409, "conflict");
    assert_eq!(twice.fields(), ["name"]);
    assert_eq!(management.post(&ops, "/groups", json!({ "name": "Team/red" })).await.status, 201, "another name");

    let member = format!("/groups/team%2Fred/members/{}", ann.sub);
    for _ in 0..2 {
        assert_eq!(management.call(&ops, Method::PUT, &member, None).await.status, 204);
    }
    let shown = management.get(&ops, "/groups/team%2Fred").await.success();
    assert_eq!((&shown["members"], &shown["visible_to_developers"]), (&json!(1), &json!(false)));
    let members = management.get(&ops, "/groups/team%2Fred/members").await.success();
    assert_eq!(members["items"][0]["email"], "ann@example.com");
    assert_eq!(names(&management.get(&ops, &format!("/users/{}/groups", ann.sub)).await.success()), ["team/red"]);
    for _ in 0..2 {
        assert_eq!(management.delete(&ops, &member).await.status, 204);
    }
    assert_eq!(management.get(&ops, "/groups/team%2Fred").await.success()["members"], 0);

    let change = json!({ "visible_to_developers": true });
    let changed = management.patch(&ops, "/groups/team%2Fred", change).await.success();
    assert_eq!(changed["visible_to_developers"], true);
    assert_eq!(management.delete(&ops, "/groups/team%2Fred").await.status, 204);
    for path in ["/groups/team%2Fred", "/groups/nothing", "/groups/a%20b", "/groups/team%2Fred/members"] {
        management.get(&ops, path).await.problem(404, "not_found");
    }
    management.delete(&ops, "/groups/team%2Fred").await.problem(404, "not_found");
    management.call(&ops, Method::PUT, &member, None).await.problem(404, "not_found");
    let stranger = "/groups/Team%2Fred/members/nobody";
    management.call(&ops, Method::PUT, stranger, None).await.problem(404, "not_found");

    let audited = server.rooms.store.audit_of("team/red").await.unwrap();
    assert!(audited.iter().all(|line| line.actor.starts_with("application ")), "{audited:?}");
    // All of it happened at one moment.
    let mut audited: Vec<_> = audited.iter().map(|line| (line.event.as_str(), line.detail.as_str())).collect();
    audited.sort_unstable();
    let sub = ann.sub.as_str();
    let expected = [
        ("group.changed", "visible_to_developers"),
        ("group.created", ""),
        ("group.deleted", ""),
        ("group.member_added", sub),
        ("group.member_removed", sub),
    ];
    assert_eq!(audited, expected);
}

/// Groups: a name is of few characters and compared exactly.
#[apply(on_both_engines)]
async fn a_name_of_other_characters_is_refused(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("groups:write").await);
    let long = "g".repeat(65);
    let bad =
        ["", " ", "a b", " a", "a\n", "ä", "a\u{a0}", "a\u{200b}", "a,b", "a\"b", "<b>", "..", "%", "a*", "'--", &long];
    for bad in bad {
        let refused = management.post(&ops, "/groups", json!({ "name": bad })).await;
        refused.problem(400, "invalid_request");
        assert_eq!(refused.fields(), ["name"], "{bad:?}");
    }
    for bad in [json!({ "name": 7 }), json!({}), json!({ "name": "a", "members": ["x"] }), json!({ "name": null })] {
        management.post(&ops, "/groups", bad).await.problem(400, "invalid_request");
    }
    let good = ["a", "A", "a.b", "a@b", "a:b", "a/b", "a_b", "a-b", "...", &long[..64]];
    for good in good {
        assert_eq!(management.post(&ops, "/groups", json!({ "name": good })).await.status, 201, "{good}");
    }
    let mut sorted: Vec<String> = good.map(str::to_owned).to_vec();
    sorted.sort();
    assert_eq!(names(&management.get(&ops, "/groups").await.success()), sorted);
}

/// Groups: of many who make the same one, one does; a person who is added by many is in it once.
#[apply(on_both_engines)]
async fn many_at_once_make_one_group_and_one_member(world: World) {
    let server = world.server().await;
    let ann = person::account(&server.rooms, "ann@example.com").await.id;
    let mut making = JoinSet::new();
    for _ in 0..50 {
        let rooms = server.rooms.clone();
        making.spawn(async move {
            let new =
                NewGroup { name: name("staff"), visible_to_developers: false, require: RequiredSignIn::default() };
            let made = rooms.groups.group_create(new, &Actor::CommandLine).await;
            rooms.groups.group_add(&name("staff"), &[ann], &Actor::CommandLine).await.unwrap();
            made
        });
    }
    let made = making.join_all().await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(made.iter().filter_map(|made| made.as_ref().err()).all(|e| matches!(e, GroupError::Taken)));
    let group = server.rooms.store.group(&name("staff")).await.unwrap().unwrap();
    assert_eq!(group.members, 1);
    let events = server.rooms.store.audit_of("staff").await.unwrap();
    let mut events: Vec<_> = events.iter().map(|line| line.event.as_str()).collect();
    events.sort_unstable();
    assert_eq!(events, ["group.created", "group.member_added"]);
}

/// Groups: an account is in 200 at most, also when many add it at once, and there are 1,000.
#[apply(on_both_engines)]
async fn there_are_only_so_many(world: World) {
    let server = world.server().await;
    let ann = person::account(&server.rooms, "ann@example.com").await.id;
    let numbers = "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 999) ";
    let insert = format!(
        "insert into user_groups (name, visible_to_developers, declared, created_at) {numbers} \
         select 'g' || n, false, false, 1 from numbers"
    );
    world.database.execute(&insert).await;
    let new =
        |text: &str| NewGroup { name: name(text), visible_to_developers: false, require: RequiredSignIn::default() };
    server.rooms.groups.group_create(new("last"), &Actor::CommandLine).await.unwrap();
    let refused = server.rooms.groups.group_create(new("one-more"), &Actor::CommandLine).await;
    assert!(matches!(refused, Err(GroupError::TooMany)), "{refused:?}");
    assert_eq!(server.rooms.store.groups().await.unwrap().len(), 1000);
    for number in 1..=190 {
        server.rooms.groups.group_add(&name(&format!("g{number}")), &[ann], &Actor::CommandLine).await.unwrap();
    }
    let mut adding = JoinSet::new();
    for number in 191..=210 {
        let rooms = server.rooms.clone();
        adding.spawn(
            async move { rooms.groups.group_add(&name(&format!("g{number}")), &[ann], &Actor::CommandLine).await },
        );
    }
    let added = adding.join_all().await;
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 10);
    assert!(added.iter().filter_map(|added| added.as_ref().err()).all(|e| matches!(e, GroupError::TooManyOfOne)));
    assert_eq!(server.rooms.store.groups_of(ann).await.unwrap().len(), 200);
}

/// Groups: adding several is all or nothing.
#[apply(on_both_engines)]
async fn where_one_account_is_not_there_nobody_is_added(world: World) {
    let server = world.server().await;
    let (ann, bob) = (
        person::account(&server.rooms, "ann@example.com").await,
        person::account(&server.rooms, "bob@example.com").await,
    );
    make(&server.rooms, "staff", &[]).await;
    server.rooms.people.user_delete(bob.id, &Actor::CommandLine).await.unwrap();
    let added = server.rooms.groups.group_add(&name("staff"), &[ann.id, bob.id], &Actor::CommandLine).await;
    assert!(matches!(added, Err(GroupError::UnknownAccount)), "{added:?}");
    assert_eq!(server.rooms.store.groups_of(ann.id).await.unwrap(), []);
    assert_eq!(server.rooms.store.audit_of("staff").await.unwrap().len(), 1);
}

/// Groups: who is deleted is in none; who is an operator no more changes none, even where they were let in.
#[apply(on_both_engines)]
async fn an_account_that_is_gone_is_in_no_group_and_changes_none(world: World) {
    let server = world.server().await;
    let (root, ann) = (
        person::operator(&server.rooms, "root@example.com").await,
        person::account(&server.rooms, "ann@example.com").await,
    );
    make(&server.rooms, "staff", &[&ann, &root]).await;
    let mut tries = JoinSet::new();
    for number in 0..50 {
        let (rooms, actor, ann) = (server.rooms.clone(), Actor::User(root.id), ann.id);
        tries.spawn(async move {
            if number == 25 {
                rooms.people.user_delete(ann, &Actor::CommandLine).await.unwrap();
                rooms.people.user_disable(root.id, &Actor::CommandLine).await.unwrap();
            }
            let new = NewGroup {
                name: name(&format!("g{number}")),
                visible_to_developers: false,
                require: RequiredSignIn::default(),
            };
            let made = rooms.groups.group_create(new, &actor).await.is_ok();
            (made, rooms.groups.group_add(&name("staff"), &[ann], &Actor::CommandLine).await.is_ok())
        });
    }
    tries.join_all().await;
    assert_eq!(server.rooms.store.groups_of(ann.id).await.unwrap(), []);
    let late = NewGroup { name: name("late"), visible_to_developers: false, require: RequiredSignIn::default() };
    let late = server.rooms.groups.group_create(late, &Actor::User(root.id)).await;
    assert!(matches!(late, Err(GroupError::Refused(_))), "{late:?}");
    let left = "select group_name from group_members join users on users.id = user_id where deleted_at is not null";
    assert_eq!(world.database.texts(left).await, Vec::<String>::new());
}

/// Groups: developers see what operators let them see, by every name that there is for it.
#[apply(on_both_engines)]
async fn a_developer_sees_and_chooses_the_groups_that_an_operator_shows(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let ann = person::account(&server.rooms, "ann@example.com").await;
    make(&server.rooms, "open", &[&ann]).await;
    make(&server.rooms, "secret", &[&ann]).await;
    let session = server.session_of(&ann).await;
    let ops = server.machine("gatepost:admin").await;
    management.patch(&ops, "/groups/open", json!({ "visible_to_developers": true })).await.success();
    let seen = management.get(&session, "/groups").await.success();
    assert_eq!(names(&seen), ["open"]);
    assert_eq!(seen["items"][0]["members"], Value::Null);
    management.get(&session, "/groups/open").await.success();
    management.get(&session, "/groups/open/members").await.problem(403, "access_denied");
    let hidden = management.get(&session, "/groups/secret").await.problem(404, "not_found");
    assert_eq!(management.get(&session, "/groups/nothing").await.problem(404, "not_found"), hidden);
    let register = |groups: Value| json!({ "name": "Shop", "type": "web", "visible_groups": groups });
    for other in ["secret", "nothing"] {
        let refused = management.post(&session, "/applications", register(json!(["open", other]))).await;
        let told = refused.problem(403, "access_denied");
        assert!(told.contains(&format!("'{other}'")), "{told}");
    }
    let made = management.post(&session, "/applications", register(json!(["open"]))).await;
    assert_eq!(made.status, 201, "{}", made.text());
}

/// What an operator limits with groups that developers do not see, a developer does not widen, and is not shown.
#[apply(on_both_engines)]
async fn a_developer_opens_nothing_that_an_operator_closed(world: World) {
    let server = world.server().await;
    let management = server.management().await;
    let ann = person::account(&server.rooms, "ann@example.com").await;
    make(&server.rooms, "open", &[&ann]).await;
    make(&server.rooms, "secret", &[&ann]).await;
    let session = server.session_of(&ann).await;
    let ops = server.machine("gatepost:admin").await;
    management.patch(&ops, "/groups/open", json!({ "visible_to_developers": true })).await.success();
    let made = management.post(&session, "/applications", json!({ "name": "Shop", "type": "web" })).await.json();
    let path = format!("/applications/{}", made["client_id"].as_str().unwrap());
    let limited = json!({ "visible_groups": ["open"], "access": "groups", "allowed_groups": ["secret"] });
    management.patch(&ops, &path, limited).await.success();

    for none in [json!([]), json!(null)] {
        let refused = management.patch(&session, &path, json!({ "visible_groups": none })).await;
        assert!(refused.problem(403, "access_denied").contains("visible_groups"));
    }
    let refused = management.patch(&session, &path, json!({ "access": "everybody" })).await;
    assert!(refused.problem(403, "access_denied").contains("access"));
    let changed = management.patch(&session, &path, json!({ "allowed_groups": ["open"] })).await.success();
    assert_eq!(changed["allowed_groups"], json!(["open"]), "as it is shown: {changed}");
    let whole = management.get(&ops, &path).await.success();
    assert_eq!((&whole["allowed_groups"], &whole["visible_groups"]), (&json!(["secret", "open"]), &json!(["open"])));
    // Closing it further is the owner's to do.
    management.patch(&session, &path, json!({ "access": "owners" })).await.success();
}
