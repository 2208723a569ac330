//! What strangers' client ids cost, and how long they are remembered.

use std::net::IpAddr;
use std::time::Duration;

use macro_rules_attribute::apply;

use gatepost::protocol::refusal::ErrorCode;

use super::{ELSEWHERE, ON, authorize, publish, refresh, signed_in};
use crate::harness::browser::Browser;
use crate::harness::{Registered, Site, World, on_both_engines};

const DAY: Duration = Duration::from_hours(24);

/// The rest is refused from memory.
#[apply(on_both_engines)]
async fn ten_thousand_client_ids_from_one_network_cost_ten_fetches_and_ten_rows(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let caller: IpAddr = "198.51.100.7".parse().unwrap();
    let mut refused = 0;
    for number in 0..10_000 {
        let path = format!("/{number}");
        let client = if number < 20 {
            publish(&site, &path, &[ELSEWHERE])
        } else {
            Registered { client_id: site.url(&path), secret: String::new() }
        };
        match server.rooms.client_documents.application(&client.id(), caller).await {
            Ok(found) => assert!(found.is_some()),
            Err(refusal) => {
                assert_eq!((refusal.code, refusal.retry_after.is_some()), (ErrorCode::TooManyRequests, true));
                refused += 1;
            }
        }
    }
    assert_eq!((refused, site.asked_in_all()), (9_990, 10));
    assert_eq!(server.rooms.store.applications().await.unwrap().len(), 10);
}

/// However many minutes one has, and wherever one comes from.
#[apply(on_both_engines)]
async fn so_many_are_remembered_that_nobody_used(world: World) {
    let server = world.server_with(&format!("{ON}[rate_limits]\nunused_registrations = 30\n")).await;
    let site = Site::start().await;
    let begin = async |number: usize, caller: &str| {
        let client = publish(&site, &format!("/{number}"), &[ELSEWHERE]);
        server.rooms.client_documents.application(&client.id(), caller.parse().unwrap()).await.map_err(|e| e.code)
    };
    for number in 0..3 {
        begin(number, "198.51.100.7").await.unwrap();
    }
    assert_eq!(begin(3, "198.51.100.8").await.unwrap_err(), ErrorCode::TooManyRequests, "a tenth for one network");
    for number in 4..31 {
        begin(number, &format!("203.0.{number}.1")).await.unwrap();
    }
    assert_eq!(begin(31, "192.0.2.1").await.unwrap_err(), ErrorCode::TooManyRequests);
    world.clock.advance(DAY + Duration::from_mins(2));
    server.rooms.client_documents.expire_documents().await.unwrap();
    begin(32, "192.0.2.2").await.unwrap();
}

#[apply(on_both_engines)]
async fn one_that_nobody_uses_is_forgotten_and_may_come_again(world: World) {
    let (server, site) = (world.server_with(ON).await, Site::start().await);
    let unused = publish(&site, "/unused.json", &[ELSEWHERE]);
    let used = publish(&site, "/used.json", &[ELSEWHERE]);
    Browser::of(&server).visit(&authorize(&unused, ELSEWHERE, &[])).await;
    let (_, tokens) = signed_in(&server, &used, ELSEWHERE).await;
    server.rooms.upkeep.flush_usage().await.unwrap();
    let expire = async || server.rooms.client_documents.expire_documents().await.unwrap();
    let is_known = async |client: &Registered| {
        let known = server.rooms.store.application(&client.id()).await.unwrap();
        known.is_some_and(|known| known.state == gatepost::domain::application::ApplicationState::Active)
    };
    world.clock.advance(DAY - Duration::from_mins(1));
    expire().await;
    assert!(is_known(&unused).await && is_known(&used).await);
    world.clock.advance(Duration::from_mins(3));
    expire().await;
    assert!(!is_known(&unused).await && is_known(&used).await);
    // The life cycle of others does not touch it.
    world.clock.advance(20 * DAY);
    let tokens = refresh(&server, &used, &tokens).await.success();
    server.rooms.upkeep.flush_usage().await.unwrap();
    world.clock.advance(84 * DAY + Duration::from_mins(2));
    expire().await;
    assert!(!is_known(&used).await);
    refresh(&server, &used, &tokens).await.refusal(400, "invalid_grant");
    let page = Browser::of(&server).visit(&authorize(&unused, ELSEWHERE, &[])).await;
    assert!(page.has("login-submit") && is_known(&unused).await, "{}", page.text());
    // What is referred to by nothing any more is erased.
    world.clock.advance(2 * DAY);
    expire().await;
    server.rooms.upkeep.forget_expired().await.unwrap();
    expire().await;
    assert_eq!(server.rooms.store.application(&unused.id()).await.unwrap(), None);
}
