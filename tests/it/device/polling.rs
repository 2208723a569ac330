//! What a poll is answered (RFC 8628 §3.5).

use std::time::Duration;

use gatepost::domain::application::ApplicationSettings;
use gatepost::flows::applications::{ACTIVATE, DEACTIVATE};
use gatepost::protocol::scope::Scope;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;

use super::{Asked, Device, enter, signed_in_beside};
use crate::harness::browser::Page;
use crate::harness::{World, on_both_engines};

const SECOND: Duration = Duration::from_secs(1);

/// Each poll that comes too early makes the interval five seconds longer.
#[apply(on_both_engines)]
async fn polling_too_fast_is_told_to_slow_down_each_time_by_five_seconds_more(world: World) {
    let server = world.server().await;
    let device = Device::of(&server).await;
    let asked = device.asks().await;
    for (passed, error) in [
        (0, "authorization_pending"),
        (5, "authorization_pending"),
        (2, "slow_down"),
        // Ten seconds are asked for from now on.
        (6, "slow_down"),
        // Fifteen.
        (15, "authorization_pending"),
        (10, "slow_down"),
        (20, "authorization_pending"),
    ] {
        world.clock.advance(SECOND * passed);
        device.is_told(&asked, error).await;
    }
    let other = device.asks().await;
    device.is_told(&other, "authorization_pending").await;
}

/// However many devices wait, waiting writes nothing.
#[apply(on_both_engines)]
async fn a_poll_that_waits_writes_nothing(world: World) {
    let server = world.server().await;
    let device = Device::of(&server).await;
    let asked = device.asks().await;
    let rows = async || world.database.dump().await["device_grants"].clone();
    let before = rows().await;
    for error in ["authorization_pending", "slow_down", "slow_down"] {
        device.is_told(&asked, error).await;
    }
    assert_eq!((before.len(), rows().await), (1, before));
    server.rooms.upkeep.flush_usage().await.unwrap();
    let noted = world.database.texts("select error from application_requests where error is not null").await;
    assert_eq!(noted, ["slow_down"], "its owner sees that it polls too fast, and not that it waits");
}

/// RFC 8628 §3.5, `expired_token`: for an hour, then the code is as unknown as any other.
#[apply(on_both_engines)]
async fn a_device_code_expires_and_is_forgotten(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let [waiting, allowed] = [device.asks().await, device.asks().await];
    let question = enter(&browser, &allowed.user_code).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    let late = device.asks().await;
    let question = enter(&browser, &late.user_code).await;
    world.clock.advance(SECOND * 899);
    device.is_told(&waiting, "authorization_pending").await;
    world.clock.advance(SECOND);
    for asked in [&waiting, &allowed] {
        device.is_told(asked, "expired_token").await;
    }
    let refused = browser.submit(question.form_with("device-allow"), &[]).await;
    assert!(refused.text().contains("This code is over"), "{}", refused.text());
    device.is_told(&late, "expired_token").await;
    let refused = enter(&browser, &waiting.user_code).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.has("user-code"), "{}", refused.text());
    for (passed, error) in [(3599, "expired_token"), (1, "invalid_grant")] {
        world.clock.advance(SECOND * passed);
        server.rooms.upkeep.forget_expired().await.unwrap();
        device.is_told(&waiting, error).await;
    }
    for table in ["device_grants", "tries"] {
        let rows = world.database.texts(&format!("select 'left' from {table}")).await;
        assert_eq!(rows, Vec::<String>::new(), "{table}");
    }
}

/// RFC 8628 §3.4: a device code is its client's, and another client changes nothing.
#[apply(on_both_engines)]
async fn another_application_cannot_redeem_a_device_code_nor_spoil_it(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let thief = Device::of(&server).await;
    let asked = device.asks().await;
    thief.is_told(&asked, "invalid_grant").await;
    let question = enter(&browser, &asked.user_code).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    thief.is_told(&asked, "invalid_grant").await;
    device.polls(&asked).await.success();
}

