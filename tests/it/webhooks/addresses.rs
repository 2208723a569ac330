//! Where messages may go: a user cannot make this server connect to what only it can reach (SSRF).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::flows::webhooks::{NewWebhook, WebhookChange, WebhookError};
use gatepost::protocol::refusal::Refusal;

use super::{now, only_delivery, send_all, user, webhook};
use crate::harness::{Receiver, Reply, World, on_both_engines};

/// A public server; webhooks may not reach its own machine.
const PUBLIC: &str = "[server]\nissuer = \"https://id.example.com\"\n";

fn to(url: &str) -> NewWebhook {
    NewWebhook { owner: WebhookOwner::Server, url: url.parse().unwrap(), events: Vec::new() }
}

/// The address is checked when the webhook is created, however it is spelled, and through each of its names.
#[apply(on_both_engines)]
async fn an_address_that_is_not_public_is_refused_at_once(world: World) {
    let server = world.idle_with(PUBLIC).await;
    world.names.set("intern.example.com", &[&["10.0.0.7"]]);
    world.names.set("both.example.com", &[&["::ffff:169.254.169.254", "fd00::1"]]);
    for url in [
        "https://127.0.0.1/",
        "http://localhost/",
        "https://localhost:8443/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://0.0.0.0/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://intern.example.com/",
        "https://both.example.com/",
    ] {
        let refused = server.webhooks.webhook_create(to(url), &Actor::CommandLine).await.unwrap_err();
        assert!(refused.to_string().contains("leads to no public address"), "{url}: {refused}");
        let refusal = Refusal::from(refused);
        assert_eq!(refusal.code.wire().1, 400, "{url}");
    }
    let unknown =
        server.webhooks.webhook_create(to("https://nowhere.example.com/"), &Actor::CommandLine).await.unwrap_err();
    let intern =
        server.webhooks.webhook_create(to("https://intern.example.com/"), &Actor::CommandLine).await.unwrap_err();
    assert_eq!(unknown.to_string(), intern.to_string(), "names of the operator's network cannot be asked for");
    assert!(!intern.to_string().contains("10.") && !intern.to_string().contains("example.com"), "{intern}");
    assert_eq!(server.store.webhooks().await.unwrap(), []);

    world.names.set("hooks.example.com", &[&["93.184.215.14"]]);
    let made = server.webhooks.webhook_create(to("https://hooks.example.com/"), &Actor::CommandLine).await.unwrap();
    let change = WebhookChange { url: Some("https://intern.example.com/".parse().unwrap()), ..Default::default() };
    let refused = server.webhooks.webhook_update(&made.webhook, change, &Actor::CommandLine).await;
    assert!(matches!(refused, Err(WebhookError::Address(_))), "{refused:?}");
    assert_eq!(now(&server, &made.webhook).await, made.webhook);
}

/// A name that was public when it was looked at and is private when it counts (DNS rebinding): the address that would
/// be connected to is checked, for every message.
#[apply(on_both_engines)]
async fn a_name_that_turns_private_later_is_not_connected_to(world: World) {
    let server = world.idle_with(PUBLIC).await;
    let receiver = Receiver::start().await;
    let port = receiver.address.port();
    world.names.set("hooks.example.com", &[&["93.184.215.14"], &["127.0.0.1"], &["::ffff:127.0.0.1"]]);
    let url = format!("https://hooks.example.com:{port}/");
    let made = server.webhooks.webhook_create(to(&url), &Actor::CommandLine).await.unwrap();
    user(&server, "john@example.com").await;
    for _ in 0..2 {
        send_all(&world.idle_with(PUBLIC).await).await;
        let last = only_delivery(&server, &made.webhook).await.last.unwrap();
        let error = last.error.unwrap();
        assert!(error.contains("leads to no public address"), "{error}");
        world.clock.advance(Duration::from_secs(90));
    }
    assert_eq!(receiver.received().len(), 0);
}

/// A redirect is an answer, and not one that takes a message.
#[apply(on_both_engines)]
async fn a_redirect_is_not_followed(world: World) {
    let target = Receiver::start().await;
    let receiver = Receiver::replying(Reply::Redirect(target.url())).await;
    let server = world.command().await;
    let made = webhook(&server, WebhookOwner::Server, &receiver, &[]).await;
    user(&server, "john@example.com").await;
    send_all(&server).await;
    let last = only_delivery(&server, &made.webhook).await.last.unwrap();
    assert_eq!(last.error.as_deref(), Some("the receiver answered 307; redirects are not followed"));
    assert_eq!((receiver.received().len(), target.received().len()), (1, 0));
}

/// The operator's own networks are reached where the configuration names them, and only those.
#[apply(on_both_engines)]
async fn a_network_that_the_operator_permits_is_reached(world: World) {
    let receiver = Receiver::start().await;
    let allowing = |networks: &str| format!("{PUBLIC}[webhooks]\nallow_private = {networks}\n");
    let server = world.idle_with(&allowing("[\"127.0.0.1\"]")).await;
    let made = webhook(&server, WebhookOwner::Server, &receiver, &[]).await;
    user(&server, "john@example.com").await;
    send_all(&server).await;
    assert_eq!(receiver.events(), ["user.created"]);

    let server = world.idle_with(&allowing("[\"10.0.0.0/8\"]")).await;
    user(&server, "anna@example.com").await;
    send_all(&server).await;
    assert_eq!(receiver.received().len(), 1, "not any more");
    assert!(now(&server, &made.webhook).await.failing_since.is_some());
}
