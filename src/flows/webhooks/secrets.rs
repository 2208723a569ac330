//! The secrets of webhooks: stored sealed, opened to sign.

use super::Webhooks;
use crate::domain::encryption::{SealError, Sealed};
use crate::domain::ids::WebhookId;
use crate::domain::webhook::Webhook;
use crate::domain::webhook_secret::WebhookSecrets;
use crate::store::{StoreError, Transaction};

/// The place that a webhook's secrets are sealed for.
fn place(id: WebhookId) -> String {
    format!("webhooks.secrets.{id}")
}

impl Webhooks {
    /// The secrets that sign a webhook's messages.
    pub(in crate::flows) fn webhook_secrets(&self, webhook: &Webhook) -> Result<WebhookSecrets, SealError> {
        let opened = self.master_keys.open(&place(webhook.id), &webhook.secrets)?;
        serde_json::from_slice(&opened).map_err(|_| SealError::Corrupt)
    }

    /// Seals every webhook's secrets under the newest master key, within a larger transaction; returns how many it
    /// changed.
    pub(in crate::flows) async fn reseal_webhooks(&self, tx: &mut Transaction) -> Result<usize, StoreError> {
        let mut count = 0;
        for webhook in tx.webhooks().await? {
            if webhook.secrets.master_key_id == self.master_keys.newest_id() {
                continue;
            }
            let sealed = self.webhook_secrets(&webhook).and_then(|secrets| self.seal_webhook(webhook.id, &secrets));
            let sealed = sealed.map_err(|e| StoreError::Corrupt {
                table: "webhooks",
                row: webhook.id.to_string(),
                what: e.to_string(),
            })?;
            if tx.webhook_reseal(&webhook, &sealed).await? {
                count += 1;
            }
        }
        Ok(count)
    }

    pub(super) fn seal_webhook(&self, id: WebhookId, secrets: &WebhookSecrets) -> Result<Sealed, SealError> {
        let plain = serde_json::to_vec(secrets).map_err(|_| SealError::Corrupt)?;
        self.master_keys.seal(&place(id), &plain, self.instruments.random())
    }
}
