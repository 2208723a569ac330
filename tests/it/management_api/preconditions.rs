//! `If-Match` (RFC 9110 §13.1.1), and changes without it.

use gatepost::domain::audit::Actor;
use gatepost::domain::user::Profile;
use gatepost::flows::access::Caller;
use gatepost::flows::applications::{DELETE, ManageError};
use gatepost::flows::people::ManageUserError;
use gatepost::flows::sessions::SignIn;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, Who, World, on_both_engines, person};

async fn send(server: &TestServer, who: &Who, (method, path): (Method, &str), (tag, body): (&str, Value)) -> Answer {
    let request = who.sends(server.request(method, &format!("/api/v1{path}"))).header("if-match", tag);
    Answer::of(request.json(&body)).await
}

#[apply(on_both_engines)]
async fn it_is_obeyed_wherever_an_application_changes(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let application = server.service().await;
    let path = format!("/applications/{}", application.client_id);
    let mut tag = management.get(&ops, &path).await.header("etag").unwrap().to_owned();
    let stale = tag.clone();
    for (method, act, body) in [
        (Method::POST, "/deactivate", json!({})),
        (Method::POST, "/activate", json!({})),
        (Method::PUT, "/exempt", json!({ "exempt": true })),
    ] {
        let at = format!("{path}{act}");
        for wrong in ["\"0\"", stale.as_str()].into_iter().filter(|wrong| *wrong != tag) {
            let refused = send(&server, &ops, (method.clone(), &at), (wrong, body.clone())).await;
            refused.problem(412, "precondition_failed");
        }
        let done = send(&server, &ops, (method, &at), (&tag, body)).await;
        done.success();
        let now = management.get(&ops, &path).await;
        assert_eq!(done.header("etag"), now.header("etag"), "{act}");
        assert_eq!(done.json(), now.json(), "{act}");
        now.header("etag").unwrap().clone_into(&mut tag);
    }
    management.delete(&ops, &path).await;
    let undelete = format!("{path}/undelete");
    send(&server, &ops, (Method::POST, &undelete), ("\"0\"", json!({}))).await.problem(412, "precondition_failed");
    send(&server, &ops, (Method::POST, &undelete), ("*", json!({}))).await.success();
}

/// The object may be changed between the comparison and the deletion: the deletion itself compares the version.
#[apply(on_both_engines)]
async fn what_was_changed_meanwhile_is_not_deleted(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let version = server.rooms.store.application(&application.id()).await.unwrap().unwrap().version;
    let actor = Actor::CommandLine;
    let client_id = application.id();
    let root = Caller::Person(person::operator(&server.rooms, "root@example.com").await, SignIn::Fresh);
    let delete = |seen| server.rooms.applications.application_change_state_for(&root, &client_id, DELETE, Some(seen));
    let mut tx = server.rooms.store.begin().await.unwrap();
    let id = tx.application(&application.id()).await.unwrap().unwrap().id;
    assert!(!tx.application_change_state(id, DELETE, Some(version - 1), server.rooms.instruments.now()).await.unwrap());
    drop(tx);
    assert!(matches!(delete(version - 1).await, Err(ManageError::Changed(_))));
    delete(version).await.unwrap();

    let ann = person::account(&server.rooms, "ann@example.com").await;
    let profile = Profile { name: Some("Ann".to_owned()), ..Profile::default() };
    let now = server.rooms.people.user_change(&ann, profile, &actor).await.unwrap();
    let stale = server.rooms.people.user_delete_seen(ann.id, Some(&ann), &actor).await;
    assert!(matches!(stale, Err(ManageUserError::Changed)));
    server.rooms.people.user_delete_seen(ann.id, Some(&now), &actor).await.unwrap();
}

/// Without it, the last change counts.
#[apply(on_both_engines)]
async fn changes_without_it_all_succeed(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let application = server.service().await;
    let path = format!("/applications/{}", application.client_id);
    let change = |ttl: u64| {
        let (server, ops) = (&server, &ops);
        let request = ops.sends(server.request(Method::PATCH, &format!("/api/v1{path}")));
        Answer::of(request.json(&json!({ "token_ttl": ttl })))
    };
    let at_once: [Answer; 8] =
        tokio::join!(change(60), change(61), change(62), change(63), change(64), change(65), change(66), change(67))
            .into();
    for answer in at_once {
        answer.success();
    }
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let rename = |name: &str| {
        let request = ops.sends(server.request(Method::PATCH, &format!("/api/v1/users/{}", ann.sub)));
        Answer::of(request.json(&json!({ "name": name })))
    };
    let at_once: [Answer; 5] = tokio::join!(rename("A"), rename("B"), rename("C"), rename("D"), rename("E")).into();
    for answer in at_once {
        answer.success();
    }
    let tag = management.get(&ops, &path).await.header("etag").unwrap().to_owned();
    let change = |ttl: u64| send(&server, &ops, (Method::PATCH, &path), (&tag, json!({ "token_ttl": ttl })));
    let answers: [Answer; 5] = tokio::join!(change(70), change(71), change(72), change(73), change(74)).into();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "of those who have seen the same");
    assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 4);
}

/// The change is committed and holds, even if the node fails to read the database afterwards.
#[apply(on_both_engines)]
async fn what_is_stored_is_told_as_done(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let application = server.service().await;
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let path = format!("/applications/{}", application.client_id);
    server.session_of(&ann).await;
    world.database.execute("alter table signing_keys rename to elsewhere").await;
    for (method, act, body) in [
        (Method::POST, "/deactivate", None),
        (Method::POST, "/activate", None),
        (Method::PUT, "/exempt", Some(json!({ "exempt": true }))),
    ] {
        world.database.execute("update generations set value = value + 1 where name = 'signing_keys'").await;
        management.call(&ops, method, &format!("{path}{act}"), body).await.success();
    }
    let made = management.post(&ops, "/applications", json!({ "name": "Bills" })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    world.database.execute("alter table elsewhere rename to signing_keys").await;
    let at = made.header("location").unwrap().rsplit_once("/api/v1").unwrap().1.to_owned();
    assert_eq!(management.get(&ops, &at).await.header("etag"), made.header("etag"));
}
