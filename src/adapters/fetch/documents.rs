//! The one cache of documents that others publish: key sets, metadata of clients and of issuers.
//!
//! Whoever sends us an address could make this server fetch it, so what that costs is bounded: how much is kept, how many
//! addresses a network may bring, how many fetches one origin sees at once, and how soon an address is fetched again,
//! whether or not it worked.

mod kept;
mod limits;

use std::any::{Any, TypeId};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::info;
use url::Url;

use super::get::Wanted;
use super::{Fetcher, Received};
use crate::adapters::clock::Clock;
use crate::domain::ids::Timestamp;
use kept::{Kept, Outcome};
use limits::{NewAddresses, Origins};

/// How many documents are kept.
const CAPACITY: usize = 1000;

/// How long a fetch may take.
const LIMIT: Duration = Duration::from_secs(5);

/// A kind of document.
pub trait Document: Sized + Send + Sync + 'static {
    /// The media type that is asked for.
    const ACCEPT: &'static str = "application/json";
    /// How long one may be, in bytes.
    const MOST: usize;
    /// How long one is kept at most, whatever its headers say.
    const LONGEST: Duration = Duration::from_hours(24);

    /// Reads what an address answered with status 200, or says for operators why it is none.
    fn read(received: &Received) -> Result<Self, String>;
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It could not be fetched, or is none. The reason is for operators: to strangers it would tell of this server's
    /// network.
    #[error("{0}")]
    Failed(Arc<str>),
    /// The caller's network brought too many new addresses.
    #[error("too many new addresses were named from this network")]
    TooManyNew {
        /// When it may bring the next one.
        retry_after: Duration,
    },
    /// The origin or this server has too many fetches to do. Nothing was fetched.
    #[error("too many documents are being fetched; try again")]
    Busy,
}

/// An address at which there was no document when it was last fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The address, without its query.
    pub address: String,
    /// What was wrong.
    pub reason: Arc<str>,
    /// When that was.
    pub at: Timestamp,
}

/// Fetches documents from the networks that it may reach, and keeps them. Clones share what is kept.
#[derive(Clone)]
pub struct Documents {
    fetcher: Arc<Fetcher>,
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    /// Whether `http` is fetched too: for what only this machine reaches.
    plain: bool,
    /// The time limit for a fetch, with the time that it waits for its origin.
    limit: Duration,
    entries: Mutex<HashMap<Key, Arc<Entry>>>,
    uses: AtomicU64,
    new_addresses: NewAddresses,
    origins: Origins,
}

/// The same address read as two kinds of document is two entries, and so it is to two that may reach different networks:
/// what one was permitted to fetch is not given to the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    kind: TypeId,
    networks: Vec<IpNet>,
    address: String,
}

#[derive(Default)]
struct Entry {
    /// The number of its last use.
    used: AtomicU64,
    kept: Mutex<Option<Kept>>,
    /// Held while it is fetched.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

impl Documents {
    /// Nothing is kept yet. `plain` permits `http`, for a server that only its own machine reaches.
    pub fn new(fetcher: Fetcher, clock: Arc<dyn Clock>, plain: bool) -> Self {
        let (entries, uses) = (Mutex::default(), AtomicU64::default());
        let (new_addresses, origins) = (NewAddresses::default(), Origins::default());
        let limit = LIMIT;
        let shared = Shared { clock, plain, limit, entries, uses, new_addresses, origins };
        Self { fetcher: Arc::new(fetcher), shared: Arc::new(shared) }
    }

    /// The same cache with its bounds, for documents in the networks that another fetcher reaches.
    #[must_use]
    pub fn reaching(&self, fetcher: Fetcher) -> Self {
        Self { fetcher: Arc::new(fetcher), shared: Arc::clone(&self.shared) }
    }

    /// What fetches them, for requests whose answers are not kept.
    pub fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// The document at this address, fetched unless it is kept. `network` is the address of the caller, whose network may
    /// bring few new ones; `None` where somebody whom the operator knows chose the URL.
    pub async fn get<T: Document>(&self, url: &Url, network: Option<IpAddr>) -> Result<Arc<T>, DocumentError> {
        self.get_if(url, network, Kept::is_good).await
    }

    /// The same for a caller who misses something in what is kept, such as a key: fetched again, but not within a minute
    /// of the last time. If that fails, what is kept stays.
    pub async fn get_newer<T: Document>(&self, url: &Url, network: Option<IpAddr>) -> Result<Arc<T>, DocumentError> {
        self.get_if(url, network, Kept::is_recent).await
    }

