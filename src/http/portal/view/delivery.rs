//! What was delivered to another server, on the page of a webhook and on that of an application.

use super::sentence;
use crate::domain::ids::Timestamp;
use crate::domain::webhook_delivery::{Attempt, Delivery, DeliveryState};
use crate::http::pages::view::Form;

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
    pub(in crate::http) fn of(delivery: Delivery, now: Timestamp) -> Self {
        Self {
            message: None,
            created_at: delivery.created_at,
            state: delivery.state,
            attempts: delivery.attempts,
            tried_at: delivery.last.as_ref().map(|last| last.at),
            answer: delivery.last.as_ref().map(answer),
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

    pub(in crate::http) const fn outcome(&self) -> &'static str {
        match self.state {
            DeliveryState::Pending(_) if self.tried_at.is_some() => "Not taken yet",
            DeliveryState::Pending(_) => "On its way",
            DeliveryState::Delivered(_) => "Delivered",
            DeliveryState::GivenUp => "Given up",
        }
    }
}

fn answer(last: &Attempt) -> String {
    match (&last.error, last.status) {
        (Some(error), _) => sentence(error),
        (None, Some(status)) => format!("The receiver answered {status} within {} ms.", last.took.as_millis()),
        (None, None) => String::new(),
    }
}
