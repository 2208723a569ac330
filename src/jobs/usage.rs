//! Writes down uses about once a second. The composition root does it once more at the very end, after the last
//! request.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::upkeep::Upkeep;

const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(upkeep: Arc<Upkeep>, stopping: CancellationToken) {
    every("write usage", PERIOD, &stopping, || upkeep.flush_usage()).await;
}
