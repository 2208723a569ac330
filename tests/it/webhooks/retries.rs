//! A receiver that is not there, or not willing: tried again for a day, then given up, and in the end left alone.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::audit::Actor;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::domain::webhook_delivery::DeliveryState;
use gatepost::flows::webhooks::{Sending, WebhookChange, WebhookError};

use super::{now, only_delivery, send_all, user, webhook};
use crate::harness::{Receiver, Reply, World, eventually, on_both_engines};

/// The longest that each wait may be: the table of `docs/webhooks.md` and a quarter more.
const WAITS: [u64; 8] = [5, 60, 300, 1800, 7200, 18_000, 28_800, 28_800];

/// Tried nine times over a day, each time under the same id, later each time, and then no more.
#[apply(on_both_engines)]
async fn a_message_that_is_refused_is_tried_for_a_day(world: World) {
    let receiver = Receiver::replying(Reply::Status(500)).await;
    let made = webhook(&*world.command().await, WebhookOwner::Server, &receiver, &[]).await;
    user(&*world.command().await, "john@example.com").await;
    for (tries, wait) in WAITS.into_iter().enumerate() {
        send_all(&world.command().await).await;
        let delivery = only_delivery(&*world.command().await, &made.webhook).await;
        assert_eq!((delivery.attempts, receiver.received().len()), (i64::try_from(tries).unwrap() + 1, tries + 1));
        let last = delivery.last.unwrap();
        assert_eq!((last.status, last.error.as_deref()), (Some(500), Some("the receiver answered 500")));
        let DeliveryState::Pending(next) = delivery.state else { panic!("{:?}", delivery.state) };
        let waits = next.since(last.at);
        assert!(waits >= Duration::from_secs(wait) && waits <= Duration::from_millis(wait * 1250), "{waits:?}");
        world.clock.advance(waits.saturating_sub(Duration::from_millis(1)));
        assert!(!world.store().await.deliveries_has_due(next.minus(Duration::from_millis(1))).await.unwrap());
        world.clock.advance(Duration::from_millis(1));
    }
    send_all(&world.command().await).await;
    assert_eq!(only_delivery(&*world.command().await, &made.webhook).await.state, DeliveryState::GivenUp);
    world.clock.advance(Duration::from_hours(48));
    send_all(&world.command().await).await;
    let messages = receiver.received();
    assert_eq!(messages.len(), 9);
    assert!(messages.iter().all(|message| message.id() == messages[0].id()), "a receiver can tell");
    assert!(messages.iter().all(|message| message.is_signed_with(made.secret.expose())), "signed anew each time");
}

/// No answer in time is a failure like any other; the next try may be luckier.
#[apply(on_both_engines)]
async fn a_receiver_that_does_not_answer_in_time_is_tried_again(world: World) {
    let server = world.server_with("[webhooks]\ntimeout = \"200ms\"\n").await;
    let receiver = Receiver::replying(Reply::Silence).await;
    let made = webhook(&server.rooms, WebhookOwner::Server, &receiver, &[]).await;
    user(&server.rooms, "john@example.com").await;
    let failed = async || now(&server.rooms, &made.webhook).await.failing_since.is_some();
    eventually("the try ends", failed).await;
    let last = only_delivery(&server.rooms, &made.webhook).await.last.unwrap();
    assert_eq!((last.status, last.error.as_deref()), (None, Some("no answer within 200 ms")));
    receiver.reply(Reply::Status(200));
    world.clock.advance(Duration::from_secs(7));
    let works = async || now(&server.rooms, &made.webhook).await.failing_since.is_none();
    eventually("it gets through", works).await;
    assert_eq!(receiver.received().len(), 2);
}

/// The receiver does not listen, or what comes back is no HTTP: said in words, and tried again.
#[apply(on_both_engines)]
async fn what_is_no_receiver_is_told_so(world: World) {
    let receiver = Receiver::start().await;
    let made = webhook(&*world.command().await, WebhookOwner::Server, &receiver, &[]).await;
    drop(receiver);
    user(&*world.command().await, "john@example.com").await;
    eventually("nobody listens any more", async || {
        world.clock.advance(Duration::from_hours(9));
        send_all(&world.command().await).await;
        let last = only_delivery(&*world.command().await, &made.webhook).await.last.unwrap();
        last.error.is_some_and(|error| error.contains("no connection"))
    })
    .await;
}

/// Written with what it tells: a process that ends before it is sent, or while it is being sent, leaves it to the next.
#[apply(on_both_engines)]
async fn a_message_survives_the_end_of_its_server(world: World) {
    let receiver = Receiver::start().await;
    let first = world.command().await;
    webhook(&first, WebhookOwner::Server, &receiver, &[]).await;
    user(&first, "john@example.com").await;
    // As a server that ends after its claim.
    let claim = Duration::from_secs(75);
    let claimed =
        first.store.delivery_claim(first.instruments.now(), first.instruments.now().plus(claim)).await.unwrap();
    assert!(claimed.is_some());
    user(&first, "anna@example.com").await;
    first.store.close().await;
    let server = world.server().await;
    assert!(!server.rooms.store.deliveries_has_due(server.rooms.instruments.now()).await.unwrap(), "claimed");
    world.clock.advance(claim);
    eventually("both arrive", async || receiver.received().len() == 2).await;
}

