//! How often codes may be guessed, and how many may be open.

use std::time::Duration;

use macro_rules_attribute::apply;
use reqwest::Method;

use super::{Device, ENDPOINT, enter, signed_in};
use crate::harness::browser::Browser;
use crate::harness::person::account;
use crate::harness::{Answer, World, on_both_engines};

const PROXY: &str = "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]\n";

/// Codes that no device has: their hashes would have to collide.
const WRONG: &str = "BBBB-BBBB";

/// RFC 8628 §5.1: five wrong codes a minute and network, over all nodes.
#[apply(on_both_engines)]
async fn of_wrong_codes_a_network_has_five_a_minute(world: World) {
    let server = world.server_with(PROXY).await;
    let device = Device::of(&server).await;
    let asked = device.asks().await;
    let second;
    let mut servers = vec![&server];
    if server.rooms.store.engine_name() == "PostgreSQL" {
        second = world.server_with(PROXY).await;
        servers.push(&second);
    }
    let wrong = async |at: &str, n: usize| {
        enter(&Browser::at(servers[n % servers.len()], at), WRONG).await.answer.status.as_u16()
    };
    // Right ones do not count.
    let browser = Browser::at(&server, "2001:db8::1");
    for _ in 0..10 {
        assert!(enter(&browser, &asked.user_code).await.has("login-submit"));
    }
    for n in 0..5 {
        assert_eq!(wrong(&format!("2001:db8::{n}"), n).await, 400, "{n}");
        world.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(wrong("2001:db8::ffff", 0).await, 429);
    let limited = enter(&browser, &asked.user_code).await;
    assert_eq!((limited.answer.status.as_u16(), limited.answer.header("retry-after")), (429, Some("35")));
    assert!(limited.has("user-code") && limited.text().contains("Try again in 35 seconds"), "{}", limited.text());
    assert_eq!(wrong("2001:db8:0:1::1", 0).await, 400, "another network");
    world.clock.advance(Duration::from_secs(35));
    assert!(enter(&browser, &asked.user_code).await.has("login-submit"));
    for n in 0..5 {
        assert_eq!(wrong("2001:db8::1", n).await, 400, "{n}, a minute later");
    }
    assert_eq!(wrong("2001:db8::1", 0).await, 429);
}

/// Thirty-two open requests of an application at a network.
#[apply(on_both_engines)]
async fn of_open_requests_an_application_has_thirty_two_at_a_network(world: World) {
    let server = world.server_with(PROXY).await;
    let user = account(&server.rooms, "john@example.com").await;
    let (device, other) = (Device::of(&server).await, Device::of(&server).await);
    let ask_at = async |device: &Device<'_>, address: &str| {
        let request = server.request(Method::POST, ENDPOINT).form(&[("client_id", &device.application.client_id)]);
        Answer::of(request.header("x-forwarded-for", address)).await
    };
    let first = ask_at(&device, "198.51.100.1").await.success();
    world.clock.advance(Duration::from_secs(60));
    for _ in 1..32 {
        ask_at(&device, "198.51.100.1").await.success();
    }
    let refused = ask_at(&device, "198.51.100.1").await;
    refused.refusal(429, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), Some("840"), "when the first expires");
    ask_at(&device, "198.51.100.2").await.success();
    ask_at(&other, "198.51.100.1").await.success();
    // One that is answered is open no more.
    let browser = signed_in(&server, &user).await;
    let question = enter(&browser, first["user_code"].as_str().unwrap()).await;
    browser.submit(question.form_with("device-deny"), &[]).await;
    ask_at(&device, "198.51.100.1").await.success();
    ask_at(&device, "198.51.100.1").await.refusal(429, "temporarily_unavailable");
    world.clock.advance(Duration::from_secs(900));
    ask_at(&device, "198.51.100.1").await.success();
}

/// A public application authenticates with nothing, so each network may begin only so much in its name.
#[apply(on_both_engines)]
async fn requests_of_public_applications_are_counted_with_those_of_browsers(world: World) {
    let toml = "[rate_limits]\nauthorizations_per_ip_burst = 2\nopen_device_codes_per_ip = 1000";
    let server = world.server_with(toml).await;
    let device = Device::of(&server).await;
    for _ in 0..2 {
        device.asks().await;
    }
    device.asks_with(&[]).await.refusal(429, "temporarily_unavailable");
    world.clock.advance(Duration::from_secs(1));
    device.asks().await;
}
