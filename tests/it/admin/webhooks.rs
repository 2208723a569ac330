//! The server's own webhooks: the same pages as an application's, for operators with a fresh sign-in.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::flows::webhooks::NewWebhook;

use super::{JOHN, history, root, signed_in, status};
use crate::harness::{Receiver, World, eventually, on_both_engines, person};

#[apply(on_both_engines)]
async fn an_operator_makes_tries_changes_and_deletes_a_webhook_of_the_server(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let root = root(&server).await;
    let list = root.visit("/admin/webhooks").await;
    assert!(
        list.text().contains("aria-current=\"true\">Webhooks") && list.text().contains("None yet."),
        "{}",
        list.text()
    );
    let form = root.visit("/admin/webhooks/new").await;
    assert!(form.text().contains("user.created"), "the server's are told of accounts");
    let url = receiver.url();
    let refused = root.submit(form.form_with("hook-create"), &[("url", "nonsense"), ("which", "all")]).await;
    assert_eq!((status(&refused), refused.has("hook-url-problem")), (400, true));
    let fields = [("url", url.as_str()), ("which", "chosen"), ("event", "user.created")];
    let page = root.submit(refused.form_with("hook-create"), &fields).await;
    let (_, secret) = page.text().split_once("id=\"hook-secret\"").unwrap();
    let secret = secret.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
    person::account(&server.rooms, "anna@example.com").await;
    eventually("it is told", async || receiver.events() == ["user.created"]).await;
    assert!(receiver.received()[0].is_signed_with(&secret));
    root.submit(page.form_with("hook-ping"), &[]).await;
    eventually("the test event arrives", async || receiver.events() == ["user.created", "ping"]).await;
    let page = root.submit(page.form_with("hook-save"), &[("url", url.as_str()), ("which", "all")]).await;
    assert!(page.text().contains("every event"), "{}", page.text());
    let list = root.submit(page.form_with("hook-delete"), &[]).await;
    assert!(list.text().contains("The webhook is deleted.") && list.text().contains("None yet."), "{}", list.text());
}

#[apply(on_both_engines)]
async fn what_changes_a_webhook_of_the_server_takes_a_fresh_sign_in(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let root = root(&server).await;
    let made = |owner| NewWebhook { owner, url: receiver.url().parse().unwrap(), events: Vec::new() };
    let webhook =
        server.rooms.webhooks.webhook_create(made(WebhookOwner::Server), &Actor::CommandLine).await.unwrap().webhook;
    let before = history(&server, &webhook.id.to_string()).await;
    let own = format!("/admin/webhooks/{}", webhook.id);
    let (page, new) = (root.visit(&own).await, root.visit("/admin/webhooks/new").await);
    world.clock.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(status(&root.get(&own).await), 200, "looking is free");
    for id in ["hook-save", "hook-ping", "hook-rotate", "hook-disable", "hook-delete"] {
        let sent = root.post(&page.form_with(id), &[("url", "https://93.184.215.14/"), ("which", "all")]).await;
        assert_eq!(sent.redirect().unwrap(), format!("/login?fresh=1&return_to={own}"), "{id}");
    }
    let sent = root.post(&new.form_with("hook-create"), &[("url", "https://93.184.215.14/"), ("which", "all")]).await;
    assert_eq!(sent.redirect().unwrap(), "/login?fresh=1&return_to=/admin/webhooks/new");
    assert_eq!(history(&server, &webhook.id.to_string()).await, before);
    assert_eq!(server.rooms.webhooks.webhooks_of(&WebhookOwner::Server).await.unwrap(), [webhook]);
    assert!(receiver.received().is_empty());
}

#[apply(on_both_engines)]
async fn the_webhook_of_an_application_is_on_the_page_of_the_application(world: World) {
    let (server, receiver) = (world.server().await, Receiver::start().await);
    let root = root(&server).await;
    let developer = signed_in(&server, "/portal/applications", JOHN).await;
    let form = developer.visit("/portal/applications/new").await.form_with("app-create");
    let page = developer.submit(form, &[("name", "Orders"), ("type", "service")]).await;
    let (_, rest) = page.text().split_once("id=\"app-client-id\"").unwrap();
    let client_id = rest.split_once('>').unwrap().1.split('<').next().unwrap();
    let owner = WebhookOwner::Application(client_id.parse().unwrap());
    let new = NewWebhook { owner, url: receiver.url().parse().unwrap(), events: Vec::new() };
    let id = server.rooms.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap().webhook.id;
    assert_eq!(status(&root.get(&format!("/admin/webhooks/{id}")).await), 404);
    let page = root.visit(&format!("/portal/applications/{client_id}/webhooks/{id}")).await;
    assert!(page.text().contains("You see this as an operator.") && page.has("hook-ping"), "{}", page.text());
}
