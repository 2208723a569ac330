//! Keeping a key ahead: often enough that even with intervals of seconds one is announced in time.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::Server;

pub(super) async fn run(server: Arc<Server>, stopping: CancellationToken) {
    let policy = server.rotation_policy();
    let period = (policy.announce_for / 8).clamp(Duration::from_millis(100), Duration::from_mins(1));
    every("rotate keys", period, &stopping, || server.maintain_keys()).await;
}
