//! What is answered where a document that others publish was not read.

use std::time::Duration;

use crate::adapters::fetch::DocumentError;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// When to come again if too much is being fetched.
const BUSY: Duration = Duration::from_secs(2);

/// When to come again, or what `failed` makes of the reason why there is none. The reason is for operators and owners: to
/// strangers it would tell of this server's network.
pub(in crate::flows) fn unread(error: DocumentError, failed: impl FnOnce(&str) -> Refusal) -> Refusal {
    match error {
        DocumentError::Failed(reason) => failed(&reason),
        DocumentError::TooManyNew { retry_after } => {
            let what = "too many new clients were named from this network; wait a moment and try again";
            Refusal::new(ErrorCode::TooManyRequests, what).retry_after(retry_after)
        }
        DocumentError::Busy => Refusal::unavailable("too many documents are being read; try again", BUSY),
    }
}
