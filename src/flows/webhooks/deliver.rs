//! Sending messages to webhooks: each until its receiver accepts it, for a day at most.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

use super::Webhooks;
use crate::adapters::fetch::{Answer, Post};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::Timestamp;
use crate::domain::webhook::{DisabledBecause, WebhookState};
use crate::domain::webhook_delivery::Attempt;
use crate::protocol::retry_after::RetryAfter;
use crate::store::{AfterTry, ClaimedDelivery, StoreError};

/// How many messages are sent at the same time, at most one to the same webhook and two to those of one application.
/// Waiting for a receiver costs little else.
const AT_ONCE: usize = 64;

/// How long a claim lasts; more than twice the time limit of an attempt. If this process ends meanwhile, another sends
/// the message after that.
const CLAIM: Duration = Duration::from_secs(75);

/// The delay after each failed attempt, in seconds: about a day in all.
const BACK_OFF: [u64; 8] = [5, 60, 300, 1800, 7200, 18_000, 28_800, 28_800];

/// The longest `Retry-After` that is honoured.
const LONGEST_ASKED: Duration = Duration::from_hours(24);

/// How often recording the result is tried when the database is unreachable.
const WRITE_TRIES: u32 = 6;

/// How long the body of a message is kept, so that it can be sent again by hand.
const TEXTS_KEPT: Duration = Duration::from_hours(3 * 24);

/// How long the delivery of a message is kept.
const DELIVERIES_KEPT: Duration = Duration::from_hours(7 * 24);

/// "The receiver is gone for good" (RFC 9110 §15.5.11).
const GONE: u16 = 410;

/// The answers whose `Retry-After` is about the receiver and not about the message: 429 (RFC 6585 §4) and 503
/// (RFC 9110 §15.6.4).
const ASK_TO_WAIT: [u16; 2] = [429, 503];

/// An attempt, with the receiver's `Retry-After`.
struct Tried {
    attempt: Attempt,
    retry_after: Option<Duration>,
}

/// What the workers of one process share.
#[derive(Debug)]
pub(super) struct Workers {
    ended: Notify,
    slots: Arc<Semaphore>,
    sending: TaskTracker,
}

impl Default for Workers {
    fn default() -> Self {
        Self { ended: Notify::new(), slots: Arc::new(Semaphore::new(AT_ONCE)), sending: TaskTracker::new() }
    }
}

impl Webhooks {
    /// Waits until there may be a message to send: one was committed here, or an attempt has ended.
    pub async fn webhooks_woken(&self) {
        tokio::select! {
            () = self.store.deliveries_queued() => {}
            () = self.workers.ended.notified() => {}
        }
    }

    /// Begins to send due messages, as many at the same time as allowed.
    pub async fn send_due_webhooks(self: &Arc<Self>) -> Result<(), StoreError> {
        while let Ok(slot) = Arc::clone(&self.workers.slots).try_acquire_owned() {
            let now = self.instruments.now();
            if !self.store.webhook_deliveries_has_due(now).await? {
                break;
            }
            // Another node was quicker. There may be more.
            let Some(claimed) = self.store.webhook_delivery_claim(now, now.plus(CLAIM)).await? else { continue };
            let room = Arc::clone(self);
            self.workers.sending.spawn(async move {
                room.deliver(&claimed).await;
                drop(slot);
                room.workers.ended.notify_one();
            });
        }
        Ok(())
    }

    /// Waits for all running attempts, but not longer than this.
    pub async fn finish_webhooks(&self, patience: Duration) {
        self.workers.sending.close();
        if timeout(patience, self.workers.sending.wait()).await.is_err() {
            warn!(
                "messages to webhooks were still on their way when server.shutdown_timeout ran out; they are tried again"
            );
        }
    }

    /// Deletes old bodies and old deliveries.
    pub(in crate::flows) async fn forget_webhook_deliveries(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.webhook_deliveries_forget(now.minus(TEXTS_KEPT), now.minus(DELIVERIES_KEPT)).await
    }

    async fn deliver(&self, claimed: &ClaimedDelivery) {
        let tried = self.try_to_deliver(claimed).await;
        let after = match &tried.attempt.error {
            None => AfterTry::Delivered,
            Some(_) => self.after_failed_try(claimed, tried.retry_after),
        };
        log(claimed, &tried.attempt, after);
        // A delivered message whose success is not recorded would be sent again, so recording is tried several times.
        for failures in 0..WRITE_TRIES {
            match self.conclude_delivery(claimed, &tried, after).await {
                Ok(()) => return,
                Err(e) => {
                    error!(webhook = %claimed.webhook.id, error = %e, "how a try ended could not be written down");
                }
            }
            sleep(Duration::from_millis(100 << failures)).await;
        }
    }

