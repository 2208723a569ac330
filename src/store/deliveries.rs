//! What is delivered to other servers, messages to webhooks and logout tokens to applications: claimed by one worker at a
//! time, kept for a while so that owners see whether it arrived.
//!
//! A row with an `application_id` is for the logout address of that application, and has the same id as `webhook_id`.

use std::time::Duration;

use super::StoreError;
use super::engine::{Record, Row, Store, Transaction, sql};
use super::row::TableRow;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::ids::{ApplicationId, MessageId, Timestamp, WebhookId};
use crate::domain::logout::Logout;
use crate::domain::webhook::{Webhook, WebhookState};
use crate::domain::webhook_delivery::{Attempt, Delivery, DeliveryState};

/// A message that this worker, and no other, may send until its claim ends.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// Whom it is for.
    pub receiver: Receiver,
    /// The message.
    pub message: MessageId,
    /// What it says, as JSON.
    pub payload: String,
    /// When what it tells happened.
    pub created_at: Timestamp,
    /// How often it was claimed, this time included. It tells this claim from earlier and later ones.
    pub attempts: i64,
}

/// Whom a message is for.
#[derive(Clone, Debug)]
pub enum Receiver {
    /// A webhook: it gets the payload.
    Webhook(Box<Webhook>),
    /// An application with a logout address: it gets a logout token that is made of the payload, a [`Logout`].
    Application(Box<Application>),
}

impl Receiver {
    /// The first part of the key of its messages.
    fn id(&self) -> String {
        match self {
            Self::Webhook(webhook) => webhook.id.to_string(),
            Self::Application(application) => application.id.to_string(),
        }
    }
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterTry {
    /// Nothing: the receiver accepted it.
    Delivered,
    /// Another attempt, at this time.
    Again(Timestamp),
    /// Nothing: it is given up.
    GivenUp,
}

impl Record for Delivery {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "webhook_deliveries", "message_id")?;
        let state = match (row.moment_if_any("delivered_at")?, row.moment_if_any("next_attempt_at")?) {
            (_, Some(next)) => DeliveryState::Pending(next),
            (Some(at), None) => DeliveryState::Delivered(at),
            (None, None) => DeliveryState::GivenUp,
        };
        Ok(Self {
            message: row.parsed("message_id")?,
            event: row.plain("event")?,
            created_at: row.moment("created_at")?,
            attempts: row.plain("attempts")?,
            state,
            last: attempt(&row)?,
            is_repeatable: row.plain::<Option<String>>("payload")?.is_some(),
        })
    }
}

fn attempt(row: &TableRow<'_>) -> Result<Option<Attempt>, StoreError> {
    let Some(at) = row.moment_if_any("tried_at")? else { return Ok(None) };
    let status: Option<i64> = row.plain("status")?;
    let status = status.map(u16::try_from).transpose().map_err(|e| row.corrupt(format!("status: {e}")))?;
    let took = u64::try_from(row.plain::<Option<i64>>("took")?.unwrap_or_default());
    let took = Duration::from_micros(took.map_err(|e| row.corrupt(format!("took: {e}")))?);
    Ok(Some(Attempt { at, took, status, error: row.plain("error")? }))
}

/// The keys of a claimed row, before the rest of it is read.
struct Claimed {
    webhook: WebhookId,
    application: Option<ApplicationId>,
    message: MessageId,
    payload: Option<String>,
    created_at: Timestamp,
    attempts: i64,
}

impl Record for Claimed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let row = TableRow::of(row, "webhook_deliveries", "message_id")?;
        Ok(Self {
            webhook: row.parsed("webhook_id")?,
            application: row.parsed_if_any("application_id")?,
            message: row.parsed("message_id")?,
            payload: row.plain("payload")?,
            created_at: row.moment("created_at")?,
            attempts: row.plain("attempts")?,
        })
    }
}

/// Whether there is a row at all.
struct Found;

