//! The whole audit log, newest first, in batches: it may be longer than fits in memory.

use std::sync::Arc;

use super::{Line, Oversight};
use crate::domain::listing::AuditFilter;
use crate::flows::access::Caller;
use crate::protocol::refusal::Refusal;

/// How many lines are read at a time.
const READ_AT_ONCE: u16 = 1_000;

/// The rest of an export of the audit log.
pub struct AuditExport {
    oversight: Arc<Oversight>,
    caller: Caller,
    filter: AuditFilter,
    before: Option<String>,
    over: bool,
}

impl Oversight {
    /// Lines of the audit log, newest first, beginning before this one if one is named.
    pub fn audit_export(self: &Arc<Self>, caller: &Caller, filter: AuditFilter, before: Option<String>) -> AuditExport {
        AuditExport { oversight: Arc::clone(self), caller: caller.clone(), filter, before, over: false }
    }
}

impl AuditExport {
    /// The next lines; none when there are no more.
    ///
    /// # Errors
    /// Those of [`Oversight::audit_page`].
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>, Refusal> {
        if self.over {
            return Ok(None);
        }
        let lines = self.oversight.audit_page(&self.caller, &self.filter, self.before.as_deref(), READ_AT_ONCE).await?;
        self.over = lines.len() < usize::from(READ_AT_ONCE);
        self.before = lines.last().map(|last| last.id.to_string());
        Ok(Some(lines))
    }
}
