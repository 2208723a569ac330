//! The way of a logout token to a receiver that does not take it, and who sees that.

use std::time::Duration;

use macro_rules_attribute::apply;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, Setting};
use gatepost::domain::ids::Timestamp;
use gatepost::domain::webhook_delivery::{Delivery, DeliveryState};
use serde_json::{Value, json};

use super::{
    another_browser_of, claims_told, id_token, logouts_of, shop, sid_of, sign_out, signed_in, tokens_of, told_at,
};
use crate::harness::{
    Answer, Receiver, Registered, Reply, START, TestServer, World, eventually, on_both_engines, person,
};

/// Sends what is due, and waits until the attempts have ended.
async fn tried(server: &TestServer, application: &Registered, attempts: usize) -> DeliveryState {
    let attempts = i64::try_from(attempts).unwrap();
    eventually(&format!("attempt {attempts} has ended"), async || {
        server.rooms.deliveries.send_due().await.unwrap();
        let delivery = logouts_of(server, application).await.remove(0);
        // While one is under way, what it is about is still due.
        let is_over = delivery.state.next_attempt_at().is_none_or(|next| next > server.rooms.instruments.now());
        delivery.attempts == attempts && is_over
    })
    .await;
    logouts_of(server, application).await.remove(0).state
}

/// A receiver that fails is tried for an hour, each time with a token that was signed for that try.
#[apply(on_both_engines)]
async fn a_receiver_that_fails_is_tried_for_an_hour_with_fresh_tokens(world: World) {
    let server = world.server().await;
    let receiver = Receiver::replying(Reply::Status(500)).await;
    let application = shop(&server, &receiver).await;
    let (_, browser) = signed_in(&server, "john@example.com").await;
    let sid = sid_of(&server, &tokens_of(&server, &browser, &application).await).await;
    sign_out(&browser).await;
    let mut tries: Vec<Timestamp> = Vec::new();
    loop {
        let state = tried(&server, &application, tries.len() + 1).await;
        tries.push(server.rooms.instruments.now());
        let Some(next) = state.next_attempt_at() else { break };
        world.clock.advance(next.since(server.rooms.instruments.now()));
    }
    assert_eq!(logouts_of(&server, &application).await[0].state, DeliveryState::GivenUp);
    assert_eq!(tries.last().unwrap().as_seconds(), START + 3600, "the last one an hour later: {tries:?}");
    assert!((7..=12).contains(&tries.len()), "{tries:?}");
    world.clock.advance(Duration::from_hours(48));
    server.rooms.deliveries.send_due().await.unwrap();
    assert_eq!(receiver.received().len(), tries.len(), "and then no more");
    let mut names = Vec::new();
    for (nth, at) in tries.iter().enumerate() {
        let claims = claims_told(&server, &receiver, nth, &application).await;
        assert_eq!((claims["iat"].as_i64(), claims["sid"].as_str()), (Some(at.as_seconds()), Some(&*sid)));
        names.push(claims["jti"].as_str().unwrap().to_owned());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), tries.len(), "each a token of its own");
}

/// A receiver that recovers takes it; one that says when to come back is not tried before, and not after the hour.
#[apply(on_both_engines)]
async fn a_receiver_that_recovers_is_told_then(world: World) {
    let server = world.server().await;
    let receiver = Receiver::replying(Reply::Later(503, "86400".to_owned())).await;
    let application = shop(&server, &receiver).await;
    let (_, browser) = signed_in(&server, "john@example.com").await;
    tokens_of(&server, &browser, &application).await;
    sign_out(&browser).await;
    let DeliveryState::Pending(next) = tried(&server, &application, 1).await else { panic!("it waits") };
    assert_eq!(next.as_seconds(), START + 3600);
    receiver.reply(Reply::Status(200));
    world.clock.advance(Duration::from_hours(1));
    assert!(matches!(tried(&server, &application, 2).await, DeliveryState::Delivered(_)));
    assert_eq!(receiver.received().len(), 2);
}

