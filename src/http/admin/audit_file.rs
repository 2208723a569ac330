//! `/admin/audit/export`: the audit log as a file.

use axum::response::Response;

use super::audit::{filter, filter_form};
use crate::http::audit_file::{FileKind, audit_file};
use crate::http::pages::fields::Query;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;
use crate::protocol::refusal::Refusal;

/// `GET /admin/audit/export`.
pub(in crate::http) async fn export(operator: Operator, Query(parameters): Query) -> PageResult<Response> {
    let kind = parameters.value("format").and_then(FileKind::from_name);
    let kind = kind.ok_or_else(|| Refusal::invalid_request("'format' is csv or ndjson"))?;
    let filter = filter(&filter_form(&parameters)).map_err(|wrong| Refusal::invalid_request(wrong.to_string()))?;
    Ok(audit_file(operator.edge.oversight().audit_export(&operator.caller(), filter, None), kind).await?)
}
