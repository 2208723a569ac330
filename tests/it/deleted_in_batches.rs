//! What is deleted is gone at once for everybody; the rows that hang on it go some at a time, so that on SQLite others
//! have their turn, and a process that ends meanwhile leaves the rest to the next clean-up.
//!
//! How many rows a transaction touches is seen by how many statements it took: a batch has at most 200 rows. What a
//! foreign key deletes on its way takes none.

use std::time::Duration;

use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::domain::ids::UserId;
use gatepost::domain::user::User;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::flows::Rooms;
use gatepost::flows::applications::DELETE;
use gatepost::flows::consequences::Consequences;
use gatepost::flows::groups::NewGroup;
use gatepost::flows::life_cycle::Sweep;
use gatepost::flows::webhooks::NewWebhook;
use macro_rules_attribute::apply;

use crate::harness::{Registered, World, on_both_engines, person};

const ROWS: u64 = 2_000;

/// What 2,000 rows take, at 200 a batch.
const BATCHES: u64 = ROWS / 200;

/// Numbers to make rows of.
fn numbers() -> String {
    format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})")
}

async fn count(world: &World, from: &str) -> usize {
    world.database.texts(&format!("select 'one' from {from}")).await.len()
}

/// As many accounts as there are numbers.
async fn many_accounts(world: &World) {
    let insert = format!(
        "insert into users (id, sub, admin, created_at) {} select 'u' || i, 'sub' || i, admin, created_at \
         from n, users where email is not null",
        numbers()
    );
    world.database.execute(&insert).await;
}

fn staff() -> GroupName {
    "staff".parse().unwrap()
}

/// A group of Ann and of as many others as there are numbers.
async fn full_group(world: &World, server: &Rooms) -> User {
    let ann = person::account(server, "ann@example.com").await;
    many_accounts(world).await;
    let new = NewGroup { name: staff(), visible_to_developers: false, require: RequiredSignIn::default() };
    server.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    server.groups.group_add(&staff(), &[ann.id], &Actor::CommandLine).await.unwrap();
    let insert = "insert into group_members (group_name, user_id, added_at) select 'staff', id, 1 from users \
                  where email is null";
    world.database.execute(insert).await;
    assert_eq!(server.store.group(&staff()).await.unwrap().unwrap().members, 1 + i64::try_from(ROWS).unwrap());
    ann
}

async fn groups_of(server: &Rooms, user: UserId) -> Vec<GroupName> {
    server.store.groups_of(user).await.unwrap()
}

#[apply(on_both_engines)]
async fn a_group_of_thousands_goes_some_members_at_a_time(world: World) {
    let server = world.idle_with("").await;
    let ann = full_group(&world, &server).await;
    assert_eq!(groups_of(&server, ann.id).await, [staff()]);
    let before = server.store.statements();
    server.groups.group_delete(&staff(), Consequences::Unknown, &Actor::CommandLine).await.unwrap();
    let statements = server.store.statements() - before;
    assert!(statements > BATCHES, "{statements}");
    assert_eq!((count(&world, "group_members").await, count(&world, "user_groups").await), (0, 0));
}

