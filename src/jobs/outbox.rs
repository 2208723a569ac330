//! Once a second, and whenever a mail was queued: send what is due. At the end, mails that are being sent are
//! waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every_or_when;
use crate::flows::mail::Mail;

/// How soon a mail is found that another node queued, or whose time to be tried again has come.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(mail: Arc<Mail>, patience: Duration, stopping: CancellationToken) {
    let woken = || mail.outbox_woken();
    every_or_when("send mail", PERIOD, &stopping, woken, || mail.send_due_mail()).await;
    mail.finish_sending(patience).await;
}
