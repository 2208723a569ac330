//! How many applications may name themselves that nobody has used yet.

use std::time::Duration;

use crate::config::RateLimits;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{StoreError, UnusedRegistrations};

/// How long to wait where there are too many.
const WHEN_FULL: Duration = Duration::from_mins(10);

/// Of all that may be unused at once, one network has at most this part.
const SHARE: i64 = 10;

/// Whether one more may come. `too_many` says what there is too much of; nothing is counted where nothing is limited.
pub(in crate::flows) async fn check_room(
    limits: &RateLimits,
    counted: impl Future<Output = Result<UnusedRegistrations, StoreError>>,
    too_many: &'static str,
) -> Result<(), Refusal> {
    if !limits.enabled {
        return Ok(());
    }
    let (most, unused) = (i64::from(limits.unused_registrations), counted.await?);
    if unused.total < most && unused.of_network < (most / SHARE).max(1) {
        return Ok(());
    }
    Err(Refusal::new(ErrorCode::TooManyRequests, too_many).retry_after(WHEN_FULL))
}