impl Record for Found {
    fn from_row(_: &Row) -> Result<Self, StoreError> {
        Ok(Self)
    }
}

/// The messages that may be claimed at `$1`: not while another one is on its way to the same webhook, so that a slow
/// receiver holds up only itself; and not while two are on their way to webhooks of the same application, so that many
/// slow receivers of one developer do not hold up all others.
macro_rules! due {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from webhook_deliveries as due where next_attempt_at <= $1 \
             and (claimed_until is null or claimed_until <= $1) \
             and not exists (select 1 from webhook_deliveries as other \
             where other.webhook_id = due.webhook_id and other.claimed_until > $1) \
             and (select count(*) from webhooks as own join webhooks as sister \
             on sister.application_id = own.application_id \
             join webhook_deliveries as busy on busy.webhook_id = sister.id \
             where own.id = due.webhook_id and busy.claimed_until > $1) < 2",
            $rest
        )
    };
}

impl Store {
    /// Whether a message waits to be claimed. Only reads, so that asking every second is cheap.
    pub async fn deliveries_has_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        let statement = sql(due!("1", " limit 1")).bind(now.as_micros());
        Ok(self.fetch_optional::<Found>(statement).await?.is_some())
    }

    /// Claims a message; none if there is none, or if another worker was quicker. Those that were never tried come
    /// first, so that receivers that are away hold up only each other.
    ///
    /// The conditions stand twice: the inner ones choose, the outer ones decide, after PostgreSQL has waited for the
    /// lock of the row. The claim is committed before the rest is read, so that a row that cannot be read does not keep
    /// the others from being sent.
    pub async fn delivery_claim(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedDelivery>, StoreError> {
        let statement = sql(concat!(
            "update webhook_deliveries set claimed_until = $2, attempts = attempts + 1 where (webhook_id, message_id) = (",
            due!("webhook_id, message_id", " order by attempts, next_attempt_at, message_id limit 1"),
            ") and next_attempt_at <= $1 and (claimed_until is null or claimed_until <= $1) \
             returning webhook_id, application_id, message_id, payload, created_at, attempts"
        ))
        .bind(now.as_micros())
        .bind(until.as_micros());
        let mut tx = self.begin().await?;
        let claimed: Option<Claimed> = tx.fetch_optional(statement).await?;
        tx.commit().await?;
        let Some(claimed) = claimed else { return Ok(None) };
        let receiver = self.receiver_of(&claimed).await?;
        let Claimed { webhook, message, payload, created_at, attempts, .. } = claimed;
        if let (Some(receiver), Some(payload)) = (receiver, payload) {
            return Ok(Some(ClaimedDelivery { receiver, message, payload, created_at, attempts }));
        }
        // Its receiver was deleted or disabled since, or at the moment it was written.
        let orphan = sql("delete from webhook_deliveries where webhook_id = $1 and message_id = $2");
        self.execute(orphan.bind(webhook.to_string()).bind(message.to_string())).await?;
        Ok(None)
    }

    /// The receiver of a message, if it still wants any.
    async fn receiver_of(&self, claimed: &Claimed) -> Result<Option<Receiver>, StoreError> {
        let Some(id) = claimed.application else {
            let webhook = self.webhook(claimed.webhook).await?;
            return Ok(webhook
                .filter(|webhook| webhook.state == WebhookState::Active)
                .map(|webhook| Receiver::Webhook(Box::new(webhook))));
        };
        let Some(client_id) = self.application_client_id(id).await? else { return Ok(None) };
        let wants = |application: &Application| {
            application.state == ApplicationState::Active && application.settings.backchannel_logout_uri.is_some()
        };
        let application = self.application(&client_id).await?.filter(wants);
        Ok(application.map(|application| Receiver::Application(Box::new(application))))
    }

    /// The newest logout tokens for an application, the newest first.
    pub async fn logout_deliveries_of(
        &self,
        application: ApplicationId,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.deliveries_to(application.to_string(), most).await
    }

    pub(super) async fn deliveries_to(&self, receiver: String, most: u32) -> Result<Vec<Delivery>, StoreError> {
        let statement =
            sql("select message_id, event, created_at, attempts, next_attempt_at, delivered_at, tried_at, \
             took, status, error, payload from webhook_deliveries where webhook_id = $1 \
             order by created_at desc, message_id desc limit $2")
            .bind(receiver)
            .bind(i64::from(most));
        self.fetch_all(statement).await
    }

    /// Wipes the bodies of messages that ended before `wipe`, and deletes messages from before `forget`.
    pub async fn deliveries_forget(&self, wipe: Timestamp, forget: Timestamp) -> Result<(), StoreError> {
        let wiping = sql("update webhook_deliveries set payload = null where (webhook_id, message_id) in \
             (select webhook_id, message_id from webhook_deliveries \
             where created_at < $1 and next_attempt_at is null and payload is not null order by created_at limit $2)");
        self.execute_in_batches(wiping.bind(wipe.as_micros())).await?;
        let forgetting = sql("delete from webhook_deliveries where (webhook_id, message_id) in \
             (select webhook_id, message_id from webhook_deliveries \
             where created_at < $1 and next_attempt_at is null order by created_at limit $2)");
        self.execute_in_batches(forgetting.bind(forget.as_micros())).await.map(|_| ())
    }
}

