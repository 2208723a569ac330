//! What lies below every room.

use std::sync::Arc;

use super::instruments::Instruments;
use crate::adapters::fetch::Documents;
use crate::config::Config;
use crate::domain::encryption::MasterKeyring;
use crate::store::Store;

/// A room takes from it what it needs when it is built, and keeps no more than that.
pub struct Foundations {
    /// What the operator set.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Opens what is stored encrypted.
    pub master_keys: Arc<MasterKeyring>,
    /// The clock and the randomness.
    pub instruments: Instruments,
    /// What others publish: documents of clients, key sets.
    pub documents: Documents,
}