    /// Where this server last found no document, for operators: the latest first, of those that are remembered.
    pub fn unread(&self) -> Vec<Unread> {
        let entries = self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unread: Vec<Unread> =
            entries.iter().filter_map(|(key, entry)| entry.kept()?.unread(&key.address)).collect();
        drop(entries);
        unread.sort_by_key(|one| Reverse(one.at));
        unread
    }

    async fn get_if<T: Document>(
        &self,
        url: &Url,
        network: Option<IpAddr>,
        is_enough: fn(&Kept, Timestamp) -> bool,
    ) -> Result<Arc<T>, DocumentError> {
        let shared = &self.shared;
        let networks = self.fetcher.private_networks().to_vec();
        let key = Key { kind: TypeId::of::<T>(), networks, address: url.as_str().to_owned() };
        let entry = shared.entry(key, network)?;
        let enough = || entry.kept().filter(|kept| is_enough(kept, shared.clock.now()));
        if let Some(kept) = enough() {
            return kept.give();
        }
        let turn = timeout(shared.limit * 2, Arc::clone(&entry.fetching).lock_owned()).await;
        let turn = turn.map_err(|_| DocumentError::Busy)?;
        // Whoever had the turn before may have fetched it.
        if let Some(kept) = enough() {
            return kept.give();
        }
        // In a task of its own: a caller who goes away cannot break a fetch off and begin the next one.
        let (documents, url, entry) = (self.clone(), url.clone(), Arc::clone(&entry));
        let fetching = tokio::spawn(async move {
            let _turn = turn;
            let kept = documents.fetch::<T>(&url, entry.kept()).await?;
            *entry.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept.clone());
            Ok::<_, DocumentError>(kept)
        });
        fetching.await.map_err(|_| DocumentError::Busy)??.give()
    }

    async fn fetch<T: Document>(&self, url: &Url, before: Option<Kept>) -> Result<Kept, DocumentError> {
        let shared = &self.shared;
        let deadline = Instant::now() + shared.limit;
        let turn = timeout_at(deadline, shared.origins.turn(url)).await;
        let _turn = turn.map_err(|_| DocumentError::Busy)?;
        let fetched = self.fetch_now::<T>(url, deadline - Instant::now()).await;
        let now = shared.clock.now();
        Ok(match fetched {
            Ok((document, fresh_for)) => Kept::document(document, fresh_for, T::LONGEST, now),
            Err(reason) => {
                info!(url = %without_query(url.as_str()), reason, "a document cannot be fetched");
                match before.filter(|kept| kept.is_good_document(now)) {
                    Some(kept) => kept.tried_in_vain(reason.into(), now),
                    None => Kept::failure(reason.into(), now),
                }
            }
        })
    }

    async fn fetch_now<T: Document>(&self, url: &Url, limit: Duration) -> Result<(Outcome, Option<Duration>), String> {
        if url.scheme() != "https" && !(self.shared.plain && url.scheme() == "http") {
            return Err("only https addresses are fetched".to_owned());
        }
        let wanted = Wanted { url, accept: T::ACCEPT, most: T::MOST, now: self.shared.clock.now() };
        let received = self.fetcher.get(wanted, limit).await.map_err(|e| e.to_string())?;
        received.check_status()?;
        let document = T::read(&received)?;
        let document: Arc<dyn Any + Send + Sync> = Arc::new(document);
        Ok((Ok(document), received.fresh_for()))
    }
}

impl Shared {
    /// The entry of an address, made if there is none.
    fn entry(&self, key: Key, network: Option<IpAddr>) -> Result<Arc<Entry>, DocumentError> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let use_number = self.uses.fetch_add(1, Ordering::Relaxed);
        if let Some(entry) = entries.get(&key) {
            entry.used.store(use_number, Ordering::Relaxed);
            return Ok(Arc::clone(entry));
        }
        if let Some(network) = network {
            self.new_addresses.admit(network, self.clock.now())?;
        }
        if entries.len() >= CAPACITY {
            make_room(&mut entries)?;
        }
        let entry = Arc::new(Entry { used: AtomicU64::new(use_number), ..Entry::default() });
        entries.insert(key, Arc::clone(&entry));
        Ok(entry)
    }
}

impl Entry {
    fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Forgets the entry that was not used for longest, of those that nobody waits for.
fn make_room(entries: &mut HashMap<Key, Arc<Entry>>) -> Result<(), DocumentError> {
    let idle = entries.iter().filter(|(_, entry)| Arc::strong_count(entry) == 1);
    let oldest = idle.min_by_key(|(_, entry)| entry.used.load(Ordering::Relaxed)).map(|(key, _)| key.clone());
    entries.remove(&oldest.ok_or(DocumentError::Busy)?);
    Ok(())
}

/// A query may hold what is meant for its own server only.
fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

#[cfg(test)]
mod tests;
