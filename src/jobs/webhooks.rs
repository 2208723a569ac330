//! Once a second, and whenever a message was committed: send webhooks what is due. At the end, messages that are on
//! their way are waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every_or_when;
use crate::flows::Server;

/// How soon a message is found that another node or a command queued, or whose time to be tried again has come.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(server: Arc<Server>, stopping: CancellationToken) {
    let woken = || server.webhooks.webhooks_woken();
    every_or_when("send to webhooks", PERIOD, &stopping, woken, || server.webhooks.send_due_webhooks()).await;
    server.webhooks.finish_webhooks(server.config.server.shutdown_timeout).await;
}
