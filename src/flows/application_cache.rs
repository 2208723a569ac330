//! The cache of applications: no database access while nothing has changed.
//!
//! An entry is good while the database's counter of changes to applications is the one it was loaded under, and while
//! that counter was confirmed within the last second. Several times a second [`super::upkeep`] confirms it, so a
//! change made anywhere takes effect within a second, and an entry is not used for longer than that if the database is
//! unreachable. While PostgreSQL is known to be away, it is good for `database.outage_grace`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use quick_cache::sync::Cache;

use super::confirmed_counter::{ConfirmedCounter, Loaded};
use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::config::Issuer;
use crate::domain::application::Application;
use crate::domain::attribute_schema::AttributeSchema;
use crate::domain::catalogue::Catalogue;
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::own_api;
use crate::store::{Store, StoreError};

/// How many applications are cached.
const CAPACITY: usize = 10_000;

/// The cached applications, scopes and resources, and the attributes of people that applications can learn.
pub struct ApplicationCache {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    applications: Cache<ClientId, Arc<Loaded<Arc<Application>>>>,
    /// Client ids that no application has, with the counter: looking them up takes no longer than the others.
    unknown: Cache<ClientId, i64>,
    catalogue: ArcSwapOption<Loaded<Arc<Catalogue>>>,
    attributes: ArcSwap<AttributeSchema>,
    counter: ConfirmedCounter,
    outage_grace: Duration,
    lookups: Lookups,
}

/// How often applications were found in memory, and how often not.
#[derive(Debug, Default)]
struct Lookups {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl ApplicationCache {
    /// Nothing is at hand yet.
    pub fn new(base: &Foundations) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            applications: Cache::new(CAPACITY),
            unknown: Cache::new(CAPACITY),
            catalogue: ArcSwapOption::empty(),
            attributes: ArcSwap::default(),
            counter: ConfirmedCounter::new(),
            outage_grace: base.config.database.outage_grace,
            lookups: Lookups::default(),
        }
    }

    /// Reads the counter of changes: what is at hand is trusted for another while, or loaded anew when next asked for.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        self.look().await.map(|_| ())
    }

    async fn look(&self) -> Result<i64, StoreError> {
        let asked_at = self.instruments.now();
        let generation = self.store.generations().await?.applications;
        self.confirm(generation, asked_at);
        Ok(generation)
    }

    /// Records the counter's value, with a moment before the database was asked. A value that is older than the known
    /// one is ignored.
    pub(super) fn confirm(&self, generation: i64, asked_at: Timestamp) {
        self.counter.confirm(generation, asked_at);
    }

    /// The catalogue as of whenever it was loaded.
    fn last_catalogue(&self) -> Option<Arc<Loaded<Arc<Catalogue>>>> {
        self.catalogue.load_full()
    }

    /// The application of this client id, deleted ones included.
    pub async fn application(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, StoreError> {
        let generation = self.application_generation().await?;
        if let Some(loaded) = self.applications.get(client_id)
            && loaded.generation == generation
        {
            self.lookups.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(Some(Arc::clone(&loaded.value)));
        }
        self.lookups.misses.fetch_add(1, Ordering::Relaxed);
        if self.unknown.get(client_id) == Some(generation) {
            return Ok(None);
        }
        let Some(application) = self.store.application(client_id).await? else {
            self.unknown.insert(client_id.clone(), generation);
            return Ok(None);
        };
        let value = Arc::new(application);
        let loaded = Arc::new(Loaded { generation, value: Arc::clone(&value) });
        self.applications.insert(client_id.clone(), loaded);
        Ok(Some(value))
    }

    /// The cached application of this client id, however old. It must not decide anything.
    pub(super) fn known_application(&self, client_id: &ClientId) -> Option<Arc<Application>> {
        self.applications.get(client_id).map(|loaded| Arc::clone(&loaded.value))
    }

    /// The catalogue of scopes and resources, with this server's own API.
    pub async fn catalogue(&self) -> Result<Arc<Catalogue>, StoreError> {
        let generation = self.application_generation().await?;
        match self.last_catalogue() {
            Some(loaded) if loaded.generation == generation => Ok(Arc::clone(&loaded.value)),
            _ => self.load_catalogue(generation).await,
        }
    }

    /// Loads the catalogue if it was loaded under another value of the counter than this, which was just read.
    pub(super) async fn keep_catalogue_up_with(&self, generation: i64) -> Result<(), StoreError> {
        match self.last_catalogue() {
            Some(loaded) if loaded.generation == generation => Ok(()),
            _ => self.load_catalogue(generation).await.map(|_| ()),
        }
    }

    async fn load_catalogue(&self, generation: i64) -> Result<Arc<Catalogue>, StoreError> {
        let catalogue = self.store.catalogue().await?;
        let value = Arc::new(match own_api::identifier(self.issuer.as_str()) {
            Ok(identifier) => catalogue.with_api(own_api::resource(identifier)),
            Err(_) => catalogue,
        });
        self.catalogue.store(Some(Arc::new(Loaded { generation, value: Arc::clone(&value) })));
        Ok(value)
    }

    /// The scopes and resources of the configuration.
    pub async fn named_catalogue(&self) -> Result<Catalogue, StoreError> {
        self.store.catalogue().await
    }

    /// The catalogue as of the last look at the database: the metadata is served without it.
    pub fn known_catalogue(&self) -> Arc<Catalogue> {
        self.last_catalogue().map(|loaded| Arc::clone(&loaded.value)).unwrap_or_default()
    }

    /// The attributes of people.
    pub fn attribute_schema(&self) -> Arc<AttributeSchema> {
        self.attributes.load_full()
    }

    /// Other attributes from now on.
    pub fn set_attribute_schema(&self, schema: AttributeSchema) {
        self.attributes.store(Arc::new(schema));
    }

    /// The counter under which what is loaded next is current; read before the load, so that a change in
    /// between makes the load count as old.
    async fn application_generation(&self) -> Result<i64, StoreError> {
        if let Some(generation) = self.counter.trusted(self.instruments.now()) {
            return Ok(generation);
        }
        match self.look().await {
            Err(e @ StoreError::Unavailable(_)) => self.in_grace().await.ok_or(e),
            looked => looked,
        }
    }

    /// The counter as it was when the database was last seen, if that was not too long ago and the database is away.
    async fn in_grace(&self) -> Option<i64> {
        let known = self.counter.confirmed_within(self.outage_grace, self.instruments.now())?;
        self.store.is_away().await.then_some(known)
    }

    /// How many applications are at hand, and how often one was found there and was not.
    pub fn figures(&self) -> (usize, u64, u64) {
        let Lookups { hits, misses } = &self.lookups;
        (self.applications.len(), hits.load(Ordering::Relaxed), misses.load(Ordering::Relaxed))
    }
}
