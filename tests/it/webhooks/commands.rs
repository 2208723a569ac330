//! `gatepost webhook …` through the binary, beside a running server; and no secret in what it logs.

use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::flows::webhooks::NewWebhook;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{only_delivery, send_all};
use crate::harness::{
    Authority, Child, Installation, Receiver, World, eventually, installed_on_both_engines, master_key,
    on_both_engines, text,
};

const TRACE: &[(&str, &str)] = &[("GATEPOST__LOG__LEVEL", "trace")];

/// What a command printed, and what it logged.
async fn webhook(world: &World, words: &[&str]) -> (Value, String) {
    let output = Child::run(world, TRACE, &[&["webhook"], words, &["--json"]].concat()).await;
    assert!(output.status.success(), "{words:?}: {output:?}");
    (serde_json::from_slice(&output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// The whole life of a webhook from the command line; its secret is printed once and logged never.
#[apply(on_both_engines)]
async fn a_webhook_is_made_tried_and_deleted_from_the_command_line(world: World) {
    let (receiver, server) = (Receiver::start().await, Child::serve(&world, TRACE));
    let url = receiver.url();
    let (made, mut log) = webhook(&world, &["create", "--url", &url, "--event", "user.created"]).await;
    let (id, secret) = (text(&made["id"]), text(&made["secret"]));
    assert_eq!(made["events"], json!(["user.created"]));
    let (rotated, more) = webhook(&world, &["rotate-secret", &id]).await;
    log.push_str(&more);
    let (listed, _) = webhook(&world, &["list"]).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["secret"]), (1, &Value::Null));
    let (ping, _) = webhook(&world, &["ping", &id]).await;
    eventually("the ping arrives", async || receiver.received().len() == 1).await;
    let message = receiver.received().remove(0);
    assert_eq!((message.id(), message.event().as_str()), (ping["message"].as_str().unwrap(), "ping"));
    assert!(message.is_signed_with(&secret) && message.is_signed_with(&text(&rotated["secret"])));
    let delivered = async || webhook(&world, &["show", &id]).await.0["deliveries"][0]["state"] == "delivered";
    eventually("it is listed as delivered", delivered).await;
    webhook(&world, &["redeliver", &id, message.id()]).await;
    eventually("it arrives again", async || receiver.received().len() == 2).await;
    assert_eq!(webhook(&world, &["disable", &id]).await.0["state"], "disabled");
    assert_eq!(webhook(&world, &["enable", &id]).await.0["state"], "active");
    webhook(&world, &["delete", &id]).await;
    assert_eq!(webhook(&world, &["list"]).await.0, json!([]));

    log.push_str(&server.kill());
    assert!(log.contains("webhook message taken"), "the log was on: {log}");
    for secret in [secret, text(&rotated["secret"])] {
        assert!(!log.contains(secret.trim_start_matches("whsec_")), "{log}");
    }
}

/// A receiver's certificate must come from an authority that the machine trusts, and be for its name.
#[apply(on_both_engines)]
async fn a_message_goes_only_to_a_receiver_whose_certificate_is_good(world: World) {
    let authority = Authority::named("Test authority");
    let receiver = Receiver::with_certificate_of(&authority).await;
    let server = world.command().await;
    let new = NewWebhook { owner: WebhookOwner::Server, url: receiver.tls_url().parse().unwrap(), events: Vec::new() };
    let made = server.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap();
    server.webhooks.webhook_ping(&made.webhook, &Actor::CommandLine).await.unwrap();
    send_all(&server).await;
    let last = only_delivery(&server, &made.webhook).await.last.unwrap();
    let error = last.error.unwrap();
    assert!(error.contains("no TLS connection") && error.contains("UnknownIssuer"), "{error}");
    assert_eq!(receiver.received().len(), 0);
    server.webhooks.webhook_delete(&made.webhook, &Actor::CommandLine).await.unwrap();

    let file = world.database.folder().join("authority.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    let _server = Child::serve(&world, &[("SSL_CERT_FILE", file.to_str().unwrap())]);
    let (made, _) = webhook(&world, &["create", "--url", &receiver.tls_url()]).await;
    webhook(&world, &["ping", &text(&made["id"])]).await;
    eventually("it arrives", async || receiver.received().len() == 1).await;
    assert!(receiver.received()[0].is_signed_with(&text(&made["secret"])));
}

/// Nothing is made of what is not one.
#[apply(on_both_engines)]
async fn a_command_that_is_wrong_says_why(world: World) {
    Child::run(&world, &[], &["migrate"]).await;
    for (words, says) in [
        (&["create", "--url", "http://example.com/"][..], "http is for localhost only"),
        (&["create", "--url", "https://10.0.0.1/"], "leads to no public address"),
        (&["create", "--url", "https://1.1.1.1/", "--event", "user.creatd"], "no event"),
        (&["create", "--url", "https://1.1.1.1/", "--application", "ghost"], "no application ghost"),
        (&["show", "019a0000-0000-7000-8000-000000000000"], "no such webhook"),
        (&["ping", "x"], "invalid value"),
    ] {
        let output = Child::run(&world, &[], &[&["webhook"], words].concat()).await;
        let why = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty() && why.contains(says), "{words:?}: {why}");
    }
}

/// `key reencrypt`, after which the old master key can go.
#[apply(installed_on_both_engines)]
async fn the_secret_of_a_webhook_moves_to_a_new_master_key(at: Installation) {
    let mut at = at;
    at.set("keys.master_key", &master_key(1));
    at.migrated().await;
    let id = text(&at.json(&["webhook", "create", "--url", "https://1.1.1.1/"]).await["id"]);
    at.set("keys.master_key", &format!("{},{}", master_key(2), master_key(1)));
    assert_eq!(at.run(&["key", "reencrypt"]).await.code, Some(0));
    at.set("keys.master_key", &master_key(2));
    at.json(&["webhook", "rotate-secret", &id]).await;
}