/// §2.8 and this server's own rules: redirects are not followed, and no address of the operator's network is reached.
/// Owner and operator read why.
#[apply(on_both_engines)]
async fn owner_and_operator_see_why_a_receiver_was_not_told(world: World) {
    let server = world.server().await;
    let elsewhere = Receiver::start().await;
    let receiver = Receiver::replying(Reply::Redirect(elsewhere.url())).await;
    let application = shop(&server, &receiver).await;
    let intern = Registered::at(
        &server.rooms,
        ApplicationSettings {
            backchannel_logout_uri: Some("https://10.0.0.1/logout".parse().unwrap()),
            ..told_at(&receiver)
        },
    )
    .await;
    let (_, browser) = signed_in(&server, "john@example.com").await;
    for application in [&application, &intern] {
        tokens_of(&server, &browser, application).await;
    }
    sign_out(&browser).await;
    tried(&server, &application, 1).await;
    tried(&server, &intern, 1).await;
    assert_eq!(elsewhere.received().len(), 0);
    let error =
        |deliveries: Vec<Delivery>| deliveries[0].last.as_ref().and_then(|last| last.error.clone()).unwrap_or_default();
    assert!(error(logouts_of(&server, &application).await).contains("redirects are not followed"));
    let operator = person::operator(&server.rooms, "root@example.com").await;
    for (viewer, application, said) in
        [(&operator, &application, "Redirects are not followed"), (&operator, &intern, "leads to no public address")]
    {
        let browser = another_browser_of(&server, viewer).await;
        let page = browser.visit(&format!("/portal/applications/{}/insight", application.client_id)).await;
        assert!(page.has("logouts") && page.text().to_lowercase().contains(&said.to_lowercase()), "{}", page.text());
        assert!(page.text().contains("Not taken yet"), "{}", page.text());
    }
}

/// RFC 7591: what registers itself is told only at a host that its people are sent to anyway.
#[apply(on_both_engines)]
async fn what_registers_itself_is_told_at_its_own_host_only(world: World) {
    let server = world.server_with("registration.dynamic = \"open\"\n").await;
    let register = async |address: &str| {
        let metadata = json!({
            "redirect_uris": ["https://app.example/cb"], "client_name": "Shop",
            "backchannel_logout_uri": address, "backchannel_logout_session_required": true,
        });
        Answer::of(server.request(reqwest::Method::POST, "/oauth/register").json(&metadata)).await
    };
    let made: Value = register("https://app.example/logout?x=1").await.json();
    assert_eq!(made["backchannel_logout_uri"], "https://app.example/logout?x=1");
    assert_eq!(made["backchannel_logout_session_required"], true);
    for elsewhere in
        ["https://victim.example/", "https://sub.app.example/", "https://10.0.0.1/", "http://app.example/", "x"]
    {
        let said = register(elsewhere).await.refusal(400, "invalid_client_metadata");
        assert!(said.contains("backchannel_logout_uri"), "{said}");
    }
}

/// The address is an https URL as a webhook's is, at every door alike.
#[test]
fn an_address_for_logout_tokens_keeps_to_the_rules_of_webhooks() {
    let setting = Setting::of_name("backchannel_logout_uri").unwrap();
    let mut settings = ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Web);
    for bad in ["http://shop.example/", "https://a:b@shop.example/", "https://shop.example/#x", "shop.example", ""] {
        assert!(setting.put(&mut settings, &json!(bad)).is_err(), "{bad}");
    }
    for good in ["https://shop.example/logout?a=b", "http://localhost:3000/logout"] {
        setting.put(&mut settings, &json!(good)).unwrap();
        assert_eq!(setting.value(&settings), json!(good));
    }
}

/// What a receiver was told is shown to nobody else, and a stranger's browser changes nothing of it.
#[apply(on_both_engines)]
async fn an_application_without_an_address_has_no_such_part_of_its_page(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    let operator = person::operator(&server.rooms, "root@example.com").await;
    let browser = another_browser_of(&server, &operator).await;
    let address = format!("/portal/applications/{}/insight", application.client_id);
    assert!(browser.visit(&address).await.has("logouts"));
    application.settle(&server.rooms, |settings| settings.backchannel_logout_uri = None).await;
    assert!(!browser.visit(&address).await.has("logouts"));
    let (_, john) = signed_in(&server, "john@example.com").await;
    let tokens = tokens_of(&server, &john, &application).await;
    assert!(!id_token(&tokens).is_empty());
    assert_eq!(john.visit(&address).await.answer.status, 404);
}
