//! Sending what other servers are told: messages to webhooks, and logout tokens to applications. Each is sent until its
//! receiver accepts it, for as long as its kind allows.
//!
//! What they share is here: claims, workers, what an answer means. What is posted, and what a failure leads to, is in the
//! file of each kind.

mod attempt;
mod logout;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

use super::foundations::Foundations;
use super::instruments::Instruments;
use super::keys::Keys;
use super::webhooks::Webhooks;
use crate::adapters::fetch::{Answer, Fetcher};
use crate::config::{self, Issuer};
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::webhook_delivery::Delivery;
use crate::store::{AfterTry, ClaimedDelivery, Receiver, Store, StoreError};
use attempt::{Tried, note};

/// How many messages are sent at the same time, at most one to the same receiver and two to webhooks of one application.
/// Waiting for a receiver costs little else.
const AT_ONCE: usize = 64;

/// How long a claim lasts; more than twice the time limit of an attempt. If this process ends meanwhile, another sends
/// the message after that.
const CLAIM: Duration = Duration::from_secs(75);

/// How often recording the result is tried when the database is unreachable.
const WRITE_TRIES: u32 = 6;

/// How long the body of a message is kept, so that it can be sent again by hand.
const TEXTS_KEPT: Duration = Duration::from_hours(3 * 24);

/// How long the delivery of a message is kept.
const DELIVERIES_KEPT: Duration = Duration::from_hours(7 * 24);

/// How many logout tokens of an application are listed.
const LOGOUTS_SHOWN: u32 = 20;

/// What the workers of one process share.
#[derive(Debug)]
struct Workers {
    ended: Notify,
    slots: Arc<Semaphore>,
    sending: TaskTracker,
}

impl Default for Workers {
    fn default() -> Self {
        Self { ended: Notify::new(), slots: Arc::new(Semaphore::new(AT_ONCE)), sending: TaskTracker::new() }
    }
}

/// Who sends what waits for other servers.
pub struct Deliveries {
    instruments: Instruments,
    store: Store,
    settings: config::Webhooks,
    issuer: Issuer,
    /// Connects to addresses that others chose.
    fetcher: Arc<Fetcher>,
    keys: Arc<Keys>,
    webhooks: Arc<Webhooks>,
    workers: Workers,
}

impl Deliveries {
    /// Messages are signed with the secrets of the webhooks, logout tokens with the server's keys.
    pub fn new(base: &Foundations, fetcher: &Arc<Fetcher>, keys: &Arc<Keys>, webhooks: &Arc<Webhooks>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            settings: base.config.webhooks.clone(),
            issuer: base.config.server.issuer.clone(),
            fetcher: Arc::clone(fetcher),
            keys: Arc::clone(keys),
            webhooks: Arc::clone(webhooks),
            workers: Workers::default(),
        }
    }

    /// Waits until there may be a message to send: one was committed here, or an attempt has ended.
    pub async fn deliveries_woken(&self) {
        tokio::select! {
            () = self.store.deliveries_queued() => {}
            () = self.workers.ended.notified() => {}
        }
    }

    /// Begins to send due messages, as many at the same time as allowed.
    pub async fn send_due(self: &Arc<Self>) -> Result<(), StoreError> {
        while let Ok(slot) = Arc::clone(&self.workers.slots).try_acquire_owned() {
            let now = self.instruments.now();
            if !self.store.deliveries_has_due(now).await? {
                break;
            }
            // Another node was quicker. There may be more.
            let Some(claimed) = self.store.delivery_claim(now, now.plus(CLAIM)).await? else { continue };
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
    pub async fn finish(&self, patience: Duration) {
        self.workers.sending.close();
        if timeout(patience, self.workers.sending.wait()).await.is_err() {
            warn!(
                "messages to webhooks or applications were still on their way when server.shutdown_timeout ran out; they are tried again"
            );
        }
    }

    /// What became of the newest logout tokens for an application, the newest first.
    pub async fn logouts_of(&self, application: &Application) -> Result<Vec<Delivery>, StoreError> {
        self.store.logout_deliveries_of(application.id, LOGOUTS_SHOWN).await
    }

    /// Deletes old bodies and old deliveries.
    pub(in crate::flows) async fn forget_deliveries(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.deliveries_forget(now.minus(TEXTS_KEPT), now.minus(DELIVERIES_KEPT)).await
    }

    async fn deliver(&self, claimed: &ClaimedDelivery) {
        let at = self.instruments.now();
        let answer = self.post(claimed, at).await;
        let now = self.instruments.now();
        let longest = match &claimed.receiver {
            Receiver::Webhook(_) => webhook::LONGEST_ASKED,
            Receiver::Application(_) => logout::TRIED_FOR,
        };
        let tried = Tried::of(answer, longest, at, now);
        let [jitter] = self.instruments.random::<1>();
        let jitter = 1.0 + f64::from(jitter) / 1024.0;
        let after = match (&tried.attempt.error, &claimed.receiver) {
            (None, _) => AfterTry::Delivered,
            (Some(_), Receiver::Webhook(_)) => webhook::after_failed_try(claimed.attempts, &tried, jitter, now),
            (Some(_), Receiver::Application(_)) => logout::after_failed_try(claimed, &tried, jitter, now),
        };
        note(claimed, &tried.attempt, after);
        // A delivered message whose success is not recorded would be sent again, so recording is tried several times.
        for failures in 0..WRITE_TRIES {
            match self.conclude(claimed, &tried, after).await {
                Ok(()) => return,
                Err(e) => {
                    error!(message = %claimed.message, error = %e, "how a try ended could not be written down");
                }
            }
            sleep(Duration::from_millis(100 << failures)).await;
        }
    }

    async fn post(&self, claimed: &ClaimedDelivery, now: Timestamp) -> Result<Answer, String> {
        let post = match &claimed.receiver {
            Receiver::Webhook(webhook) => self.message(webhook, claimed, now)?,
            Receiver::Application(application) => self.logout_token(application, &claimed.payload, now)?,
        };
        self.fetcher.post(post, self.settings.timeout).await.map_err(|e| e.to_string())
    }

    /// Records how an attempt ended, and in the same transaction what follows for the receiver. Does nothing if the
    /// claim had expired.
    async fn conclude(&self, claimed: &ClaimedDelivery, tried: &Tried, after: AfterTry) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let mut tx = self.store.begin().await?;
        if let Some(retry_after) = tried.retry_after {
            tx.deliveries_wait(&claimed.receiver, now.plus(retry_after)).await?;
        }
        if !tx.delivery_conclude(claimed, &tried.attempt, after).await? {
            return Ok(());
        }
        if let Receiver::Webhook(webhook) = &claimed.receiver {
            self.conclude_for_webhook(&mut tx, webhook.id, &tried.attempt, after).await?;
        }
        tx.commit().await
    }
}
