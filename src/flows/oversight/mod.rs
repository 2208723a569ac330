//! What operators see of the server as a whole: how much there is of everything, and the audit log.

mod export;

use super::access::{Caller, Need};
use crate::domain::listing::AuditFilter;
use crate::protocol::refusal::Refusal;
use crate::store::Store;

pub use crate::store::{AuditLine as Line, Counts};
pub use export::AuditExport;

/// Looks at everything, for operators.
pub struct Oversight {
    store: Store,
}

impl Oversight {
    /// Looks into this database.
    pub const fn new(store: Store) -> Self {
        Self { store }
    }

    /// The numbers of the overview.
    pub async fn counts(&self, caller: &Caller) -> Result<Counts, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.counts().await?)
    }

    /// Lines of the audit log, newest first.
    pub async fn audit_page(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Line>, Refusal> {
        caller.reach(Need::ReadAudit)?;
        Ok(self.store.audit_page(filter, before, i64::from(limit)).await?)
    }
}
