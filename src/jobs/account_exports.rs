//! Makes the files with what is known of people that were too large to be waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::people::People;

/// Somebody looks at a page until theirs is made; a round without one is a single read.
const PERIOD: Duration = Duration::from_secs(2);

pub(super) async fn run(people: Arc<People>, stopping: CancellationToken) {
    every("make account exports", PERIOD, &stopping, || people.make_due_exports()).await;
}
