//! What became of what is sent to other servers: messages to webhooks, and logout tokens to applications.

use std::time::Duration;

use super::ids::{MessageId, Timestamp};

/// The delivery of one message to one receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub message: MessageId,
    /// The event's name; of a logout token its own ([`Logout::EVENT`](super::logout::Logout::EVENT)).
    pub event: String,
    /// When the event happened.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// Its state.
    pub state: DeliveryState,
    /// The last attempt.
    pub last: Option<Attempt>,
    /// Whether it can still be sent again: its payload is deleted after some days.
    pub is_repeatable: bool,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried at this time, or is being tried.
    Pending(Timestamp),
    /// The receiver accepted it.
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

    /// The state's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Delivered(_) => "delivered",
            Self::GivenUp => "given up",
        }
    }
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The status that the receiver answered, if it answered.
    pub status: Option<u16>,
    /// What went wrong; none if the receiver accepted the message.
    pub error: Option<String>,
}
