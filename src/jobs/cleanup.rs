//! Deletes expired rows every few minutes.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::upkeep::Upkeep;

const PERIOD: Duration = Duration::from_mins(5);

pub(super) async fn run(upkeep: Arc<Upkeep>, stopping: CancellationToken) {
    every("clean up", PERIOD, &stopping, || upkeep.forget_expired()).await;
}
