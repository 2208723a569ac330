//! Checks several times a second whether cached data has changed in the database.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::upkeep::Upkeep;

/// Short enough that a change is obeyed well within a second, even if one look is slow.
const PERIOD: Duration = Duration::from_millis(200);

pub(super) async fn run(upkeep: Arc<Upkeep>, stopping: CancellationToken) {
    every("watch changes", PERIOD, &stopping, || upkeep.refresh()).await;
}
