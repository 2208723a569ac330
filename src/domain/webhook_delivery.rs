//! What became of a message to a webhook.

use std::time::Duration;

use super::ids::{MessageId, Timestamp};

/// What became of one message to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub message: MessageId,
    /// What it tells.
    pub event: String,
    /// When that happened.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// How far it has come.
    pub state: DeliveryState,
    /// How the last try ended.
    pub last: Option<Attempt>,
    /// Whether it can still be sent again: what it says is forgotten after some days.
    pub is_repeatable: bool,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried at this time, or is being tried.
    Pending(Timestamp),
    /// The receiver took it.
    Delivered(Timestamp),
    /// It will not be tried again.
    GivenUp,
}

impl DeliveryState {
    /// When it is tried next, if it is.
    pub const fn next_attempt_at(self) -> Option<Timestamp> {
        match self {
            Self::Pending(at) => Some(at),
            Self::Delivered(_) | Self::GivenUp => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Delivered(_) => "delivered",
            Self::GivenUp => "given up",
        }
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The status that the receiver answered, if it answered.
    pub status: Option<u16>,
    /// What was wrong; nothing if the receiver took the message.
    pub error: Option<String>,
}
