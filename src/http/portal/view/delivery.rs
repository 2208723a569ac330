//! What was delivered to another server, on the page of a webhook and on that of an application.

use super::sentence;
use crate::domain::ids::Timestamp;
use crate::domain::webhook_delivery::{Attempt, Delivery, DeliveryState};
use crate::http::pages::view::Form;
use crate::http::portal::messages::PortalMessages;

/// Something that was delivered to another server, or is to be.
#[derive(Clone, Debug)]
pub(in crate::http) struct DeliveryLine {
    /// Its id, if the receiver sees one.
    pub(in crate::http) message: Option<String>,
    /// The event's name.
    pub(in crate::http) event: String,
    /// When the event happened.
    pub(in crate::http) created_at: Timestamp,
    /// Its state.
    pub(in crate::http) state: DeliveryState,
    /// How often it was tried.
    pub(in crate::http) attempts: i64,
    /// When it was last tried.
    pub(in crate::http) tried_at: Option<Timestamp>,
    /// How that ended.
    pub(in crate::http) answer: Option<String>,
    /// When it is tried again.
    pub(in crate::http) next: Option<Timestamp>,
    /// Sends it again, or at once.
    pub(in crate::http) again: Option<Form>,
}

impl DeliveryLine {
    /// The line of a delivery, which shows no id and sends nothing again.
    pub(in crate::http) fn of(t: &PortalMessages, delivery: Delivery, now: Timestamp) -> Self {
        Self {
            message: None,
            created_at: delivery.created_at,
            state: delivery.state,
            attempts: delivery.attempts,
            tried_at: delivery.last.as_ref().map(|last| last.at),
            answer: delivery.last.as_ref().map(|last| answer(t, last)),
            // What is due is on its way already.
            next: delivery.state.next_attempt_at().filter(|next| *next > now),
            event: delivery.event,
            again: None,
        }
    }

    pub(in crate::http) const fn badge(&self) -> &'static str {
        match self.state {
            DeliveryState::Pending(_) if self.tried_at.is_some() => "warn",
            DeliveryState::Pending(_) => "",
            DeliveryState::Delivered(_) => "good",
            DeliveryState::GivenUp => "bad",
        }
    }

    /// What became of it.
    pub(in crate::http) const fn outcome(&self, t: &PortalMessages) -> &'static str {
        let t = &t.webhooks.hook;
        match self.state {
            DeliveryState::Pending(_) if self.tried_at.is_some() => t.not_taken,
            DeliveryState::Pending(_) => t.on_its_way,
            DeliveryState::Delivered(_) => t.delivered,
            DeliveryState::GivenUp => t.given_up,
        }
    }

    /// How often it was tried.
    pub(in crate::http) fn tried(&self, t: &PortalMessages) -> String {
        t.count(t.webhooks.hook.tried, u64::try_from(self.attempts).unwrap_or_default())
    }
}

/// What the receiver answered; why there was no answer is told as the log has it.
fn answer(t: &PortalMessages, last: &Attempt) -> String {
    match (&last.error, last.status) {
        (Some(error), _) => sentence(error),
        (None, Some(status)) => t
            .webhooks
            .hook
            .answered
            .with(&[("status", &status.to_string()), ("ms", &last.took.as_millis().to_string())]),
        (None, None) => String::new(),
    }
}
