//! Looking after webhooks: limits, secrets, who sees which, sending again.

use macro_rules_attribute::apply;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::domain::webhook_delivery::DeliveryState;
use gatepost::flows::webhooks::{NewWebhook, Sending, VisibleWebhooks, WebhookChange, WebhookError};
use tokio::task::JoinSet;

use super::{now, of, only_delivery, send_all, user, webhook};
use crate::harness::{Receiver, Registered, World, on_both_engines, service};

/// Five for an application, twenty for the server, however many ask at the same time.
#[apply(on_both_engines)]
async fn there_are_no_more_webhooks_than_allowed(world: World) {
    let server = world.command().await;
    let orders = Registered::at(&server, service(|_| {})).await;
    let other = Registered::at(&server, service(|_| {})).await;
    for (owner, asked, allowed) in [(of(&orders), 8, 5), (WebhookOwner::Server, 23, 20), (of(&other), 6, 5)] {
        let create = |_| {
            let (server, url) = (server.clone(), "https://93.184.215.14/".parse().unwrap());
            let new = NewWebhook { owner: owner.clone(), url, events: Vec::new() };
            async move { server.webhooks.webhook_create(new, &Actor::CommandLine).await.map(|made| made.webhook) }
        };
        let outcomes = (0..asked).map(create).collect::<JoinSet<_>>().join_all().await;
        let (made, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), allowed);
        for error in refused.into_iter().map(Result::unwrap_err) {
            assert!(matches!(error, WebhookError::TooMany(_)), "{error}");
        }
        assert_eq!(server.webhooks.webhooks_of(&owner).await.unwrap().len(), allowed);
    }
    assert_eq!(server.webhooks.webhooks(&VisibleWebhooks::Everything).await.unwrap().len(), 30);
}

/// An owner sees and changes the webhooks of the application, and knows of no other.
#[apply(on_both_engines)]
async fn a_webhook_that_is_not_in_reach_is_not_there(world: World) {
    let (server, receiver) = (world.command().await, Receiver::start().await);
    let orders = Registered::at(&server, service(|_| {})).await;
    let other = Registered::at(&server, service(|_| {})).await;
    let own = webhook(&server, of(&orders), &receiver, &[]).await.webhook;
    let foreign = webhook(&server, of(&other), &receiver, &[]).await.webhook;
    let servers = webhook(&server, WebhookOwner::Server, &receiver, &[]).await.webhook;
    let reach = VisibleWebhooks::Application(orders.id());
    assert_eq!(server.webhooks.webhooks(&reach).await.unwrap(), std::slice::from_ref(&own));
    assert_eq!(server.webhooks.webhook(own.id, &reach).await.unwrap(), own);
    for hidden in [foreign.id, servers.id] {
        assert!(matches!(server.webhooks.webhook(hidden, &reach).await, Err(WebhookError::Unknown)));
    }
    for (owner, events) in [(of(&orders), "user.created"), (of(&Registered::from_id("ghost")), "secret.added")] {
        let (url, events) = (receiver.url().parse().unwrap(), vec![events.parse().unwrap()]);
        let refused = server.webhooks.webhook_create(NewWebhook { owner, url, events }, &Actor::CommandLine).await;
        let error = refused.unwrap_err();
        assert!(matches!(error, WebhookError::NotForApplications(_) | WebhookError::NoApplication(_)), "{error}");
    }
    server.webhooks.webhook_delete(&own, &Actor::CommandLine).await.unwrap();
    assert!(matches!(server.webhooks.webhook_delete(&own, &Actor::CommandLine).await, Err(WebhookError::Unknown)));
    assert!(matches!(
        server.webhooks.webhook_rotate_secret(&own, &Actor::CommandLine).await,
        Err(WebhookError::Unknown)
    ));
}

/// After a rotation both secrets sign for a day, then the new one alone.
#[apply(on_both_engines)]
async fn a_new_secret_takes_over_without_a_gap(world: World) {
    let (server, receiver) = (world.command().await, Receiver::start().await);
    let made = webhook(&server, WebhookOwner::Server, &receiver, &["user.created"]).await;
    let rotated = server.webhooks.webhook_rotate_secret(&made.webhook, &Actor::CommandLine).await.unwrap();
    user(&server, "john@example.com").await;
    send_all(&server).await;
    world.clock.advance(Duration::from_hours(24));
    let server = world.command().await;
    user(&server, "anna@example.com").await;
    send_all(&server).await;
    let (old, new) = (made.secret.expose(), rotated.secret.expose());
    let by: Vec<_> =
        receiver.received().iter().map(|message| (message.is_signed_with(old), message.is_signed_with(new))).collect();
    assert_eq!(by, [(true, true), (false, true)]);
}