impl Transaction {
    /// Queues a logout token for an application, unless it was told of the same end before.
    pub(super) async fn logout_delivery_insert(
        &mut self,
        application: ApplicationId,
        message: MessageId,
        logout: &Logout,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let unwritten = |e: serde_json::Error| StoreError::corrupt("webhook_deliveries", &message.to_string(), e);
        let statement = sql("insert into webhook_deliveries \
             (webhook_id, application_id, message_id, event, payload, created_at, attempts, next_attempt_at) \
             values ($1, $1, $2, $3, $4, $5, 0, $5) on conflict (webhook_id, message_id) do nothing")
        .bind(application.to_string())
        .bind(message.to_string())
        .bind(Logout::EVENT)
        .bind(serde_json::to_string(logout).map_err(unwritten)?)
        .bind(now.as_micros());
        if self.execute(statement).await? > 0 {
            self.queued_deliveries();
        }
        Ok(())
    }

    /// Records how an attempt ended. False if the claim had expired.
    pub async fn delivery_conclude(
        &mut self,
        claimed: &ClaimedDelivery,
        attempt: &Attempt,
        after: AfterTry,
    ) -> Result<bool, StoreError> {
        let ended = attempt.at.plus(attempt.took).as_micros();
        let next = if let AfterTry::Again(at) = after { Some(at.as_micros()) } else { None };
        let statement = sql("update webhook_deliveries set claimed_until = null, next_attempt_at = $4, \
             delivered_at = $5, tried_at = $6, took = $7, status = $8, error = $9 \
             where webhook_id = $1 and message_id = $2 and attempts = $3 and claimed_until is not null")
        .bind(claimed.receiver.id())
        .bind(claimed.message.to_string())
        .bind(claimed.attempts)
        .bind(next)
        .bind((after == AfterTry::Delivered).then_some(ended))
        .bind(attempt.at.as_micros())
        .bind(i64::try_from(attempt.took.as_micros()).unwrap_or(i64::MAX))
        .bind(attempt.status.map(i64::from))
        .bind(attempt.error.clone());
        Ok(self.execute(statement).await? == 1)
    }

    /// Postpones all waiting messages of a receiver until then at least.
    pub async fn deliveries_wait(&mut self, receiver: &Receiver, until: Timestamp) -> Result<(), StoreError> {
        let statement =
            sql("update webhook_deliveries set next_attempt_at = $2 where webhook_id = $1 and next_attempt_at < $2");
        self.execute(statement.bind(receiver.id()).bind(until.as_micros())).await?;
        Ok(())
    }
}
