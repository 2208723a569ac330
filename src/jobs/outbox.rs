//! Sends due mail once a second and whenever one was queued. At shutdown, waits for mails that are being sent.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every_or_when;
use crate::flows::mail::Mail;

/// How soon a mail is sent that another node queued or that is due again.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) async fn run(mail: Arc<Mail>, patience: Duration, stopping: CancellationToken) {
    let woken = || mail.outbox_woken();
    every_or_when("send mail", PERIOD, &stopping, woken, || mail.send_due_mail()).await;
    mail.finish_sending(patience).await;
}
