//! What keeps the whole server going: it obeys what was changed elsewhere, writes down what was noted, forgets what is
//! over, and says whether it can work.

mod forget_accounts;
mod forget_expired;
mod readiness;
mod watch_changes;

use std::sync::{Arc, Mutex};

use super::application_cache::ApplicationCache;
use super::deliveries::Deliveries;
use super::foundations::Foundations;
use super::groups::Groups;
use super::insight::Insight;
use super::instruments::Instruments;
use super::keys::Keys;
use super::life_cycle::LifeCycle;
use super::webhooks::Webhooks;
use crate::domain::audit::{Actor, AuditEvent};
use crate::store::{Store, StoreError};

pub use readiness::Part;

/// Keeps the server going.
pub struct Upkeep {
    instruments: Instruments,
    store: Store,
    application_cache: Arc<ApplicationCache>,
    keys: Arc<Keys>,
    groups: Arc<Groups>,
    insight: Arc<Insight>,
    life_cycle: Arc<LifeCycle>,
    webhooks: Arc<Webhooks>,
    deliveries: Arc<Deliveries>,
    /// The newest deletion of an account after which the database's log was emptied.
    forgotten: Mutex<Option<String>>,
}

impl Upkeep {
    /// The upkeep of these rooms.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        keys: &Arc<Keys>,
        groups: &Arc<Groups>,
        insight: &Arc<Insight>,
        life_cycle: &Arc<LifeCycle>,
        webhooks: &Arc<Webhooks>,
        deliveries: &Arc<Deliveries>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            application_cache: Arc::clone(application_cache),
            keys: Arc::clone(keys),
            groups: Arc::clone(groups),
            insight: Arc::clone(insight),
            life_cycle: Arc::clone(life_cycle),
            webhooks: Arc::clone(webhooks),
            deliveries: Arc::clone(deliveries),
            forgotten: Mutex::default(),
        }
    }

    /// Writes uses and request notes to the database.
    pub async fn flush_usage(&self) -> Result<(), StoreError> {
        self.life_cycle.flush_uses().await?;
        self.insight.flush_requests().await
    }

    /// Seals every private key and every webhook's secret again under the newest master key; returns how many it
    /// changed.
    pub async fn reencrypt_keys(&self, actor: &Actor) -> Result<usize, StoreError> {
        let mut tx = self.store.begin().await?;
        let count = self.keys.reseal_keys(&mut tx).await? + self.webhooks.reseal_webhooks(&mut tx).await?;
        if count > 0 {
            let now = self.instruments.now();
            let entry = self.instruments.audit_entry(actor, AuditEvent::KeysReencrypted { count }, now);
            tx.audit_append(&entry).await?;
        }
        tx.commit().await?;
        Ok(count)
    }
}
