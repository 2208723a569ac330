//! The clock and the randomness: what an act is given instead of asking the machine.

use std::sync::Arc;

use uuid::Uuid;

use crate::adapters::clock::Clock;
use crate::adapters::entropy::{Entropy, random, row_id};
use crate::domain::audit::{Actor, AuditEntry, AuditEvent};
use crate::domain::ids::{AuditId, Timestamp};

/// Tells the time and makes random values.
#[derive(Clone)]
pub struct Instruments {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Instruments {
    /// With this clock and this randomness.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        random(&*self.entropy)
    }

    /// Where private keys come from.
    pub(super) fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.entropy)
    }

    /// The id of a row that is made at this moment.
    pub(super) fn row_id(&self, now: Timestamp) -> Uuid {
        row_id(&*self.entropy, now)
    }

    /// An event as the audit log keeps it.
    pub(super) fn audit_entry(&self, actor: &Actor, event: AuditEvent, at: Timestamp) -> AuditEntry {
        AuditEntry { id: AuditId::new(self.row_id(at)), at, actor: actor.clone(), event }
    }
}
