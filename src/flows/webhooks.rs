//! Looking after webhooks: making, changing, trying and deleting them.
//!
//! Whoever wants one has to find it first, within what they may reach; every other act takes a webhook that was found.

use super::Server;
use crate::adapters::fetch::FetchError;
use crate::domain::application::ApplicationState;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::encryption::{SealError, Sealed};
use crate::domain::ids::{ClientId, MessageId, WebhookId};
use crate::domain::webhook::{
    Delivery, DisabledBecause, Webhook, WebhookOwner, WebhookSecret, WebhookSecrets, WebhookState, WebhookUrl,
    WebhookUrlError,
};
use crate::domain::webhook_event::{EventType, Message};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{StoreError, Transaction};

/// How many of a webhook's messages can be looked at.
const DELIVERIES_SHOWN: u32 = 50;

/// Which webhooks somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All: an operator.
    Everything,
    /// Those of one application: its owner.
    Application(ClientId),
}

impl Reach {
    fn includes(&self, webhook: &Webhook) -> bool {
        match self {
            Self::Everything => true,
            Self::Application(client_id) => webhook.owner.application() == Some(client_id),
        }
    }
}

/// What a new webhook is to be.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Whose it is.
    pub owner: WebhookOwner,
    /// Where messages are sent.
    pub url: WebhookUrl,
    /// The events it is told; none means all.
    pub events: Vec<EventType>,
}

/// What is to be different about a webhook; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// Where messages are sent.
    pub url: Option<WebhookUrl>,
    /// The events it is told; an empty list means all.
    pub events: Option<Vec<EventType>>,
    /// Whether messages are sent.
    pub sending: Option<Sending>,
}

/// Whether messages are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// They are.
    On,
    /// They are not. What waits to be sent is given up.
    Off,
}

/// A webhook together with a secret that is shown now and never again.
#[derive(Debug)]
pub struct WithWebhookSecret {
    /// The webhook as it is now.
    pub webhook: Webhook,
    /// Its newest secret.
    pub secret: WebhookSecret,
}

/// Why a webhook could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No address for messages.
    #[error(transparent)]
    Url(#[from] WebhookUrlError),
    /// The address leads nowhere, or where it may not.
    #[error("this address cannot be used: {0}")]
    Address(#[from] FetchError),
    /// Its events are those of an application that is not there.
    #[error("there is no application {0}")]
    NoApplication(ClientId),
    /// Enough is enough.
    #[error("there are {0} webhooks already, and no more are allowed")]
    TooMany(i64),
    /// An application is told its own events only.
    #[error("the event {0} is not told to the webhooks of an application")]
    NotForApplications(EventType),
    /// No such webhook, or not in reach.
    #[error("there is no such webhook")]
    Unknown,
    /// No such message, or its text is forgotten, or it is on its way at this moment.
    #[error("this message cannot be sent again: it is unknown, too old, or being sent right now")]
    NotRepeatable,
    /// Nothing is sent to it.
    #[error("the webhook is disabled; enable it first")]
    Disabled,
    /// Its secret does not open.
    #[error("the webhook's secret cannot be read: {0}")]
    Sealed(#[from] SealError),
}

impl From<WebhookError> for Refusal {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::Store(error) => return error.into(),
            WebhookError::Sealed(_) => return Self::server_error(error.to_string()),
            WebhookError::Url(_) | WebhookError::Address(_) | WebhookError::NotForApplications(_) => {
                ErrorCode::InvalidRequest
            }
            WebhookError::NoApplication(_) | WebhookError::Unknown => ErrorCode::NotFound,
            WebhookError::TooMany(_) | WebhookError::NotRepeatable | WebhookError::Disabled => ErrorCode::Conflict,
        };
        Self::new(code, error.to_string())
    }
}

/// Where a webhook's secrets are sealed for.
fn place(id: WebhookId) -> String {
    format!("webhooks.secrets.{id}")
}

