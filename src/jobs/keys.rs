//! Maintains the signing keys, often enough that even with intervals of seconds the next one is announced in time.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::keys::Keys;

pub(super) async fn run(keys: Arc<Keys>, stopping: CancellationToken) {
    let policy = keys.rotation_policy();
    let period = (policy.announce_for / 8).clamp(Duration::from_millis(100), Duration::from_mins(1));
    every("rotate keys", period, &stopping, || keys.maintain_keys()).await;
}
