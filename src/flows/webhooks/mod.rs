//! Webhooks: finding, creating, changing, testing and deleting them.
//!
//! A caller has to find a webhook first, within what they may reach; every other flow takes a webhook that was found.

mod change;
mod error;
mod secrets;
mod send;

use std::sync::Arc;

use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::adapters::fetch::Fetcher;
use crate::config;
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::{ClientId, WebhookId};
use crate::domain::webhook::{Webhook, WebhookOwner};
use crate::domain::webhook_delivery::Delivery;
use crate::store::Store;

pub use change::{NewWebhook, Sending, WebhookChange, WithWebhookSecret};
pub use error::WebhookError;

/// How many of a webhook's messages are listed.
const DELIVERIES_SHOWN: u32 = 50;

/// The webhooks that a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VisibleWebhooks {
    /// All: an operator.
    Everything,
    /// Those of one application: its owner.
    Application(ClientId),
}

impl VisibleWebhooks {
    fn includes(&self, webhook: &Webhook) -> bool {
        match self {
            Self::Everything => true,
            Self::Application(client_id) => webhook.owner.application() == Some(client_id),
        }
    }
}

/// The webhooks.
pub struct Webhooks {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
    settings: config::Webhooks,
    /// Connects to addresses that others chose.
    fetcher: Arc<Fetcher>,
}

impl Webhooks {
    /// The addresses of new ones are judged by what fetches.
    pub fn new(base: &Foundations, fetcher: &Arc<Fetcher>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master_keys: Arc::clone(&base.master_keys),
            settings: base.config.webhooks.clone(),
            fetcher: Arc::clone(fetcher),
        }
    }

    /// The webhooks of one owner, oldest first.
    pub async fn webhooks_of(&self, owner: &WebhookOwner) -> Result<Vec<Webhook>, WebhookError> {
        Ok(self.store.webhooks_of(owner).await?)
    }

    /// All webhooks within reach, oldest first.
    pub async fn webhooks(&self, within: &VisibleWebhooks) -> Result<Vec<Webhook>, WebhookError> {
        match within {
            VisibleWebhooks::Everything => Ok(self.store.webhooks().await?),
            VisibleWebhooks::Application(client_id) => {
                self.webhooks_of(&WebhookOwner::Application(client_id.clone())).await
            }
        }
    }

    /// A webhook within reach.
    pub async fn webhook(&self, id: WebhookId, within: &VisibleWebhooks) -> Result<Webhook, WebhookError> {
        let found = self.store.webhook(id).await?.filter(|webhook| within.includes(webhook));
        found.ok_or(WebhookError::Unknown)
    }

    /// The deliveries of a webhook's newest messages, the newest first.
    pub async fn webhook_deliveries(&self, webhook: &Webhook) -> Result<Vec<Delivery>, WebhookError> {
        Ok(self.store.webhook_deliveries_of(webhook.id, DELIVERIES_SHOWN).await?)
    }
}
