//! Sends due messages to webhooks and applications once a second and whenever one was committed. At shutdown, waits for
//! messages that are being sent.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every_or_when;
use crate::flows::deliveries::Deliveries;

/// How soon a message is sent that another node or a command queued or that is due again.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(deliveries: Arc<Deliveries>, patience: Duration, stopping: CancellationToken) {
    let woken = || deliveries.deliveries_woken();
    every_or_when("send to webhooks", PERIOD, &stopping, woken, || deliveries.send_due()).await;
    deliveries.finish(patience).await;
}
