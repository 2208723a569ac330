//! Limits that all nodes share: so many at once, and one more after each interval.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::ids::Timestamp;
use gatepost::store::Store;

use crate::harness::{World, on_both_engines};

const HOUR: Duration = Duration::from_hours(1);
const NOW: Timestamp = Timestamp::from_seconds(1_772_366_400);

async fn take(store: &Store, subject: &str, now: Timestamp) -> Option<Duration> {
    let mut tx = store.begin().await.unwrap();
    let wait = tx.rate_limit_take(subject, 3, HOUR, now).await.unwrap();
    tx.commit().await.unwrap();
    wait
}

/// Design, passwordless: three at once, then one an hour, counted in the database.
#[apply(on_both_engines)]
async fn of_fifty_at_the_same_time_three_get_through(world: World) {
    let nodes = [world.store().await, world.store().await];
    let tries = (0..50).map(|n| {
        let node = nodes[n % 2].clone();
        tokio::spawn(async move { take(&node, "mail:john@example.com", NOW).await })
    });
    let mut refused = Vec::new();
    for attempt in tries.collect::<Vec<_>>() {
        refused.extend(attempt.await.unwrap());
    }
    assert_eq!(refused, [HOUR; 47], "the others are told when to come back");
    assert_eq!(take(&nodes[0], "mail:jane@example.com", NOW).await, None, "everybody has their own");
}

/// The generic cell rate algorithm.
#[apply(on_both_engines)]
async fn one_comes_back_after_each_interval_and_all_after_a_rest(world: World) {
    let store = world.store().await;
    let at = |minutes| NOW.plus(Duration::from_mins(minutes));
    for _ in 0..3 {
        assert_eq!(take(&store, "a", NOW).await, None);
    }
    assert_eq!(take(&store, "a", at(20)).await, Some(Duration::from_mins(40)));
    assert_eq!(take(&store, "a", at(60)).await, None);
    assert_eq!(take(&store, "a", at(60)).await, Some(HOUR), "being refused costs nothing and gives nothing");
    for _ in 0..3 {
        assert_eq!(take(&store, "a", at(60 * 5)).await, None);
    }
    assert!(take(&store, "a", at(60 * 5)).await.is_some());
    assert_eq!(store.rate_limits_forget(at(60 * 7)).await.unwrap(), 0);
    assert_eq!(store.rate_limits_forget(at(60 * 8)).await.unwrap(), 1);
}

/// What is taken in a transaction that never happened was not taken.
#[apply(on_both_engines)]
async fn a_take_counts_when_it_is_committed(world: World) {
    let store = world.store().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.rate_limit_take("a", 1, HOUR, NOW).await.unwrap(), None);
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.rate_limit_take("a", 1, HOUR, NOW).await.unwrap(), None);
    assert_eq!(tx.rate_limit_take("a", 1, HOUR, NOW).await.unwrap(), Some(HOUR));
    assert_eq!(tx.rate_limit_take("b", 1, Duration::ZERO, NOW).await.unwrap(), None);
    assert_eq!(tx.rate_limit_take("b", 1, Duration::ZERO, NOW).await.unwrap(), None, "no interval, no limit");
}
