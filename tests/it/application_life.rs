//! Secrets and states of applications while servers run: how soon a change takes effect.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::flows::applications::{DEACTIVATE, NewApplication};
use gatepost::store::StateChange;

use crate::harness::{Registered, TestServer, World, eventually, on_both_engines, service};

async fn works(server: &TestServer, application: &Registered) -> bool {
    server.token().with_basic(application).send().await.status == 200
}

/// Two live secrets: the new one works at once, the old one until the next but one comes.
#[apply(on_both_engines)]
async fn through_a_rotation_the_old_and_the_new_secret_work(world: World) {
    let server = world.server().await;
    let first = server.service().await;
    assert!(works(&server, &first).await);
    world.clock.advance(Duration::from_secs(1));
    let second = first.rotated(&server.rooms).await;
    assert_ne!(first.secret, second.secret);
    assert!(works(&server, &first).await && works(&server, &second).await);
    world.clock.advance(Duration::from_secs(1));
    let third = first.rotated(&server.rooms).await;
    assert!(works(&server, &second).await && works(&server, &third).await);
    server.token().with_basic(&first).send().await.refusal(401, "invalid_client");
}

/// A command works against the database of a running server, which obeys within a second.
#[apply(on_both_engines)]
async fn a_rotation_by_a_command_is_obeyed_within_a_second(world: World) {
    let server = world.server().await;
    let command = world.command().await;
    let first = server.service().await;
    assert!(works(&server, &first).await);
    world.clock.advance(Duration::from_secs(1));
    let second = first.rotated(&command).await;
    eventually("the new secret works", || works(&server, &second)).await;
    world.clock.advance(Duration::from_secs(1));
    let third = first.rotated(&command).await;
    eventually("the first secret ends", async || !works(&server, &first).await).await;
    assert!(works(&server, &third).await);
}

/// A new application works at the running server at once, wherever it was registered.
#[apply(on_both_engines)]
async fn an_application_made_by_a_command_works_at_once(world: World) {
    let server = world.server().await;
    let command = world.command().await;
    let application = Registered::at(&command, service(|_| {})).await;
    assert!(works(&server, &application).await);
}

/// In the same process the next request is affected.
#[apply(on_both_engines)]
async fn a_deactivated_application_is_refused_at_once_and_told_why(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    assert!(works(&server, &application).await);
    application.change(&server.rooms, DEACTIVATE).await;
    let description = server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
    assert!(description.contains("deactivated on 2026-03-01"), "{description}");
    let guess = application.with_secret(&server.service().await.secret);
    let description = server.token().with_basic(&guess).send().await.refusal(401, "invalid_client");
    assert!(!description.contains("deactivated"), "only who has the secret is told: {description}");
    application.change(&server.rooms, StateChange::Activate).await;
    assert!(works(&server, &application).await);
    application.change(&server.rooms, StateChange::Delete).await;
    let description = server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
    assert!(description.contains("deleted on 2026-03-01"), "{description}");
}

/// Obeyed within a second, also when a command did it while the server runs.
#[apply(on_both_engines)]
async fn a_deactivation_or_deletion_by_a_command_is_obeyed_within_a_second(world: World) {
    let server = world.server().await;
    let command = world.command().await;
    let application = server.service().await;
    assert!(works(&server, &application).await);
    for (change, working) in
        [(DEACTIVATE, false), (StateChange::Activate, true), (DEACTIVATE, false), (StateChange::Delete, false)]
    {
        application.change(&command, change).await;
        let obeyed = async || works(&server, &application).await == working;
        eventually(&format!("the server obeys {change:?}"), obeyed).await;
    }
}

/// Obeyed within a second on every node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_at_one_node_is_obeyed_by_the_other_within_a_second() {
    World::on_postgres(async |world| {
        let (one, other) = (world.server().await, world.server().await);
        let application = one.service().await;
        assert!(works(&one, &application).await && works(&other, &application).await);
        for (change, working) in [(DEACTIVATE, false), (StateChange::Activate, true), (StateChange::Delete, false)] {
            application.change(&one.rooms, change).await;
            assert_eq!(works(&one, &application).await, working);
            let obeyed = async || works(&other, &application).await == working;
            eventually(&format!("the other node obeys {change:?}"), obeyed).await;
        }
    })
    .await;
}

/// If the counter of changes was not confirmed for a second, no cache entry is used.
#[apply(on_both_engines)]
async fn what_is_kept_in_memory_is_not_believed_for_longer_than_a_second(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    assert!(works(&server, &application).await);
    let quietly = format!(
        "update applications set deactivated_at = 1, deactivation_reason = 'requested' where client_id = '{}'; \
         update generations set value = value + 1 where name = 'applications'",
        application.client_id
    );
    world.database.execute(&quietly).await;
    world.clock.advance(Duration::from_secs(1));
    assert!(!works(&server, &application).await, "the very next request finds out");
}

/// `last_used` is written behind, in batches, and when the server stops.
#[apply(on_both_engines)]
async fn a_use_is_written_down_soon_and_at_the_latest_when_the_server_stops(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let store = world.store().await;
    let used = async || store.application(&application.id()).await.unwrap().unwrap().last_used_at;
    server.token().with_basic(&application.with_secret("wrong")).send().await.refusal(401, "invalid_client");
    server.rooms.upkeep.flush_usage().await.unwrap();
    assert_eq!(used().await, None, "a failed try is no use");
    assert!(works(&server, &application).await);
    let first = server.rooms.instruments.now();
    eventually("the use is written down", async || used().await == Some(first)).await;
    world.clock.advance(Duration::from_secs(90));
    assert!(works(&server, &application).await);
    let second = server.rooms.instruments.now();
    server.stop().await;
    assert_eq!(used().await, Some(second));
    let secrets = store.application(&application.id()).await.unwrap().unwrap().secrets;
    assert_eq!(secrets[0].last_used_on, Some(second.start_of_day()), "a secret remembers the day");
}

/// Each of two secrets has its own last-used day.
#[apply(on_both_engines)]
async fn each_secret_remembers_its_own_last_day(world: World) {
    let server = world.server().await;
    let old = server.service().await;
    world.clock.advance(Duration::from_secs(1));
    let new = old.rotated(&server.rooms).await;
    assert!(works(&server, &old).await);
    world.clock.advance(Duration::from_hours(48));
    assert!(works(&server, &new).await);
    server.rooms.upkeep.flush_usage().await.unwrap();
    let application = world.store().await.application(&old.id()).await.unwrap().unwrap();
    let days: Vec<_> = application.secrets.iter().map(|secret| secret.last_used_on.unwrap().date()).collect();
    assert_eq!(days, ["2026-03-01", "2026-03-03"]);
}

/// A client id is never issued a second time.
#[apply(on_both_engines)]
async fn a_deleted_applications_client_id_is_not_issued_again(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    application.change(&server.rooms, StateChange::Delete).await;
    let again = NewApplication { client_id: Some(application.id()), settings: service(|_| {}) };
    let refused = server.rooms.applications.application_create(again, &Actor::CommandLine).await;
    assert!(refused.unwrap_err().to_string().contains("is or was another application's"));
}
