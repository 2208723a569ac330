//! Sending the mails of the outbox: each until the mail server accepts it or it becomes useless.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use super::Mail;
use super::queue::{Letter, place};
use crate::adapters::mailer::{self, HeaderText, MailError, Mailer, Sender};
use crate::domain::encryption::SealError;
use crate::domain::sign_in::DeliveryEvent;
use crate::store::{ClaimedMail, StoreError};

/// How many mails are being sent at the same time.
const AT_ONCE: usize = 8;

/// How long a claim lasts. If this process ends meanwhile, another sends the mail after that.
const CLAIM: Duration = Duration::from_mins(1);

/// The time limit of an attempt: less than the claim, so that no two workers send at the same time.
const ONE_TRY: Duration = Duration::from_secs(45);

/// The delay after each failed attempt, in seconds; the last one for all further attempts.
const BACK_OFF: [u64; 5] = [2, 5, 15, 30, 60];

/// How often recording the result is tried when the database is unreachable.
const WRITE_TRIES: u32 = 6;

/// What the workers of one process share.
#[derive(Debug)]
pub(super) struct Workers {
    woken: Notify,
    slots: Arc<Semaphore>,
    sending: TaskTracker,
}

impl Default for Workers {
    fn default() -> Self {
        Self { woken: Notify::new(), slots: Arc::new(Semaphore::new(AT_ONCE)), sending: TaskTracker::new() }
    }
}

/// How an attempt ended.
enum Ending {
    Accepted {
        answer: String,
    },
    Postponed {
        wait: Duration,
        reason: String,
    },
    GivenUp {
        reason: String,
    },
    /// It is not to be sent, which nobody is to learn: it ends like one that was.
    Withheld {
        reason: &'static str,
    },
}

impl Mail {
    /// Wakes the job that sends mail.
    pub fn wake_outbox(&self) {
        self.workers.woken.notify_one();
    }

    /// Waits until it is woken.
    pub async fn outbox_woken(&self) {
        self.workers.woken.notified().await;
    }

    /// Begins to send due mails, as many at the same time as allowed. Each that ends wakes the outbox again.
    pub async fn send_due_mail(self: &Arc<Self>) -> Result<(), StoreError> {
        let Some(mailer) = self.post.load().mailer.clone() else { return Ok(()) };
        while let Ok(slot) = Arc::clone(&self.workers.slots).try_acquire_owned() {
            let now = self.instruments.now();
            if !self.store.outbox_has_due(now).await? {
                break;
            }
            // Another node was quicker. There may be more.
            let Some(mail) = self.store.outbox_claim(now, now.plus(CLAIM)).await? else { continue };
            let (room, mailer) = (Arc::clone(self), Arc::clone(&mailer));
            self.workers.sending.spawn(async move {
                room.send_claimed(&mail, &*mailer).await;
                drop(slot);
                room.wake_outbox();
            });
        }
        Ok(())
    }

    /// Waits for all running attempts, but not longer than this.
    pub async fn finish_sending(&self, patience: Duration) {
        self.workers.sending.close();
        if timeout(patience, self.workers.sending.wait()).await.is_err() {
            warn!("mails were still being sent when server.shutdown_timeout ran out; they are tried again");
        }
    }

    async fn send_claimed(&self, mail: &ClaimedMail, mailer: &dyn Mailer) {
        let ending = match self.try_once(mail, mailer).await {
            Ok(ending) => ending,
            Err(MailError::Permanent(reason)) => Ending::GivenUp { reason },
            Err(MailError::Temporary(reason)) => self.after_failure(mail, reason),
        };
        log(mail, &ending);
        // An accepted mail whose success is not recorded would be sent again, so recording is tried several times.
        for failures in 0..WRITE_TRIES {
            match self.conclude(mail, &ending).await {
                Ok(()) => return,
                Err(e) => error!(mail = %mail.id, error = %e, "how a mail was sent could not be written down"),
            }
            sleep(Duration::from_millis(100 << failures)).await;
        }
    }

