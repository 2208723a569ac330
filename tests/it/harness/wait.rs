//! Waiting for an event that has no notification.

use std::future::Future;
use std::time::Duration;

use tokio::time::{sleep, timeout};

/// Tries again until it is so. Fails after a minute, so that only what never happens fails.
pub(crate) async fn eventually<Try: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> Try) {
    let trying = async {
        while !is_so().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(60), trying).await.unwrap_or_else(|_| panic!("not within a minute: {what}"));
}
