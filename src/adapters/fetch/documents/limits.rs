//! How many new addresses a network may bring, and how many fetches an origin sees at once.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::DocumentError;
use crate::domain::activity::network;
use crate::domain::ids::Timestamp;

/// How many addresses that are not kept a network may bring in [`PERIOD`].
const MOST_NEW: usize = 10;

const PERIOD: Duration = Duration::from_mins(1);

/// How many networks are counted; beyond that the least used are forgotten.
const NETWORKS: usize = 10_000;

/// How many fetches one origin sees at once.
const AT_ONCE: usize = 2;

/// The moments of each network's last new addresses.
pub(super) struct NewAddresses(Cache<String, Arc<Mutex<VecDeque<Timestamp>>>>);

impl Default for NewAddresses {
    fn default() -> Self {
        Self(Cache::new(NETWORKS))
    }
}

impl NewAddresses {
    /// Counts one more, or says when the next one may come.
    pub(super) fn admit(&self, caller: IpAddr, now: Timestamp) -> Result<(), DocumentError> {
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(moments) = self.0.get_or_insert_with(&network(caller), fresh);
        let mut moments = moments.lock().unwrap_or_else(PoisonError::into_inner);
        if moments.len() >= MOST_NEW
            && let Some(oldest) = moments.pop_front()
        {
            let again = oldest.plus(PERIOD);
            if now < again {
                moments.push_front(oldest);
                return Err(DocumentError::TooManyNew { retry_after: again.since(now) });
            }
        }
        moments.push_back(now);
        Ok(())
    }
}

/// The origins that something is being fetched from.
#[derive(Default)]
pub(super) struct Origins(Mutex<HashMap<String, Weak<Semaphore>>>);

impl Origins {
    /// Waits until the origin of this URL has a place.
    pub(super) async fn turn(&self, url: &Url) -> Option<OwnedSemaphorePermit> {
        // Never closed, so there always is a permit in the end.
        self.places(url).acquire_owned().await.ok()
    }

    fn places(&self, url: &Url) -> Arc<Semaphore> {
        let mut origins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin().ascii_serialization();
        if let Some(places) = origins.get(&origin).and_then(Weak::upgrade) {
            return places;
        }
        origins.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(AT_ONCE));
        origins.insert(origin, Arc::downgrade(&places));
        places
    }
}
