//! Messages to webhooks: written in the transaction of the event. How they are sent from there is in
//! [`super::deliveries`].

use super::StoreError;
use super::engine::{Store, Transaction, sql};
use crate::domain::ids::{MessageId, Timestamp, WebhookId};
use crate::domain::webhook_delivery::Delivery;
use crate::domain::webhook_event::Message;

impl Store {
    /// A webhook's newest messages, the newest first.
    pub async fn webhook_deliveries_of(&self, webhook: WebhookId, most: u32) -> Result<Vec<Delivery>, StoreError> {
        self.deliveries_to(webhook.to_string(), most).await
    }
}

impl Store {
    /// Deletes what was sent, or was to be sent, to a webhook that is not there any more. What this leaves, because the
    /// process ends meanwhile, is sent to nobody, and goes when its time is over.
    pub async fn webhook_deliveries_clear(&self, webhook: WebhookId) -> Result<(), StoreError> {
        let statement = sql("delete from webhook_deliveries where webhook_id = $1 \
             and not exists (select 1 from webhooks where id = $1) and (webhook_id, message_id) in \
             (select webhook_id, message_id from webhook_deliveries where webhook_id = $1 limit $2)");
        self.execute_in_batches(statement.bind(webhook.to_string())).await.map(|_| ())
    }
}

impl Transaction {
    /// Queues a message for every subscribed webhook.
    pub(super) async fn webhook_deliveries_queue(
        &mut self,
        message: &Message,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = sql("insert into webhook_deliveries \
             (webhook_id, message_id, event, payload, created_at, attempts, next_attempt_at) \
             select id, $1, $2, $3, $4, 0, $4 from webhooks where disabled_at is null \
             and (application_id is null or application_id = (select id from applications where client_id = $5)) \
             and (events = '[]' or events like $6)")
        .bind(message.id.to_string())
        .bind(message.event)
        .bind(message.payload.as_str())
        .bind(now.as_micros())
        .bind(message.about.as_ref().map(ToString::to_string))
        .bind(format!("%\"{}\"%", message.event));
        if self.execute(statement).await? > 0 {
            self.queued_deliveries();
        }
        Ok(())
    }

    /// Queues a message for this webhook alone, whatever its subscription. False if one of the same event waits.
    pub async fn webhook_delivery_insert(
        &mut self,
        webhook: WebhookId,
        message: &Message,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("insert into webhook_deliveries \
             (webhook_id, message_id, event, payload, created_at, attempts, next_attempt_at) \
             select $1, $2, $3, $4, $5, 0, $5 where not exists (select 1 from webhook_deliveries as waiting \
             where waiting.webhook_id = $1 and waiting.event = $3 and waiting.next_attempt_at is not null)")
        .bind(webhook.to_string())
        .bind(message.id.to_string())
        .bind(message.event)
        .bind(message.payload.as_str())
        .bind(now.as_micros());
        let queued = self.execute(statement).await? == 1;
        if queued {
            self.queued_deliveries();
        }
        Ok(queued)
    }

    /// Queues a message again, delivered or not, if it is not being sent and its body is still there.
    pub async fn webhook_delivery_repeat(
        &mut self,
        webhook: WebhookId,
        message: MessageId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = sql("update webhook_deliveries set next_attempt_at = $3, attempts = 0, delivered_at = null \
             where webhook_id = $1 and message_id = $2 and payload is not null \
             and (claimed_until is null or claimed_until <= $3)")
        .bind(webhook.to_string())
        .bind(message.to_string())
        .bind(now.as_micros());
        let is_there = self.execute(statement).await? == 1;
        if is_there {
            self.queued_deliveries();
        }
        Ok(is_there)
    }

    /// Gives up all waiting messages of a webhook.
    pub async fn webhook_deliveries_give_up(&mut self, webhook: WebhookId) -> Result<(), StoreError> {
        let statement = sql("update webhook_deliveries set next_attempt_at = null, claimed_until = null \
             where webhook_id = $1 and next_attempt_at is not null");
        self.execute(statement.bind(webhook.to_string())).await?;
        Ok(())
    }
}
