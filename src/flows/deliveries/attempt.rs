//! One attempt to deliver something: what the receiver's answer means, and what the log says of it.

use std::time::Duration;

use tracing::{debug, warn};

use crate::adapters::fetch::Answer;
use crate::domain::ids::Timestamp;
use crate::domain::webhook_delivery::Attempt;
use crate::protocol::retry_after::RetryAfter;
use crate::store::{AfterTry, ClaimedDelivery, Receiver};

/// The answers whose `Retry-After` is about the receiver and not about the message: 429 (RFC 6585 §4) and 503
/// (RFC 9110 §15.6.4).
const ASK_TO_WAIT: [u16; 2] = [429, 503];

/// An attempt, with the receiver's `Retry-After`.
pub(super) struct Tried {
    pub(super) attempt: Attempt,
    pub(super) retry_after: Option<Duration>,
}

impl Tried {
    /// An attempt that began and ended at these moments. Any answer of the class 2xx takes the message, and of a
    /// `Retry-After` no more than the longest counts.
    pub(super) fn of(answer: Result<Answer, String>, longest: Duration, at: Timestamp, ended: Timestamp) -> Self {
        let took = ended.since(at);
        match answer {
            Ok(Answer { status: status @ 200..=299, .. }) => {
                Self { attempt: Attempt { at, took, status: Some(status), error: None }, retry_after: None }
            }
            Ok(answer) => {
                let retry_after = asked_to_wait(&answer, ended).map(|wait| wait.min(longest));
                let error = Some(objection(answer.status, retry_after));
                Self { attempt: Attempt { at, took, status: Some(answer.status), error }, retry_after }
            }
            Err(error) => Self { attempt: Attempt { at, took, status: None, error: Some(error) }, retry_after: None },
        }
    }

    /// When to try again at the earliest: after this time, and not before the receiver's `Retry-After`.
    pub(super) fn again_after(&self, wait: Duration, now: Timestamp) -> Timestamp {
        now.plus(wait.max(self.retry_after.unwrap_or_default()))
    }
}

/// The receiver's `Retry-After`.
fn asked_to_wait(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let said = answer.retry_after.as_deref().filter(|_| ASK_TO_WAIT.contains(&answer.status))?;
    Some(RetryAfter::read(said)?.wait(now.as_seconds()))
}

/// What is wrong with an answer, for the receiver's owner.
fn objection(status: u16, retry_after: Option<Duration>) -> String {
    match (status, retry_after) {
        (300..=399, _) => format!("the receiver answered {status}; redirects are not followed"),
        (_, Some(retry_after)) => {
            format!("the receiver answered {status} and asked to wait for {} s", retry_after.as_secs())
        }
        (_, None) => format!("the receiver answered {status}"),
    }
}

/// One line in the log.
pub(super) fn note(claimed: &ClaimedDelivery, attempt: &Attempt, after: AfterTry) {
    let (message, tries) = (claimed.message, claimed.attempts);
    let reason = attempt.error.as_deref().unwrap_or_default();
    match (&claimed.receiver, after) {
        (Receiver::Webhook(to), AfterTry::Delivered) => {
            debug!(webhook = %to.id, %message, tries, "webhook message taken");
        }
        (Receiver::Webhook(to), AfterTry::Again(_)) => {
            debug!(webhook = %to.id, %message, tries, reason, "webhook message not taken yet");
        }
        (Receiver::Webhook(to), AfterTry::GivenUp) => {
            warn!(webhook = %to.id, %message, tries, reason, "webhook message given up");
        }
        (Receiver::Application(to), AfterTry::Delivered) => {
            debug!(client_id = %to.client_id, tries, "logout token taken");
        }
        (Receiver::Application(to), AfterTry::Again(_)) => {
            debug!(client_id = %to.client_id, tries, reason, "logout token not taken yet");
        }
        (Receiver::Application(to), AfterTry::GivenUp) => {
            warn!(client_id = %to.client_id, tries, reason, "logout token given up");
        }
    }
}
