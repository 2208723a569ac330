//! Webhooks: which events are sent to which URL.
//!
//! Messages are in [`super::webhook_event`], signatures in [`super::webhook_secret`], deliveries in
//! [`super::webhook_delivery`].

use super::encryption::Sealed;
use super::ids::{ClientId, Timestamp, WebhookId};
use super::webhook_event::EventType;
use super::webhook_url::WebhookUrl;
use crate::protocol::named::named;

/// How many webhooks the whole server has at most.
pub const MOST_OF_SERVER: i64 = 20;

/// How many webhooks one application has at most.
pub const MOST_OF_APPLICATION: i64 = 5;

/// The owner of a webhook, which decides the events it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookOwner {
    /// The server's own: every event.
    Server,
    /// An application's: the events of that application.
    Application(ClientId),
}

impl WebhookOwner {
    /// How many of these there may be.
    pub const fn limit(&self) -> i64 {
        match self {
            Self::Server => MOST_OF_SERVER,
            Self::Application(_) => MOST_OF_APPLICATION,
        }
    }

    /// The application, if it is one's.
    pub const fn application(&self) -> Option<&ClientId> {
        match self {
            Self::Server => None,
            Self::Application(client_id) => Some(client_id),
        }
    }
}

named! {
    /// Why messages are no longer sent.
    pub enum DisabledBecause {
        /// An owner or operator disabled it.
        Requested = "requested",
        /// No message got through for `webhooks.disable_after`.
        Failing = "failing",
        /// The receiver answered 410 Gone.
        Gone = "gone",
    }
}

/// Whether messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    /// They are.
    Active,
    /// They are not.
    Disabled {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: DisabledBecause,
    },
}

impl WebhookState {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled { .. } => "disabled",
        }
    }
}

/// A receiver of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The key of its row, and its public id.
    pub id: WebhookId,
    /// The server or an application.
    pub owner: WebhookOwner,
    /// Where messages are sent.
    pub url: WebhookUrl,
    /// The subscribed events; none means all, those of later versions too.
    pub events: Vec<EventType>,
    /// Its [`WebhookSecrets`](super::webhook_secret::WebhookSecrets).
    pub secrets: Sealed,
    /// Whether messages are sent.
    pub state: WebhookState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when every try has failed, if the last one did.
    pub failing_since: Option<Timestamp>,
    /// When a message last got through.
    pub last_delivered_at: Option<Timestamp>,
}
