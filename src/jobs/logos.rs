//! Fetches the pictures of applications.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::logos::Logos;

/// Short enough that somebody who names a picture sees it soon; a round without one is a single read.
const PERIOD: Duration = Duration::from_secs(5);

pub(super) async fn run(logos: Arc<Logos>, stopping: CancellationToken) {
    every("fetch logos", PERIOD, &stopping, || logos.fetch_due_logos()).await;
}
