//! Once a second, and whenever a mail was queued: send what is due. At the end, mails that are being sent are
//! waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every_or_when;
use crate::flows::Server;

/// How soon a mail is found that another node queued, or whose time to be tried again has come.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(server: Arc<Server>, stopping: CancellationToken) {
    let woken = || server.mail.outbox_woken();
    every_or_when("send mail", PERIOD, &stopping, woken, || server.mail.send_due_mail()).await;
    server.mail.finish_sending(server.config.server.shutdown_timeout).await;
}
