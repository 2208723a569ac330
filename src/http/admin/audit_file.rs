//! `/admin/audit/export`: the audit log as a file.

use axum::http::Uri;
use axum::response::Response;

use super::audit::{asked, filter};
use super::frame::{Here, caller, operator};
use crate::flows::sessions::SignedInPerson;
use crate::http::audit_file::{FileKind, audit_file};
use crate::http::pages::fields::query;
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::Visit;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/audit/export`.
pub(in crate::http) async fn export(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Audit.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let file = match query(&uri) {
        Ok(parameters) => file(&visit, person, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    file.unwrap_or_else(|refusal| refused_page(&visit, &refusal))
}

async fn file(visit: &Visit, person: &SignedInPerson, parameters: &Parameters) -> Result<Response, Refusal> {
    let kind = parameters.value("format").and_then(FileKind::from_name);
    let kind = kind.ok_or_else(|| Refusal::invalid_request("'format' is csv or ndjson"))?;
    let filter = filter(&asked(parameters)).map_err(Refusal::invalid_request)?;
    audit_file(visit.edge.oversight().audit_export(&caller(person), filter, None), kind).await
}
