//! Output of webhooks: as JSON and as text.

use serde::Serialize;

use crate::cli::output::table;
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::webhook::{Webhook, WebhookState};
use crate::domain::webhook_delivery::Delivery;
use crate::flows::webhooks::WithWebhookSecret;

/// A webhook.
#[derive(Serialize)]
pub(super) struct ShownWebhook {
    id: String,
    application: Option<String>,
    url: String,
    /// Empty for all.
    events: Vec<&'static str>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    created_at: String,
    last_delivered_at: Option<String>,
    failing_since: Option<String>,
}

impl From<&Webhook> for ShownWebhook {
    fn from(webhook: &Webhook) -> Self {
        let (since, reason) = match webhook.state {
            WebhookState::Active => (None, None),
            WebhookState::Disabled { at, reason } => (Some(at.to_string()), Some(reason.name())),
        };
        Self {
            id: webhook.id.to_string(),
            application: webhook.owner.application().map(ClientId::to_string),
            url: webhook.url.to_string(),
            events: webhook.events.iter().map(|event| event.name()).collect(),
            state: webhook.state.name(),
            since,
            reason,
            created_at: webhook.created_at.to_string(),
            last_delivered_at: webhook.last_delivered_at.map(|at| at.to_string()),
            failing_since: webhook.failing_since.map(|at| at.to_string()),
        }
    }
}

impl ShownWebhook {
    /// The columns of a listing.
    pub(super) const HEADER: [&str; 5] = ["ID", "OF", "STATE", "LAST DELIVERY", "URL"];

    /// One line of a listing.
    pub(super) fn row(&self) -> Vec<String> {
        vec![self.id.clone(), self.owner(), self.state.to_owned(), self.last_delivery(), self.url.clone()]
    }

    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        let state = match (&self.since, self.reason) {
            (Some(since), Some(reason)) => format!("{} since {since}: {reason}", self.state),
            _ => self.state.to_owned(),
        };
        let events = if self.events.is_empty() { "all".to_owned() } else { self.events.join(" ") };
        let lines = [
            ("id", self.id.clone()),
            ("of", self.owner()),
            ("url", self.url.clone()),
            ("events", events),
            ("state", state),
            ("created", self.created_at.clone()),
            ("last delivery", self.last_delivery()),
            ("failing since", self.failing_since.clone().unwrap_or_else(|| "-".to_owned())),
        ];
        lines.map(|(name, value)| format!("{name:<13} {value}")).join("\n")
    }

    fn owner(&self) -> String {
        self.application.clone().unwrap_or_else(|| "the server".to_owned())
    }

    fn last_delivery(&self) -> String {
        self.last_delivered_at.clone().unwrap_or_else(|| "never".to_owned())
    }
}

/// A webhook with the secret that was just made.
#[derive(Serialize)]
pub(super) struct ShownWithSecret {
    #[serde(flatten)]
    webhook: ShownWebhook,
    secret: String,
}

impl From<WithWebhookSecret> for ShownWithSecret {
    fn from(made: WithWebhookSecret) -> Self {
        Self { webhook: ShownWebhook::from(&made.webhook), secret: made.secret.expose().to_owned() }
    }
}

impl ShownWithSecret {
    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        format!("{}\n{:<13} {}", self.webhook.text(), "secret", self.secret)
    }
}

/// A webhook with the deliveries of its newest messages.
#[derive(Serialize)]
pub(super) struct ShownWithDeliveries {
    #[serde(flatten)]
    webhook: ShownWebhook,
    deliveries: Vec<ShownDelivery>,
}

#[derive(Serialize)]
struct ShownDelivery {
    id: String,
    event: String,
    at: String,
    state: &'static str,
    attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<String>,
    tried_at: Option<String>,
    took_ms: Option<u64>,
    status: Option<u16>,
    error: Option<String>,
}

impl ShownWithDeliveries {
    /// A webhook and its messages.
    pub(super) fn new(webhook: &Webhook, deliveries: &[Delivery]) -> Self {
        let deliveries = deliveries.iter().map(ShownDelivery::from).collect();
        Self { webhook: ShownWebhook::from(webhook), deliveries }
    }

    /// Everything, a line each, and a table.
    pub(super) fn text(&self) -> String {
        let rows: Vec<_> = self.deliveries.iter().map(ShownDelivery::row).collect();
        let header = ["MESSAGE", "EVENT", "AT", "STATE", "TRIES", "STATUS", "ERROR"];
        format!("{}\n\n{}", self.webhook.text(), table(&header, &rows))
    }
}

impl From<&Delivery> for ShownDelivery {
    fn from(delivery: &Delivery) -> Self {
        let last = delivery.last.as_ref();
        let next = delivery.state.next_attempt_at();
        Self {
            id: format!("msg_{}", delivery.message),
            event: delivery.event.clone(),
            at: delivery.created_at.to_string(),
            state: delivery.state.name(),
            attempts: delivery.attempts,
            next_attempt_at: next.as_ref().map(Timestamp::to_string),
            tried_at: last.map(|last| last.at.to_string()),
            took_ms: last.map(|last| u64::try_from(last.took.as_millis()).unwrap_or(u64::MAX)),
            status: last.and_then(|last| last.status),
            error: last.and_then(|last| last.error.clone()),
        }
    }
}

impl ShownDelivery {
    fn row(&self) -> Vec<String> {
        let status = self.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        vec![
            self.id.clone(),
            self.event.clone(),
            self.at.clone(),
            self.state.to_owned(),
            self.attempts.to_string(),
            status,
            self.error.clone().unwrap_or_default(),
        ]
    }
}