/// The process ends before the members are gone. Nobody is in the group any more, and it is not there; another of its
/// name has none of its members.
#[apply(on_both_engines)]
async fn a_group_whose_rows_are_left_is_not_there(world: World) {
    let server = world.idle_with("").await;
    let ann = full_group(&world, &server).await;
    let mut tx = server.store.begin().await.unwrap();
    tx.group_delete(&staff(), server.instruments.now()).await.unwrap();
    assert_eq!(tx.groups_of(ann.id).await.unwrap(), []);
    assert!(tx.group(&staff()).await.unwrap().is_none());
    assert_eq!(tx.group_count().await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert!(count(&world, "group_members").await > 1_000);
    assert_eq!(groups_of(&server, ann.id).await, []);
    assert_eq!(server.store.groups().await.unwrap(), []);
    assert!(!server.store.is_anybody_in(&[staff()]).await.unwrap());
    assert_eq!(server.store.group_members_page(&staff(), None, 10).await.unwrap(), []);
    let new = NewGroup { name: staff(), visible_to_developers: false, require: RequiredSignIn::default() };
    server.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    assert_eq!(server.store.group(&staff()).await.unwrap().unwrap().members, 0);
    server.groups.group_add(&staff(), &[ann.id], &Actor::CommandLine).await.unwrap();
    let mut tx = server.store.begin().await.unwrap();
    tx.group_delete(&staff(), server.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    server.upkeep.forget_expired().await.unwrap();
    assert_eq!((count(&world, "group_members").await, count(&world, "user_groups").await), (0, 0));
}

/// Messages to whatever has this id.
async fn many_messages(world: &World, webhook: &str) {
    let insert = format!(
        "insert into webhook_deliveries (webhook_id, message_id, event, payload, created_at, attempts, next_attempt_at) \
         {} select '{webhook}', 'm' || i, 'user.created', '{{}}', 1, 0, 1 from n",
        numbers()
    );
    world.database.execute(&insert).await;
}

#[apply(on_both_engines)]
async fn a_webhook_with_many_messages_goes_some_at_a_time(world: World) {
    let server = world.idle_with("webhooks.allow_private = [\"127.0.0.0/8\"]").await;
    let url = "http://127.0.0.1:9/".parse().unwrap();
    let new = NewWebhook { owner: WebhookOwner::Server, url, events: vec!["application.created".parse().unwrap()] };
    let made = server.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap();
    many_messages(&world, &made.webhook.id.to_string()).await;
    let before = server.store.statements();
    server.webhooks.webhook_delete(&made.webhook, &Actor::CommandLine).await.unwrap();
    let statements = server.store.statements() - before;
    assert!(statements > BATCHES, "{statements}");
    assert_eq!((count(&world, "webhook_deliveries").await, count(&world, "webhooks").await), (0, 0));
}

/// What an application leaves that was used by many: all of it, when it is erased.
#[apply(on_both_engines)]
async fn an_application_that_was_used_by_many_is_erased_some_rows_at_a_time(world: World) {
    let server = world.idle_with("").await;
    person::account(&server, "ann@example.com").await;
    many_accounts(&world).await;
    let application = person::web_application(&server).await;
    let id = server.store.application(&application.id()).await.unwrap().unwrap().id.to_string();
    many_messages(&world, &id).await;
    let (numbers, columns) = (numbers(), "(application_id, user_id, scope, granted_at)");
    for insert in [
        format!("insert into consents {columns} select '{id}', id, 'openid', 1 from users where email is null"),
        format!(
            "insert into application_requests (id, application_id, at, endpoint, times, trace_id, address) \
             {numbers} select 'r' || i, '{id}', i, 'token', 1, 't', 'a' from n"
        ),
    ] {
        world.database.execute(&insert).await;
    }
    application.change(&server, DELETE).await;
    server.life_cycle.heartbeat().await.unwrap();
    let span = Duration::from_hours(31 * 24);
    let until = world.clock.micros() + i64::try_from(span.as_micros()).unwrap();
    world.database.execute(&format!("update heartbeat set alive_until = {until}")).await;
    world.clock.advance(span);
    let before = server.store.statements();
    let steps = server.life_cycle.sweep_applications(Sweep::Real, &Actor::Schedule).await.unwrap();
    assert_eq!(steps.iter().map(|step| step.step.name()).collect::<Vec<_>>(), ["purge"]);
    let statements = server.store.statements() - before;
    assert!(statements > 3 * BATCHES, "{statements}");
    for table in ["consents", "application_requests", "webhook_deliveries"] {
        assert_eq!(count(&world, table).await, 0, "{table}");
    }
}

/// One that may still come back loses nothing.
#[apply(on_both_engines)]
async fn nothing_goes_of_an_application_that_may_come_back(world: World) {
    let server = world.idle_with("").await;
    let ann = person::account(&server, "ann@example.com").await;
    let application: Registered = person::web_application(&server).await;
    let known = server.store.application(&application.id()).await.unwrap().unwrap();
    let mut tx = server.store.begin().await.unwrap();
    tx.consent_add(ann.id, known.id, &"openid".parse().unwrap(), server.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    let now = server.instruments.now();
    server.store.application_clear(known.id, now).await.unwrap();
    application.change(&server, DELETE).await;
    server.store.application_clear(known.id, now.minus(Duration::from_secs(1))).await.unwrap();
    assert_eq!(count(&world, "consents").await, 1);
    server.store.application_clear(known.id, now).await.unwrap();
    assert_eq!(count(&world, "consents").await, 0);
}

/// Sign-ins of an account with this address, as many as there are numbers.
async fn many_sign_ins(world: &World, server: &Rooms) {
    let hash = if server.store.engine_name() == "PostgreSQL" { "sha256('code'::bytea)" } else { "x'00'" };
    let insert = format!(
        "insert into sign_ins (id, return_to, user_id, email, email_key, reference, code_hash, tries, locale, address, \
         user_agent, trace_id, created_at, ends_at, redeemed_at) {} select 's' || i, '/account', users.id, email, \
         email_key, 'r', {hash}, 0, 'en', 'a', 'b', 't', 1, 2, 2 from n, users where email is not null",
        numbers()
    );
    world.database.execute(&insert).await;
}

/// Whoever deletes their account is gone at once, and their address from all that they did within a minute, whether the
/// process goes on or not. One who comes later with the same address is another.
#[apply(on_both_engines)]
async fn the_address_of_a_deleted_account_goes_from_many_rows_some_at_a_time(world: World) {
    let server = world.idle_with("").await;
    let ann = person::account(&server, "ann@example.com").await;
    many_sign_ins(&world, &server).await;
    let before = server.store.statements();
    server.people.user_delete(ann.id, &Actor::CommandLine).await.unwrap();
    let statements = server.store.statements() - before;
    assert!(statements > BATCHES, "{statements}");
    assert_eq!(count(&world, "sign_ins where email_key = 'ann@example.com'").await, 0);
    assert_eq!(count(&world, "addresses_to_forget").await, 0);

    let ann = person::account(&server, "ann@example.com").await;
    world.database.execute("delete from sign_ins").await;
    many_sign_ins(&world, &server).await;
    let mut tx = server.store.begin().await.unwrap();
    let (email, now) = ("ann@example.com".parse().unwrap(), server.instruments.now());
    tx.user_hold(ann.id).await.unwrap();
    assert!(tx.user_delete(ann.id, now).await.unwrap());
    tx.address_forget(ann.id, &email, now).await.unwrap();
    tx.commit().await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    let other = person::account(&server, "ann@example.com").await;
    world
        .database
        .execute(&format!(
            "update sign_ins set user_id = '{}', created_at = {} where id = 's7'",
            other.id,
            server.instruments.now().as_micros()
        ))
        .await;
    server.upkeep.forget_accounts().await.unwrap();
    let left = world.database.texts("select id from sign_ins where email_key = 'ann@example.com'").await;
    assert_eq!(left, ["s7"], "that of the other");
    assert_eq!(count(&world, "addresses_to_forget").await, 0);
}
