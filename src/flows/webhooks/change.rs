//! Creating, changing and deleting webhooks.

use tracing::warn;

use super::{WebhookError, Webhooks};
use crate::adapters::fetch::FetchError;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::WebhookId;
use crate::domain::webhook::{DisabledBecause, Webhook, WebhookOwner, WebhookState};
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_secret::{WebhookSecret, WebhookSecrets};
use crate::domain::webhook_url::WebhookUrl;
use crate::flows::access::{Need, begin_acting};
use crate::flows::applications::{ManageError, changeable};
use crate::store::Transaction;

/// A new webhook.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Its owner.
    pub owner: WebhookOwner,
    /// Where messages are sent.
    pub url: WebhookUrl,
    /// The subscribed events; none means all.
    pub events: Vec<EventType>,
}

/// A change of a webhook; what is none stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WebhookChange {
    /// Where messages are sent.
    pub url: Option<WebhookUrl>,
    /// The subscribed events; an empty list means all.
    pub events: Option<Vec<EventType>>,
    /// Whether messages are sent.
    pub sending: Option<Sending>,
}

/// Whether messages are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// They are.
    On,
    /// They are not. Waiting messages are given up.
    Off,
}

/// A webhook with a secret that is shown only now.
#[derive(Debug)]
pub struct WithWebhookSecret {
    /// The webhook as it is now.
    pub webhook: Webhook,
    /// Its newest secret.
    pub secret: WebhookSecret,
}

impl Webhooks {
    /// Creates a webhook. Its URL must resolve to a permitted address; that is checked again for every message.
    pub async fn webhook_create(&self, new: NewWebhook, actor: &Actor) -> Result<WithWebhookSecret, WebhookError> {
        check_events(&new.owner, &new.events)?;
        self.check_address(&new.url).await?;
        let now = self.instruments.now();
        let id = WebhookId::new(self.instruments.row_id(now));
        let secret = WebhookSecret::from_random(self.instruments.random());
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
        let mut tx = self.begin_changing(&webhook.owner, actor).await?;
        // Before it exists, so that it does not get the event of its own creation.
        tx.audit_append(&self.instruments.audit_entry(actor, AuditEvent::WebhookCreated { webhook: id }, now)).await?;
        if !tx.webhook_insert(&webhook).await? {
            return Err(WebhookError::TooMany(webhook.owner.limit()));
        }
        tx.commit().await?;
        Ok(WithWebhookSecret { webhook, secret })
    }

    /// Changes a webhook. One that is enabled again starts without failures.
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
        let now = self.instruments.now();
        let mut tx = self.begin_changing(&webhook.owner, actor).await?;
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
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Gives a webhook a new secret. The one before it signs too for a day, so that its receiver can change over.
    pub async fn webhook_rotate_secret(
        &self,
        webhook: &Webhook,
        actor: &Actor,
    ) -> Result<WithWebhookSecret, WebhookError> {
        let now = self.instruments.now();
        let secret = WebhookSecret::from_random(self.instruments.random());
        let mut tx = self.begin_changing(&webhook.owner, actor).await?;
        let mut webhook = tx.webhook(webhook.id).await?.ok_or(WebhookError::Unknown)?;
        let secrets = self.webhook_secrets(&webhook)?.rotated(secret.clone(), now);
        let sealed = self.seal_webhook(webhook.id, &secrets)?;
        if !tx.webhook_reseal(&webhook, &sealed).await? {
            return Err(WebhookError::Unknown);
        }
        let event = AuditEvent::WebhookChanged { webhook: webhook.id, what: "secret" };
        tx.audit_append(&self.instruments.audit_entry(actor, event, now)).await?;
        tx.commit().await?;
        webhook.secrets = sealed;
        Ok(WithWebhookSecret { webhook, secret })
    }

    /// Deletes a webhook and what waits to be sent to it.
    pub async fn webhook_delete(&self, webhook: &Webhook, actor: &Actor) -> Result<(), WebhookError> {
        let event = AuditEvent::WebhookDeleted { webhook: webhook.id };
        let mut tx = self.begin_changing(&webhook.owner, actor).await?;
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await?;
        if !tx.webhook_delete(webhook.id).await? {
            return Err(WebhookError::Unknown);
        }
        tx.commit().await?;
        // There can be many, and nothing is sent to it any more.
        if let Err(error) = self.store.webhook_deliveries_clear(webhook.id).await {
            warn!(webhook = %webhook.id, %error, "messages of a deleted webhook stay until their time is over");
        }
        Ok(())
    }

    /// Begins a change of a webhook of this owner, which the actor may still make.
    pub(super) async fn begin_changing(
        &self,
        owner: &WebhookOwner,
        actor: &Actor,
    ) -> Result<Transaction, WebhookError> {
        let Some(client_id) = owner.application() else {
            return Ok(begin_acting(&self.store, actor, Need::Operate).await?);
        };
        let mut tx = begin_acting(&self.store, actor, Need::WriteApplications).await?;
        match changeable(&mut tx, client_id, actor).await {
            Ok(_) => Ok(tx),
            Err(ManageError::Store(error)) => Err(error.into()),
            Err(_) => Err(WebhookError::NoApplication(client_id.clone())),
        }
    }

    async fn check_address(&self, url: &WebhookUrl) -> Result<(), FetchError> {
        self.fetcher.check(url.as_url(), self.settings.timeout).await
    }
}

/// Refuses events that such a webhook never gets.
fn check_events(owner: &WebhookOwner, events: &[EventType]) -> Result<(), WebhookError> {
    let foreign = events.iter().find(|event| !event.is_of_applications());
    match (owner, foreign) {
        (WebhookOwner::Application(_), Some(event)) => Err(WebhookError::NotForApplications(*event)),
        _ => Ok(()),
    }
}