    async fn try_once(&self, mail: &ClaimedMail, mailer: &dyn Mailer) -> Result<Ending, MailError> {
        if mail.is_pretended() {
            return Ok(Ending::Withheld { reason: "the address may not sign in" });
        }
        let left = mail.not_after.since(self.instruments.now());
        if left.is_zero() {
            return Err(MailError::Permanent("its time was over before it could be sent".to_owned()));
        }
        let mail = self.open(mail)?;
        // A disabled account gets no mail, whatever was asked for and whenever.
        let known = self.store.user_by_email(&mail.to).await.map_err(|e| MailError::Temporary(e.to_string()))?;
        if known.is_some_and(|user| !user.is_active()) {
            return Ok(Ending::Withheld { reason: "the account of this address is disabled" });
        }
        let late = || MailError::Temporary("the mail server did not answer in time".to_owned());
        let sent = timeout(left.min(ONE_TRY), mailer.send(&mail)).await.unwrap_or_else(|_| Err(late()));
        sent.map(|answer| Ending::Accepted { answer })
    }

    fn open(&self, mail: &ClaimedMail) -> Result<mailer::Mail, MailError> {
        let damaged = |e: String| MailError::Permanent(format!("the stored mail cannot be read: {e}"));
        let opened = self.master_keys.open(&place(mail.id), &mail.body).map_err(|e| match e {
            // The operator may configure the key again.
            SealError::UnknownMasterKey(_) => MailError::Temporary(e.to_string()),
            SealError::Corrupt => damaged(e.to_string()),
        })?;
        let letter: Letter = serde_json::from_slice(&opened).map_err(|e| damaged(e.to_string()))?;
        let sender = &self.post.load().sender;
        let from = Sender::new(sender.name.as_deref(), &sender.address)
            .map_err(|e| MailError::Temporary(format!("mail.from: {e}")))?;
        Ok(mailer::Mail {
            message_id: format!("{}@{}", mail.id, from.domain()),
            from,
            to: letter.to.parse().map_err(|_| damaged("the recipient is no address".to_owned()))?,
            subject: HeaderText::new(&letter.subject),
            text: letter.text,
            html: letter.html,
            date: mail.created_at,
            reference: letter.reference,
        })
    }

    /// Postpones it, if there is time left.
    fn after_failure(&self, mail: &ClaimedMail, reason: String) -> Ending {
        let step = usize::try_from(mail.attempts - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
        let [jitter] = self.instruments.random::<1>();
        let wait = Duration::from_secs(BACK_OFF[step]).mul_f64(1.0 + f64::from(jitter) / 1024.0);
        if self.instruments.now().plus(wait) < mail.not_after {
            Ending::Postponed { wait, reason }
        } else {
            Ending::GivenUp { reason: format!("no time is left to try again: {reason}") }
        }
    }

    /// Records how an attempt ended, and in the same transaction the step of the delivery trace. Does nothing if
    /// another worker has done so already.
    async fn conclude(&self, mail: &ClaimedMail, ending: &Ending) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        let (ours, event, detail) = match ending {
            // What the mail server said is in the log. Owners of the application do not see it: they would see which
            // addresses it never heard of.
            Ending::Accepted { .. } | Ending::Withheld { .. } => {
                (tx.outbox_accept(mail, now).await?, DeliveryEvent::Accepted, String::new())
            }
            Ending::Postponed { wait, reason } => {
                let detail = format!("not yet, tried again in {} s: {reason}", wait.as_secs());
                (tx.outbox_postpone(mail, now.plus(*wait), reason).await?, DeliveryEvent::Undelivered, detail)
            }
            Ending::GivenUp { reason } => {
                let detail = format!("given up: {reason}");
                (tx.outbox_give_up(mail, now, reason).await?, DeliveryEvent::Undelivered, detail)
            }
        };
        if let (true, Some(sign_in)) = (ours, mail.sign_in) {
            self.delivery_traces.note_delivery(&mut tx, sign_in, event, &detail).await?;
        }
        tx.commit().await
    }
}

fn log(mail: &ClaimedMail, ending: &Ending) {
    let (id, tries) = (mail.id, mail.attempts);
    let trace_id = mail.trace_id.as_deref().unwrap_or_default();
    match ending {
        Ending::Accepted { answer } => info!(trace_id, mail = %id, tries, answer, "mail accepted"),
        Ending::Postponed { reason, .. } => {
            warn!(trace_id, mail = %id, tries, reason, "mail not accepted yet; it will be tried again");
        }
        Ending::Withheld { reason } => info!(trace_id, mail = %id, reason, "mail withheld"),
        Ending::GivenUp { reason } => error!(trace_id, mail = %id, tries, reason, "mail given up"),
    }
}
