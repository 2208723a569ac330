//! Deletes expired rows every few minutes, and what deleted accounts left within one.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::upkeep::Upkeep;

const PERIOD: Duration = Duration::from_mins(5);

/// What a deleted account left is gone within a minute.
const PERIOD_OF_ACCOUNTS: Duration = Duration::from_secs(20);

pub(super) async fn run(upkeep: Arc<Upkeep>, stopping: CancellationToken) {
    every("clean up", PERIOD, &stopping, || upkeep.forget_expired()).await;
}

pub(super) async fn accounts(upkeep: Arc<Upkeep>, stopping: CancellationToken) {
    every("forget accounts", PERIOD_OF_ACCOUNTS, &stopping, || upkeep.forget_accounts()).await;
}
