//! Webhooks: which events they get, signatures, and receivers that fail.

mod addresses;
mod commands;
mod management;
mod retries;

use macro_rules_attribute::apply;
use std::sync::Arc;
use std::time::Duration;

use gatepost::domain::application::DeactivationReason;
use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::{Webhook, WebhookOwner};
use gatepost::domain::webhook_delivery::Delivery;
use gatepost::flows::Rooms;
use gatepost::flows::people::{Admin, NewUser};
use gatepost::flows::webhooks::{NewWebhook, VisibleWebhooks, WebhookError, WithWebhookSecret};
use gatepost::store::StateChange;
use serde_json::json;
use tokio::time::timeout;

use crate::harness::{PROMPTLY, Receiver, Registered, START, World, eventually, on_both_engines};

const DEACTIVATE: StateChange = StateChange::Deactivate(DeactivationReason::Requested);

fn of(application: &Registered) -> WebhookOwner {
    WebhookOwner::Application(application.id())
}

/// Makes a webhook that goes to this receiver.
async fn webhook(server: &Rooms, owner: WebhookOwner, receiver: &Receiver, events: &[&str]) -> WithWebhookSecret {
    let events = events.iter().map(|event| event.parse().unwrap()).collect();
    let new = NewWebhook { owner, url: receiver.url().parse().unwrap(), events };
    server.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap()
}

/// The webhook as it is now.
async fn now(server: &Rooms, webhook: &Webhook) -> Webhook {
    server.webhooks.webhook(webhook.id, &VisibleWebhooks::Everything).await.unwrap()
}

/// What became of its only message.
async fn only_delivery(server: &Rooms, webhook: &Webhook) -> Delivery {
    let mut deliveries = server.webhooks.webhook_deliveries(webhook).await.unwrap();
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    deliveries.remove(0)
}

async fn user(server: &Rooms, email: &str) -> String {
    let new = NewUser { email: email.parse().unwrap(), name: None, locale: None, admin: Admin::No };
    server.people.user_create(new, &Actor::CommandLine).await.unwrap().sub
}

/// Sends until nothing is due and nothing is on its way.
async fn send_all(server: &Arc<Rooms>) {
    while server.store.deliveries_has_due(server.instruments.now()).await.unwrap() {
        server.deliveries.send_due().await.unwrap();
        server.deliveries.finish(Duration::from_secs(5)).await;
    }
}

