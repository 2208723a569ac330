//! Several times a second: has anything kept in memory changed in the database?

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::Server;

/// Short enough that a change is obeyed well within a second, even if one look is slow.
const PERIOD: Duration = Duration::from_millis(200);

pub(super) async fn run(server: Arc<Server>, stopping: CancellationToken) {
    every("watch changes", PERIOD, &stopping, || server.refresh()).await;
}
