//! Sending by hand: test messages, and messages that were not delivered.

use super::{WebhookError, Webhooks};
use crate::domain::audit::Actor;
use crate::domain::ids::MessageId;
use crate::domain::webhook::{Webhook, WebhookState};
use crate::domain::webhook_event::Message;
use crate::store::Transaction;

impl Webhooks {
    /// Sends a webhook a test message, so that its owner sees whether messages arrive.
    pub async fn webhook_ping(&self, webhook: &Webhook, actor: &Actor) -> Result<MessageId, WebhookError> {
        let now = self.instruments.now();
        let message = Message::ping(MessageId::new(self.instruments.row_id(now)), now);
        let mut tx = self.begin_changing(&webhook.owner, actor).await?;
        active(&mut tx, webhook).await?;
        if !tx.webhook_delivery_insert(webhook.id, &message, now).await? {
            return Err(WebhookError::PingWaits);
        }
        tx.commit().await?;
        Ok(message.id)
    }

    /// Sends a message again, under the same id, so that the receiver recognises it.
    pub async fn webhook_redeliver(
        &self,
        webhook: &Webhook,
        message: MessageId,
        actor: &Actor,
    ) -> Result<(), WebhookError> {
        let mut tx = self.begin_changing(&webhook.owner, actor).await?;
        active(&mut tx, webhook).await?;
        if !tx.webhook_delivery_repeat(webhook.id, message, self.instruments.now()).await? {
            return Err(WebhookError::NotRepeatable);
        }
        Ok(tx.commit().await?)
    }
}

async fn active(tx: &mut Transaction, webhook: &Webhook) -> Result<(), WebhookError> {
    match tx.webhook(webhook.id).await? {
        None => Err(WebhookError::Unknown),
        Some(found) if found.state == WebhookState::Active => Ok(()),
        Some(_) => Err(WebhookError::Disabled),
    }
}
