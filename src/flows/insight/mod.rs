//! What an application's owner sees of it. The caller has checked that they may.

mod request_log;

use std::sync::Arc;
use std::time::Duration;

use super::application_cache::ApplicationCache;
use super::instruments::Instruments;
use crate::domain::activity::{DAYS_KEPT_FOR, DayCount, NotedRequest};
use crate::domain::ids::ApplicationId;
use crate::store::{Store, StoreError};
use request_log::RequestLog;

pub use crate::store::{DeliveryStep, DeliveryTrace};
pub use request_log::LoggedRequest;

const DAY: Duration = Duration::from_hours(24);

/// How much an application was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Day by day, oldest first, today last, none left out.
    pub per_day: Vec<DayCount>,
}

impl Activity {
    /// All tokens of these days.
    pub fn tokens(&self) -> u64 {
        self.per_day.iter().map(|day| day.tokens).fold(0, u64::saturating_add)
    }

    /// All requests that failed on these days.
    pub fn failures(&self) -> u64 {
        self.per_day.iter().map(|day| day.failures).fold(0, u64::saturating_add)
    }
}

/// Notes what applications do, and shows it to their owners.
pub struct Insight {
    instruments: Instruments,
    store: Store,
    application_cache: Arc<ApplicationCache>,
    /// Requests that are still to be written down.
    requests: RequestLog,
}

impl Insight {
    /// Nothing is noted yet.
    pub fn new(instruments: Instruments, store: Store, application_cache: &Arc<ApplicationCache>) -> Self {
        let application_cache = Arc::clone(application_cache);
        Self { instruments, store, application_cache, requests: RequestLog::default() }
    }

    /// How much an application was used on the last days, at least today and at most as many as are kept. Requests of
    /// the last second may be missing.
    pub async fn application_activity(&self, id: ApplicationId, days: u32) -> Result<Activity, StoreError> {
        let kept = u32::try_from(DAYS_KEPT_FOR.as_secs() / DAY.as_secs()).unwrap_or(u32::MAX);
        let today = self.instruments.now().start_of_day();
        let before = |days: u32| today.minus(DAY.saturating_mul(days));
        let days = days.clamp(1, kept);
        let mut per_day: Vec<_> = (0..days).rev().map(|ago| DayCount::empty(before(ago))).collect();
        for counted in self.store.days_of_application(id, before(days - 1)).await? {
            if let Ok(at) = per_day.binary_search_by_key(&counted.day, |known| known.day) {
                per_day[at].add(counted.counted, counted.total);
            }
        }
        Ok(Activity { per_day })
    }

    /// The last requests that named an application, newest first, with the reason why each failed.
    pub async fn application_requests(&self, id: ApplicationId, limit: u32) -> Result<Vec<NotedRequest>, StoreError> {
        self.store.requests_of_application(id, limit).await
    }

    /// The newest sign-ins of an application, newest first, with the delivery trace of each mail.
    pub async fn application_delivery_traces(
        &self,
        id: ApplicationId,
        limit: u32,
    ) -> Result<Vec<DeliveryTrace>, StoreError> {
        self.store.delivery_traces_of_application(id, limit).await
    }
}
