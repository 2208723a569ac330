//! Once a second, and whenever a message was committed: send webhooks what is due. At the end, messages that are on
//! their way are waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every_or_when;
use crate::flows::webhooks::Webhooks;

/// How soon a message is found that another node or a command queued, or whose time to be tried again has come.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(webhooks: Arc<Webhooks>, patience: Duration, stopping: CancellationToken) {
    let woken = || webhooks.webhooks_woken();
    every_or_when("send to webhooks", PERIOD, &stopping, woken, || webhooks.send_due_webhooks()).await;
    webhooks.finish_webhooks(patience).await;
}