/// Standard Webhooks: three headers, and a signature over id, time and body.
#[apply(on_both_engines)]
async fn an_event_is_sent_once_and_signed(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let application = server.service().await;
    let made = webhook(&server.rooms, of(&application), &receiver, &[]).await;
    application.change(&server.rooms, DEACTIVATE).await;
    eventually("the event arrives", async || receiver.received().len() == 1).await;
    let message = receiver.received().remove(0);
    let expected = json!({
        "type": "application.deactivated", "timestamp": "2026-03-01T12:00:00Z",
        "data": { "client_id": application.client_id, "reason": "suspended", "actor": "command_line" },
    });
    assert_eq!(message.json(), expected);
    assert_eq!(message.path, "/hooks?a=b");
    assert_eq!(message.header("content-type"), "application/json");
    assert_eq!(message.header("host"), receiver.address.to_string());
    assert_eq!(message.header("webhook-timestamp"), START.to_string());
    assert!(message.id().starts_with("msg_") && message.header("user-agent").starts_with("Gatepost/"));
    assert!(message.is_signed_with(made.secret.expose()), "{message:?}");
    assert!(!message.is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    let delivered = async || now(&server.rooms, &made.webhook).await.last_delivered_at.is_some();
    eventually("it is written down", delivered).await;
    let delivery = only_delivery(&server.rooms, &made.webhook).await;
    assert_eq!((delivery.state.name(), delivery.attempts), ("delivered", 1));
    assert_eq!(delivery.last.unwrap().status, Some(204));
}

/// The server's webhooks get all events, an application's its own, and of accounts only the `sub`.
#[apply(on_both_engines)]
async fn each_webhook_is_told_what_is_its_business(world: World) {
    let server = world.command().await;
    let (all, some, own) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    let orders = Registered::at(&server, crate::harness::service(|_| {})).await;
    let other = Registered::at(&server, crate::harness::service(|_| {})).await;
    webhook(&server, of(&orders), &own, &[]).await;
    webhook(&server, WebhookOwner::Server, &some, &["user.created", "secret.added"]).await;
    webhook(&server, WebhookOwner::Server, &all, &[]).await;
    // One after the other: what happens in the same millisecond may arrive in any order.
    let next = || world.clock.advance(Duration::from_secs(1));
    orders.rotated(&server).await;
    next();
    other.change(&server, DEACTIVATE).await;
    next();
    let sub = user(&server, "john@example.com").await;
    next();
    orders.change(&server, StateChange::Delete).await;
    send_all(&server).await;

    let everything = ["secret.added", "application.deactivated", "user.created", "application.deleted"];
    assert_eq!(all.events(), everything);
    assert_eq!(own.events(), ["secret.added", "application.deleted"]);
    assert_eq!(some.events(), ["secret.added", "user.created"]);
    let of_account = all.received().remove(2);
    assert_eq!(of_account.json()["data"], json!({ "sub": sub, "actor": "command_line" }));
    assert!(all.received().iter().all(|message| !message.body.contains("john@")));
    assert_eq!(all.received()[3].id(), own.received()[1].id(), "one message, whoever is told");
}

/// An event that was not committed is not sent; a committed one is sent at once, not at the next tick.
#[apply(on_both_engines)]
async fn a_message_is_part_of_its_transaction_and_wakes_whoever_sends_it(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    webhook(&server.rooms, WebhookOwner::Server, &receiver, &[]).await;
    let email = "john@example.com".parse().unwrap();
    let new = NewUser { email, name: None, locale: None, admin: Admin::No };
    let mut tx = server.rooms.store.begin().await.unwrap();
    server.rooms.people.user_create_in(&mut tx, new, &Actor::CommandLine).await.unwrap();
    drop(tx);
    let started = tokio::time::Instant::now();
    for count in 1..=60 {
        user(&server.rooms, &format!("user{count}@example.com")).await;
        eventually("it arrives", async || receiver.received().len() == count).await;
    }
    // With one look a second it would take a minute.
    assert!(started.elapsed() < PROMPTLY, "{:?}", started.elapsed());
}

/// Nodes: a message is sent by one node, the one that claims it.
#[apply(on_both_engines)]
async fn two_nodes_send_each_message_once(world: World) {
    let (first, second) = (world.command().await, world.command().await);
    let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    for receiver in &receivers {
        webhook(&first, WebhookOwner::Server, receiver, &["user.created"]).await;
    }
    for number in 0..8 {
        user(&first, &format!("user{number}@example.com")).await;
    }
    tokio::join!(send_all(&first), send_all(&second));
    for receiver in &receivers {
        let mut ids: Vec<_> = receiver.received().iter().map(|message| message.id().to_owned()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), receiver.received().len()), (8, 8));
    }
}

/// A developer with many receivers that never answer holds up their own application, and sends no flood of tests.
#[apply(on_both_engines)]
async fn silent_receivers_of_one_application_take_two_places(world: World) {
    let server = world.server_with("[webhooks]\ntimeout = \"30s\"\n").await;
    let application = server.service().await;
    let silent = Receiver::replying(crate::harness::Reply::Silence).await;
    let owner = || WebhookOwner::Application(application.id());
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(webhook(&server.rooms, owner(), &silent, &[]).await);
    }
    for one in &made {
        server.rooms.webhooks.webhook_ping(&one.webhook, &Actor::CommandLine).await.unwrap();
        assert!(matches!(
            server.rooms.webhooks.webhook_ping(&one.webhook, &Actor::CommandLine).await,
            Err(WebhookError::PingWaits)
        ));
    }
    eventually("two are tried", async || silent.received().len() == 2).await;
    let (other, quick) = (server.service().await, Receiver::start().await);
    let own = webhook(&server.rooms, WebhookOwner::Application(other.id()), &quick, &[]).await;
    server.rooms.webhooks.webhook_ping(&own.webhook, &Actor::CommandLine).await.unwrap();
    eventually("another application is served", async || quick.events().len() == 1).await;
    assert_eq!(silent.received().len(), 2, "the others wait");
}

/// A receiver that never answers holds up neither other webhooks nor requests.
#[apply(on_both_engines)]
async fn a_receiver_that_is_silent_holds_up_nobody_else(world: World) {
    let server = world.server_with("[webhooks]\ntimeout = \"30s\"\n").await;
    let (silent, quick) = (Receiver::replying(crate::harness::Reply::Silence).await, Receiver::start().await);
    let application = server.service().await;
    for receiver in [&silent, &quick] {
        webhook(&server.rooms, WebhookOwner::Server, receiver, &[]).await;
    }
    for number in 0..30 {
        user(&server.rooms, &format!("user{number}@example.com")).await;
    }
    eventually("the quick one has all", async || quick.events().len() >= 30).await;
    assert_eq!(silent.received().len(), 1, "one message at a time");
    let answered = timeout(PROMPTLY, server.token().with_basic(&application).send()).await;
    answered.expect("sooner than the silent receiver is given up").success();
}
