//! `/api/v1/audit`: who did what to what.

use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{May, Query, ReadAudit};
use super::paging::{Limit, Page, place};
use super::problem::Named as _;
use crate::domain::ids::Timestamp;
use crate::domain::listing::AuditFilter;
use crate::flows::oversight::Line;
use crate::http::audit_file::{FileKind, audit_file};
use crate::http::reply::Answer;
use crate::protocol::refusal::Refusal;

/// A line of the audit log.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditLine {
    /// Its id; later lines have greater ones.
    id: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The actor: `user ID`, `application CLIENT_ID`, `command line`, `configuration`, `schedule` or `visitor`.
    actor: String,
    /// The event, such as `application.created`.
    event: String,
    /// The subject: a client id, a `sub`, a key's id.
    subject: String,
    /// More about it.
    detail: String,
}

impl From<Line> for AuditLine {
    fn from(line: Line) -> Self {
        Self {
            id: line.id.to_string(),
            at: line.at.to_string(),
            actor: line.actor,
            event: line.event,
            subject: line.subject,
            detail: line.detail,
        }
    }
}

/// The filter of the audit log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Only this event, such as `secret.added`.
    event: Option<String>,
    /// Only this actor, as lines show it.
    actor: Option<String>,
    /// Only events of this subject.
    subject: Option<String>,
    /// Only events at this time or later (RFC 3339).
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only events before this time (RFC 3339).
    #[param(format = DateTime)]
    to: Option<String>,
    /// How many lines a page has.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl AuditQuery {
    fn filter(&mut self) -> Answer<AuditFilter> {
        Ok(AuditFilter {
            event: self.event.take(),
            actor: self.actor.take(),
            subject: self.subject.take(),
            from: moment("from", self.from.take())?,
            to: moment("to", self.to.take())?,
        })
    }
}

fn moment(field: &str, text: Option<String>) -> Answer<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    let bad = |_| Refusal::invalid_request(format!("'{field}' is not a time such as 2026-03-01T12:00:00Z")).of(field);
    text.parse::<Timestamp>().map(Some).map_err(bad)
}

/// Lists events, newest first.
#[utoipa::path(get, path = "/audit", tag = "Audit", params(AuditQuery),
    security(("bearer" = ["audit:read"]), ("session" = [])), responses((status = 200, body = Page<AuditLine>)))]
pub(super) async fn list(call: May<ReadAudit>, Query(mut query): Query<AuditQuery>) -> Answer<Page<AuditLine>> {
    let filter = query.filter()?;
    let before: Option<String> = place(query.cursor.as_deref())?;
    let lines = call.edge.oversight().audit_page(&call.caller, &filter, before.as_deref(), query.limit.rows()).await?;
    Ok(query.limit.page(lines, |line| line.id.to_string()))
}

/// The same as a file: a JSON object a line, newest first, all of them. `limit` is ignored.
#[utoipa::path(get, path = "/audit/export", tag = "Audit", params(AuditQuery),
    security(("bearer" = ["audit:read"]), ("session" = [])),
    responses((status = 200, description = "The lines", content_type = "application/x-ndjson", body = String)))]
pub(super) async fn export(call: May<ReadAudit>, Query(mut query): Query<AuditQuery>) -> Answer<Response> {
    let filter = query.filter()?;
    let before: Option<String> = place(query.cursor.as_deref())?;
    Ok(audit_file(call.edge.oversight().audit_export(&call.caller, filter, before), FileKind::Ndjson).await?)
}