/// RFC 6749 §5.2: what is no device code of ours.
#[apply(on_both_engines)]
async fn a_poll_without_a_device_code_of_ours_is_refused_as_what_it_is(world: World) {
    let server = world.server().await;
    let device = Device::of(&server).await;
    let grant = ("grant_type", GrantType::DeviceCode.name());
    server.form("/token", &device.application, &[grant]).await.refusal(400, "invalid_request");
    let asked = device.asks().await;
    let long = "x".repeat(20_000);
    let upper = asked.device_code.to_uppercase();
    for odd in
        ["x", "gpd_", "gpc_0000000000000000000000000000000000000000000", &asked.user_code, &upper, &long, "é\u{202e}"]
    {
        let odd = Asked { device_code: odd.to_owned(), user_code: String::new(), complete: String::new() };
        device.is_told(&odd, "invalid_grant").await;
    }
    let twice = [grant, ("device_code", &asked.device_code), ("device_code", &asked.device_code)];
    server.form("/token", &device.application, &twice).await.refusal(400, "invalid_request");
    device.is_told(&asked, "authorization_pending").await;
}

/// An application that is stopped gets nothing for what was asked and allowed before, also when it goes on.
#[apply(on_both_engines)]
async fn what_an_application_asked_before_it_was_stopped_never_comes_back(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let [allowed, waiting] = [device.asks().await, device.asks().await];
    let question = enter(&browser, &allowed.user_code).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    let question = enter(&browser, &waiting.user_code).await;
    world.clock.advance(SECOND);
    device.application.change(&server.rooms, DEACTIVATE).await;
    device.polls(&allowed).await.refusal(401, "invalid_client");
    device.asks_with(&[]).await.refusal(401, "invalid_client");
    let refused = browser.visit(&question.form_with("device-allow").action).await;
    assert!(refused.text().contains("This code is over"), "{}", refused.text());
    device.application.change(&server.rooms, ACTIVATE).await;
    for asked in [&allowed, &waiting] {
        device.is_told(asked, "expired_token").await;
    }
    let refused = browser.submit(question.form_with("device-allow"), &[]).await;
    assert!(refused.text().contains("This code is over"), "{}", refused.text());
    assert_eq!(enter(&browser, &waiting.user_code).await.answer.status, 400);
    world.clock.advance(SECOND);
    let asked = device.asks().await;
    device.is_told(&asked, "authorization_pending").await;
}

/// What is taken from an application while a request is open is neither shown nor granted.
#[apply(on_both_engines)]
async fn what_is_taken_from_an_application_is_neither_shown_nor_granted(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let scope = [("scope", "openid email user")];
    let ask = async || {
        let answer = device.asks_with(&scope).await.success();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Asked { device_code: text("device_code"), user_code: text("user_code"), complete: String::new() }
    };
    let (allowed, asked) = (ask().await, ask().await);
    let question = enter(&browser, &allowed.user_code).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    let question = enter(&browser, &asked.user_code).await;
    let has = |page: &Page| page.text().contains("See your e-mail address");
    assert!(has(&question), "{}", question.text());
    let allow_scope = async |scope: &str| {
        let scope: Scope = scope.parse().unwrap();
        let change = |settings: &mut ApplicationSettings| {
            settings.default_scope = scope.clone();
            settings.scope = scope;
        };
        device.application.settle(&server.rooms, change).await;
    };
    allow_scope("openid user").await;
    assert_eq!(device.polls(&allowed).await.success()["scope"], "openid user");
    // The page is shown anew instead of being taken for an answer to what it did not show.
    let question = browser.submit(question.form_with("device-allow"), &[]).await;
    assert!(question.has("device-allow") && !has(&question), "{}", question.text());
    device.is_told(&asked, "authorization_pending").await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    // Given back afterwards, it was not what the person saw.
    allow_scope("openid email user").await;
    assert_eq!(device.polls(&asked).await.success()["scope"], "openid user");
    let asked = ask().await;
    let question = enter(&browser, &asked.user_code).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    allow_scope("profile").await;
    device.is_told(&asked, "invalid_grant").await;
    device.application.settle(&server.rooms, |settings| settings.grants.clear()).await;
    device.is_told(&asked, "unauthorized_client").await;
    assert_eq!(browser.visit(&question.form_with("device-allow").action).await.answer.status, 400);
}