/// The secret is in the database only under the master key: not as text, not as its bytes.
#[apply(on_both_engines)]
async fn a_secret_is_not_in_the_database(world: World) {
    let (server, receiver) = (world.command().await, Receiver::start().await);
    let made = webhook(&server, WebhookOwner::Server, &receiver, &[]).await;
    let rotated = server.webhooks.webhook_rotate_secret(&made.webhook, &Actor::CommandLine).await.unwrap();
    user(&server, "john@example.com").await;
    send_all(&server).await;
    let dump = world.database.dump().await;
    assert_eq!(dump["webhooks"].len(), 1);
    let text = dump.values().flatten().cloned().collect::<Vec<_>>().join("\n").to_lowercase();
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    for secret in [made.secret.expose(), rotated.secret.expose()] {
        let base64 = secret.strip_prefix("whsec_").unwrap();
        let bytes = STANDARD.decode(base64).unwrap();
        for form in [base64.to_lowercase(), hex(base64.as_bytes()), hex(&bytes)] {
            assert!(!text.contains(&form), "{form}");
        }
    }
}

/// By hand a message is sent again under its old id, for as long as its text is kept.
#[apply(on_both_engines)]
async fn a_message_can_be_sent_again_for_some_days(world: World) {
    let (server, receiver) = (world.command().await, Receiver::start().await);
    let made = webhook(&server, WebhookOwner::Server, &receiver, &["user.deleted"]).await;
    let ping = server.webhooks.webhook_ping(&made.webhook, &Actor::CommandLine).await.unwrap();
    send_all(&server).await;
    let server = world.command().await;
    server.webhooks.webhook_redeliver(&made.webhook, ping, &Actor::CommandLine).await.unwrap();
    send_all(&server).await;
    let messages = receiver.received();
    assert_eq!(receiver.events(), ["ping", "ping"], "whatever the filter says");
    assert_eq!((messages[0].id(), messages[0].id()), (messages[1].id(), &*format!("msg_{ping}")));
    assert!(matches!(only_delivery(&server, &made.webhook).await.state, DeliveryState::Delivered(_)));

    world.clock.advance(Duration::from_hours(3 * 24 + 1));
    server.upkeep.forget_expired().await.unwrap();
    let delivery = only_delivery(&server, &made.webhook).await;
    assert!(!delivery.is_repeatable);
    assert_eq!(world.database.texts("select message_id from webhook_deliveries where payload is null").await.len(), 1);
    let refused = server.webhooks.webhook_redeliver(&made.webhook, ping, &Actor::CommandLine).await;
    assert!(matches!(refused, Err(WebhookError::NotRepeatable)), "{refused:?}");
    world.clock.advance(Duration::from_hours(4 * 24));
    server.upkeep.forget_expired().await.unwrap();
    assert_eq!(server.webhooks.webhook_deliveries(&made.webhook).await.unwrap(), []);
}

/// A webhook is changed in what was asked for and in nothing else; switched off it is sent nothing.
#[apply(on_both_engines)]
async fn a_webhook_is_changed_and_switched_off(world: World) {
    let (server, receiver) = (world.command().await, Receiver::start().await);
    let made = webhook(&server, WebhookOwner::Server, &receiver, &[]).await.webhook;
    let next = || world.clock.advance(Duration::from_secs(1));
    next();
    let only = WebhookChange { events: Some(vec!["user.created".parse().unwrap()]), ..WebhookChange::default() };
    let changed = server.webhooks.webhook_update(&made, only, &Actor::CommandLine).await.unwrap();
    assert_eq!((changed.url.clone(), changed.events.len()), (made.url, 1));
    assert_eq!(now(&server, &changed).await, changed);
    user(&server, "john@example.com").await;
    next();
    let off = WebhookChange { sending: Some(Sending::Off), ..WebhookChange::default() };
    let off = server.webhooks.webhook_update(&changed, off, &Actor::CommandLine).await.unwrap();
    assert_eq!(now(&server, &off).await, off);
    user(&server, "anna@example.com").await;
    send_all(&server).await;
    assert_eq!(receiver.received().len(), 0);
    let log = server.store.audit_of(&off.id.to_string()).await.unwrap();
    let log: Vec<_> = log.iter().map(|line| line.event.as_str()).collect();
    assert_eq!(log, ["webhook.created", "webhook.changed", "webhook.disabled"]);
}
