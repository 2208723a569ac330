//! The audit log from its end to its beginning, some lines at a time: it may be longer than fits in memory.

use std::sync::Arc;

use super::Server;
use super::access::Caller;
use super::listings::Line;
use crate::domain::listing::AuditFilter;
use crate::protocol::refusal::Refusal;

/// How many lines are read at a time.
const READ_AT_ONCE: u16 = 1_000;

/// What of the audit log is still to be read.
pub struct AuditExport {
    server: Arc<Server>,
    caller: Caller,
    filter: AuditFilter,
    before: Option<String>,
    over: bool,
}

impl Server {
    /// Lines of the audit log, newest first, beginning before this one if one is named.
    pub fn audit_export(self: &Arc<Self>, caller: &Caller, filter: AuditFilter, before: Option<String>) -> AuditExport {
        AuditExport { server: Arc::clone(self), caller: caller.clone(), filter, before, over: false }
    }
}

impl AuditExport {
    /// The next lines; none when there are no more.
    ///
    /// # Errors
    /// Those of [`Server::audit_page`].
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>, Refusal> {
        if self.over {
            return Ok(None);
        }
        let lines = self.server.audit_page(&self.caller, &self.filter, self.before.as_deref(), READ_AT_ONCE).await?;
        self.over = lines.len() < usize::from(READ_AT_ONCE);
        self.before = lines.last().map(|last| last.id.to_string());
        Ok(Some(lines))
    }
}