impl Server {
    /// Makes a webhook. Its address must lead somewhere permitted now; it is judged again for every message.
    pub async fn webhook_create(&self, new: NewWebhook, actor: &Actor) -> Result<WithWebhookSecret, WebhookError> {
        check_events(&new.owner, &new.events)?;
        self.check_address(&new.url).await?;
        let now = self.now();
        let id = WebhookId::new(self.row_id(now));
        let secret = WebhookSecret::from_random(self.random());
        let webhook = Webhook {
            id,
            owner: new.owner,
            url: new.url,
            events: new.events,
            secrets: self.seal_webhook(id, &WebhookSecrets::new(secret.clone()))?,
            state: WebhookState::Active,
            created_at: now,
            failing_since: None,
            last_delivered_at: None,
        };
        let mut tx = self.store.begin().await?;
        if let Some(client_id) = webhook.owner.application() {
            let found = tx.application(client_id).await?;
            let is_there = found.is_some_and(|found| !matches!(found.state, ApplicationState::Deleted { .. }));
            if !is_there {
                return Err(WebhookError::NoApplication(client_id.clone()));
            }
        }
        // Before it is there: it is not told of itself.
        tx.audit_append(&self.audit_entry(actor, AuditEvent::WebhookCreated { webhook: id }, now)).await?;
        if !tx.webhook_insert(&webhook).await? {
            return Err(WebhookError::TooMany(webhook.owner.limit()));
        }
        tx.commit().await?;
        Ok(WithWebhookSecret { webhook, secret })
    }

    /// The webhooks of one owner, oldest first.
    pub async fn webhooks_of(&self, owner: &WebhookOwner) -> Result<Vec<Webhook>, WebhookError> {
        Ok(self.store.webhooks_of(owner).await?)
    }

    /// All webhooks within reach, oldest first.
    pub async fn webhooks(&self, within: &Reach) -> Result<Vec<Webhook>, WebhookError> {
        match within {
            Reach::Everything => Ok(self.store.webhooks().await?),
            Reach::Application(client_id) => self.webhooks_of(&WebhookOwner::Application(client_id.clone())).await,
        }
    }

    /// A webhook within reach.
    pub async fn webhook(&self, id: WebhookId, within: &Reach) -> Result<Webhook, WebhookError> {
        let found = self.store.webhook(id).await?.filter(|webhook| within.includes(webhook));
        found.ok_or(WebhookError::Unknown)
    }

    /// What became of a webhook's newest messages, the newest first.
    pub async fn webhook_deliveries(&self, webhook: &Webhook) -> Result<Vec<Delivery>, WebhookError> {
        Ok(self.store.webhook_deliveries_of(webhook.id, DELIVERIES_SHOWN).await?)
    }