/// RFC 9110 §10.2.3: a receiver that says when to come back is left alone until then, and so are its other
/// messages; it gets a day at most, and what is sooner than we would come anyway changes nothing.
#[apply(on_both_engines)]
async fn a_receiver_is_not_tried_before_the_time_that_it_names(world: World) {
    let server = world.command().await;
    let mut told = Vec::new();
    for (status, said, waits, messages) in [
        (429, "120", 120, 1),
        (503, "Sun, 01 Mar 2026 14:00:00 GMT", 7200, 1),
        (503, "99999999999999999999", 86_400, 1),
        (429, "2", 5, 1),
        (503, "Sun, 01 Mar 2026 11:00:00 GMT", 5, 2),
        (503, "soon", 5, 2),
        (500, "120", 5, 2),
    ] {
        let receiver = Receiver::replying(Reply::Later(status, said.to_owned())).await;
        let made = webhook(&server, WebhookOwner::Server, &receiver, &["user.created"]).await;
        told.push((made.webhook, receiver, said, waits, messages));
    }
    for email in ["john@example.com", "anna@example.com"] {
        user(&server, email).await;
    }
    send_all(&server).await;
    for (webhook, receiver, said, waits, messages) in told {
        assert_eq!(receiver.received().len(), messages, "{said}");
        let deliveries = server.webhooks.webhook_deliveries(&webhook).await.unwrap();
        for delivery in deliveries.iter().filter(|delivery| delivery.last.is_some()) {
            let waited = delivery.state.next_attempt_at().unwrap().since(server.instruments.now()).as_millis();
            assert!(waited >= waits * 1000 && waited <= waits * 1250, "{said}: {waited}");
        }
    }
}

/// RFC 9110 §15.5.11: a receiver that says it is gone is taken at its word, until its owner says otherwise.
#[apply(on_both_engines)]
async fn a_receiver_that_is_gone_is_left_alone(world: World) {
    let (server, receiver) = (world.command().await, Receiver::replying(Reply::Status(410)).await);
    let made = webhook(&server, WebhookOwner::Server, &receiver, &["user.created", "webhook.changed"]).await;
    let watcher = Receiver::start().await;
    webhook(&server, WebhookOwner::Server, &watcher, &["webhook.disabled"]).await;
    for email in ["john@example.com", "anna@example.com"] {
        user(&server, email).await;
    }
    world.clock.advance(Duration::from_secs(1));
    send_all(&server).await;
    let disabled = now(&server, &made.webhook).await;
    assert!(format!("{:?}", disabled.state).contains("Gone"), "{disabled:?}");
    assert_eq!(receiver.received().len(), 1, "what else waited is given up");
    assert_eq!(
        server
            .webhooks
            .webhook_deliveries(&disabled)
            .await
            .unwrap()
            .iter()
            .filter(|d| d.state == DeliveryState::GivenUp)
            .count(),
        2
    );
    let log = server.store.audit_of(&disabled.id.to_string()).await.unwrap();
    assert_eq!((log[1].event.as_str(), log[1].detail.as_str()), ("webhook.disabled", "gone"));

    let server = world.command().await;
    user(&server, "late@example.com").await;
    assert!(matches!(server.webhooks.webhook_ping(&disabled, &Actor::CommandLine).await, Err(WebhookError::Disabled)));
    receiver.reply(Reply::Status(200));
    let change = WebhookChange { sending: Some(Sending::On), ..WebhookChange::default() };
    server.webhooks.webhook_update(&disabled, change, &Actor::CommandLine).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    user(&server, "again@example.com").await;
    send_all(&server).await;
    assert_eq!(watcher.received()[0].json()["data"]["reason"], "gone");
    let events = receiver.events();
    assert_eq!(events, ["user.created", "webhook.changed", "user.created"], "nothing of the time in between");
}

/// Nothing got through for `webhooks.disable_after`, counted from the first failure; one success starts anew.
#[apply(on_both_engines)]
async fn a_webhook_that_fails_for_days_is_disabled(world: World) {
    let receiver = Receiver::replying(Reply::Status(503)).await;
    let made = webhook(&*world.command().await, WebhookOwner::Server, &receiver, &["user.created"]).await;
    let hours = |hours| Duration::from_hours(hours);
    let steps =
        [(0, 503, "active"), (100, 200, "active"), (30, 503, "active"), (119, 503, "active"), (1, 503, "disabled")];
    for (index, (passes, status, state)) in steps.into_iter().enumerate() {
        world.clock.advance(hours(passes));
        receiver.reply(Reply::Status(status));
        let server = world.command().await;
        user(&server, &format!("user{index}@example.com")).await;
        send_all(&server).await;
        assert_eq!(now(&server, &made.webhook).await.state.name(), state, "step {index}");
    }
}
