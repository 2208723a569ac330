//! Every few minutes: forget what can no longer matter.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::Server;

const PERIOD: Duration = Duration::from_mins(5);

pub(super) async fn run(server: Arc<Server>, stopping: CancellationToken) {
    every("clean up", PERIOD, &stopping, || server.forget_expired()).await;
}