    /// Changes a webhook. One that is enabled again starts with a clean record.
    pub async fn webhook_update(
        &self,
        webhook: &Webhook,
        change: WebhookChange,
        actor: &Actor,
    ) -> Result<Webhook, WebhookError> {
        check_events(&webhook.owner, change.events.as_deref().unwrap_or_default())?;
        if let Some(url) = &change.url {
            self.check_address(url).await?;
        }
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let mut changed = tx.webhook(webhook.id).await?.ok_or(WebhookError::Unknown)?;
        let was_active = changed.state == WebhookState::Active;
        changed.url = change.url.unwrap_or(changed.url);
        changed.events = change.events.unwrap_or(changed.events);
        match change.sending {
            Some(Sending::On) if !was_active => {
                changed.state = WebhookState::Active;
                changed.failing_since = None;
            }
            Some(Sending::Off) if was_active => {
                changed.state = WebhookState::Disabled { at: now, reason: DisabledBecause::Requested };
                tx.webhook_deliveries_give_up(webhook.id).await?;
            }
            _ => {}
        }
        if !tx.webhook_update(&changed).await? {
            return Err(WebhookError::Unknown);
        }
        let event = match (was_active, changed.state) {
            (true, WebhookState::Disabled { reason, .. }) => {
                AuditEvent::WebhookDisabled { webhook: webhook.id, reason: reason.name() }
            }
            _ => AuditEvent::WebhookChanged { webhook: webhook.id, what: "settings" },
        };
        tx.audit_append(&self.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Gives a webhook a new secret. The one before it signs too for a day, so that its receiver can change over.
    pub async fn webhook_rotate_secret(
        &self,
        webhook: &Webhook,
        actor: &Actor,
    ) -> Result<WithWebhookSecret, WebhookError> {
        let now = self.now();
        let secret = WebhookSecret::from_random(self.random());
        let mut tx = self.store.begin().await?;
        let mut webhook = tx.webhook(webhook.id).await?.ok_or(WebhookError::Unknown)?;
        let secrets = self.webhook_secrets(&webhook)?.rotated(secret.clone(), now);
        let sealed = self.seal_webhook(webhook.id, &secrets)?;
        if !tx.webhook_reseal(&webhook, &sealed).await? {
            return Err(WebhookError::Unknown);
        }
        let event = AuditEvent::WebhookChanged { webhook: webhook.id, what: "secret" };
        tx.audit_append(&self.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        webhook.secrets = sealed;
        Ok(WithWebhookSecret { webhook, secret })
    }

    /// Deletes a webhook and what waits to be sent to it.
    pub async fn webhook_delete(&self, webhook: &Webhook, actor: &Actor) -> Result<(), WebhookError> {
        let event = AuditEvent::WebhookDeleted { webhook: webhook.id };
        let mut tx = self.store.begin().await?;
        tx.audit_append(&self.audit_entry(actor, event, self.now())).await?;
        if !tx.webhook_delete(webhook.id).await? {
            return Err(WebhookError::Unknown);
        }
        Ok(tx.commit().await?)
    }

    /// Sends a webhook a message that tells of nothing, so that its owner sees whether messages arrive.
    pub async fn webhook_ping(&self, webhook: &Webhook) -> Result<MessageId, WebhookError> {
        let now = self.now();
        let message = Message::ping(MessageId::new(self.row_id(now)), now);
        let mut tx = self.store.begin().await?;
        active(&mut tx, webhook).await?;
        tx.webhook_delivery_insert(webhook.id, &message, now).await?;
        tx.commit().await?;
        Ok(message.id)
    }

    /// Sends a message once more, under the same name, so that the receiver can tell.
    pub async fn webhook_redeliver(&self, webhook: &Webhook, message: MessageId) -> Result<(), WebhookError> {
        let mut tx = self.store.begin().await?;
        active(&mut tx, webhook).await?;
        if !tx.webhook_delivery_repeat(webhook.id, message, self.now()).await? {
            return Err(WebhookError::NotRepeatable);
        }
        Ok(tx.commit().await?)
    }

    /// What signs a webhook's messages.
    pub(super) fn webhook_secrets(&self, webhook: &Webhook) -> Result<WebhookSecrets, SealError> {
        let opened = self.master_keys.open(&place(webhook.id), &webhook.secrets)?;
        serde_json::from_slice(&opened).map_err(|_| SealError::Corrupt)
    }

    /// Seals every webhook's secrets under the newest master key, within a transaction that does more; says how many
    /// it changed.
    pub(super) async fn reseal_webhooks(&self, tx: &mut Transaction) -> Result<usize, StoreError> {
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

    fn seal_webhook(&self, id: WebhookId, secrets: &WebhookSecrets) -> Result<Sealed, SealError> {
        let plain = serde_json::to_vec(secrets).map_err(|_| SealError::Corrupt)?;
        self.master_keys.seal(&place(id), &plain, self.random())
    }

    async fn check_address(&self, url: &WebhookUrl) -> Result<(), FetchError> {
        self.fetcher.check(url.as_url(), self.config.webhooks.timeout).await
    }
}

/// Refuses to wait for what would never come.
fn check_events(owner: &WebhookOwner, events: &[EventType]) -> Result<(), WebhookError> {
    let foreign = events.iter().find(|event| !event.is_of_applications());
    match (owner, foreign) {
        (WebhookOwner::Application(_), Some(event)) => Err(WebhookError::NotForApplications(*event)),
        _ => Ok(()),
    }
}

async fn active(tx: &mut Transaction, webhook: &Webhook) -> Result<(), WebhookError> {
    match tx.webhook(webhook.id).await? {
        None => Err(WebhookError::Unknown),
        Some(found) if found.state == WebhookState::Active => Ok(()),
        Some(_) => Err(WebhookError::Disabled),
    }
}