    async fn try_to_deliver(&self, claimed: &ClaimedDelivery) -> Tried {
        let at = self.instruments.now();
        let answer = self.post_signed(claimed, at).await;
        let now = self.instruments.now();
        let took = now.since(at);
        match answer {
            Ok(Answer { status: status @ 200..=299, .. }) => {
                Tried { attempt: Attempt { at, took, status: Some(status), error: None }, retry_after: None }
            }
            Ok(answer) => {
                let retry_after = asked_to_wait(&answer, now);
                let error = Some(objection(answer.status, retry_after));
                Tried { attempt: Attempt { at, took, status: Some(answer.status), error }, retry_after }
            }
            Err(error) => Tried { attempt: Attempt { at, took, status: None, error: Some(error) }, retry_after: None },
        }
    }

    /// The request of the Standard Webhooks specification.
    async fn post_signed(&self, claimed: &ClaimedDelivery, now: Timestamp) -> Result<Answer, String> {
        let id = format!("msg_{}", claimed.message);
        let secrets = self.webhook_secrets(&claimed.webhook).map_err(|e| format!("the secret cannot be read: {e}"))?;
        let headers = vec![
            ("webhook-timestamp", now.as_seconds().to_string()),
            ("webhook-signature", secrets.signatures(&id, now, &claimed.payload)),
            ("webhook-id", id),
        ];
        let post = Post { url: claimed.webhook.url.as_url(), headers, body: claimed.payload.clone() };
        self.fetcher.post(post, self.settings.timeout).await.map_err(|e| e.to_string())
    }

    /// The next attempt, if there is one; not before the receiver's `Retry-After`.
    fn after_failed_try(&self, claimed: &ClaimedDelivery, retry_after: Option<Duration>) -> AfterTry {
        let step = usize::try_from(claimed.attempts - 1).unwrap_or(0);
        let Some(wait) = BACK_OFF.get(step) else { return AfterTry::GivenUp };
        let [jitter] = self.instruments.random::<1>();
        let wait = Duration::from_secs(*wait).mul_f64(1.0 + f64::from(jitter) / 1024.0);
        AfterTry::Again(self.instruments.now().plus(wait.max(retry_after.unwrap_or_default())))
    }

    /// Records how an attempt ended, and in the same transaction what follows for the webhook. Does nothing if the
    /// claim had expired.
    async fn conclude_delivery(
        &self,
        claimed: &ClaimedDelivery,
        tried: &Tried,
        after: AfterTry,
    ) -> Result<(), StoreError> {
        let (now, id) = (self.instruments.now(), claimed.webhook.id);
        let mut tx = self.store.begin().await?;
        if !tx.webhook_delivery_conclude(claimed, &tried.attempt, after).await? {
            return Ok(());
        }
        if after == AfterTry::Delivered {
            tx.webhook_works(id, now).await?;
            return tx.commit().await;
        }
        tx.webhook_fails(id, now).await?;
        if let Some(retry_after) = tried.retry_after {
            tx.webhook_deliveries_wait(id, now.plus(retry_after)).await?;
        }
        // Read again: it may have been enabled while the attempt was running.
        let since = tx.webhook(id).await?.filter(|webhook| webhook.state == WebhookState::Active);
        let since = since.and_then(|webhook| webhook.failing_since).unwrap_or(now);
        let reason = match tried.attempt.status {
            Some(GONE) => Some(DisabledBecause::Gone),
            _ if now.since(since) >= self.settings.disable_after => Some(DisabledBecause::Failing),
            _ => None,
        };
        if let Some(reason) = reason
            && tx.webhook_disable(id, reason, now).await?
        {
            tx.webhook_deliveries_give_up(id).await?;
            let event = AuditEvent::WebhookDisabled { webhook: id, reason: reason.name() };
            tx.audit_append(&self.instruments.audit_entry(&Actor::Schedule, event, now)).await?;
            warn!(webhook = %id, reason = reason.name(), "webhook disabled");
        }
        tx.commit().await
    }
}

/// The receiver's `Retry-After`, up to the limit.
fn asked_to_wait(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let said = answer.retry_after.as_deref().filter(|_| ASK_TO_WAIT.contains(&answer.status))?;
    Some(RetryAfter::read(said)?.wait(now.as_seconds()).min(LONGEST_ASKED))
}

/// What is wrong with an answer, for the webhook's owner.
fn objection(status: u16, retry_after: Option<Duration>) -> String {
    match (status, retry_after) {
        (300..=399, _) => format!("the receiver answered {status}; redirects are not followed"),
        (_, Some(retry_after)) => {
            format!("the receiver answered {status} and asked to wait for {} s", retry_after.as_secs())
        }
        (_, None) => format!("the receiver answered {status}"),
    }
}

fn log(claimed: &ClaimedDelivery, attempt: &Attempt, after: AfterTry) {
    let (webhook, message, tries) = (claimed.webhook.id, claimed.message, claimed.attempts);
    let reason = attempt.error.as_deref().unwrap_or_default();
    match after {
        AfterTry::Delivered => debug!(%webhook, %message, tries, "webhook message taken"),
        AfterTry::Again(_) => debug!(%webhook, %message, tries, reason, "webhook message not taken yet"),
        AfterTry::GivenUp => warn!(%webhook, %message, tries, reason, "webhook message given up"),
    }
}
