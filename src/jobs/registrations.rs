//! Forgets applications that registered themselves and were never used.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::every;
use crate::flows::registrations::Registrations;

const PERIOD: Duration = Duration::from_mins(5);

pub(super) async fn run(registrations: Arc<Registrations>, stopping: CancellationToken) {
    every("expire registrations", PERIOD, &stopping, || registrations.expire_registrations()).await;
}
