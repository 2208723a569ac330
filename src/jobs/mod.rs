//! Scheduled jobs.
//!
//! Every job may run on every node at any moment: what must happen once is decided by a statement in the
//! database. A job that fails is logged and tried again; it never ends the server.

mod account_exports;
mod cleanup;
mod client_documents;
mod deliveries;
mod keys;
mod life_cycle;
mod logos;
mod outbox;
mod registrations;
mod usage;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info};

use crate::flows::Rooms;

/// Starts every job. They end when `stopping` is cancelled; waiting for the tracker waits for their last
/// round.
pub fn start(rooms: &Rooms, stopping: &CancellationToken) -> TaskTracker {
    let (tracker, patience) = (TaskTracker::new(), rooms.config.server.shutdown_timeout);
    tracker.spawn(watch::run(Arc::clone(&rooms.upkeep), stopping.clone()));
    tracker.spawn(keys::run(Arc::clone(&rooms.keys), stopping.clone()));
    tracker.spawn(usage::run(Arc::clone(&rooms.upkeep), stopping.clone()));
    tracker.spawn(outbox::run(Arc::clone(&rooms.mail), patience, stopping.clone()));
    tracker.spawn(deliveries::run(Arc::clone(&rooms.deliveries), patience, stopping.clone()));
    tracker.spawn(logos::run(Arc::clone(&rooms.logos), stopping.clone()));
    tracker.spawn(account_exports::run(Arc::clone(&rooms.people), stopping.clone()));
    tracker.spawn(registrations::run(Arc::clone(&rooms.registrations), stopping.clone()));
    tracker.spawn(client_documents::run(Arc::clone(&rooms.client_documents), stopping.clone()));
    tracker.spawn(cleanup::run(Arc::clone(&rooms.upkeep), stopping.clone()));
    tracker.spawn(cleanup::accounts(Arc::clone(&rooms.upkeep), stopping.clone()));
    tracker.spawn(life_cycle::heartbeat(Arc::clone(&rooms.life_cycle), stopping.clone()));
    tracker.spawn(life_cycle::sweep(Arc::clone(&rooms.life_cycle), stopping.clone()));
    tracker.close();
    tracker
}

/// Runs a round at once and then every `period`, until `stopping`. Logs when rounds begin to fail and when
/// they work again, not every failure in between.
async fn every<E, Round>(
    name: &'static str,
    period: Duration,
    stopping: &CancellationToken,
    round: impl FnMut() -> Round,
) where
    E: std::fmt::Display,
    Round: Future<Output = Result<(), E>>,
{
    every_or_when(name, period, stopping, std::future::pending, round).await;
}

/// The same, and also runs a round whenever it is `woken`.
async fn every_or_when<E, Woken, Round>(
    name: &'static str,
    period: Duration,
    stopping: &CancellationToken,
    mut woken: impl FnMut() -> Woken,
    mut round: impl FnMut() -> Round,
) where
    E: std::fmt::Display,
    Woken: Future<Output = ()>,
    Round: Future<Output = Result<(), E>>,
{
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = ticks.tick() => {}
            () = woken() => {}
        }
        let outcome = tokio::select! {
            outcome = round() => outcome,
            () = overtime(stopping) => return,
        };
        match &outcome {
            Ok(()) if failing => info!(job = name, "works again"),
            Err(e) if !failing => error!(job = name, error = %e, "fails; it will be tried again"),
            Ok(()) | Err(_) => {}
        }
        failing = outcome.is_err();
    }
}

/// How long a round may go on when the server stops. Only one that waits for a database that does not answer takes
/// longer, and waiting for that gains nothing.
const LAST_ROUND: Duration = Duration::from_secs(1);

async fn overtime(stopping: &CancellationToken) {
    stopping.cancelled().await;
    sleep(LAST_ROUND).await;
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn the_document_names_every_job() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/jobs");
        let document = include_str!("../../docs/logging.md");
        let mut names = Vec::new();
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let calls = text.split("every(\"").skip(1).chain(text.split("every_or_when(\"").skip(1));
            names.extend(calls.map(|call| call.split('"').next().unwrap().to_owned()));
        }
        // This test has the calls' text in it, too.
        names.retain(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' '));
        assert!(names.len() >= 10, "{names:?}");
        for name in names {
            assert!(document.contains(&format!("`{name}`")), "the job '{name}' is not in docs/logging.md");
        }
    }
}
