//! Waiting for an event that has no notification.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

/// Tries again until it is so; says how long that took. Fails after fifteen seconds.
pub(crate) async fn eventually<Try: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> Try) -> Duration {
    let started = Instant::now();
    let trying = async {
        while !is_so().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(15), trying).await.unwrap_or_else(|_| panic!("not within fifteen seconds: {what}"));
    started.elapsed()
}
