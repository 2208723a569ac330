//! `/admin/audit/export`: the audit log as a file.

use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::audit::{asked, filter};
use super::frame::{Here, caller, operator};
use crate::flows::authorize::SignedInPerson;
use crate::flows::listings::Line;
use crate::http::pages::fields::query;
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::Visit;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// The most lines of one file; the API goes on where it ends.
const MOST_LINES: usize = 10_000;

/// How many of them are read at a time.
const READ_AT_ONCE: u16 = 1_000;

/// `GET /admin/audit/export`.
pub(in crate::http) async fn export(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Audit.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let written = match query(&uri) {
        Ok(parameters) => write(&visit, person, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    match written {
        Ok(response) => response,
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

async fn write(visit: &Visit, person: &SignedInPerson, parameters: &Parameters) -> Result<Response, Refusal> {
    let (kind, name, line): (_, _, fn(&Line) -> String) = match parameters.value("format") {
        Some("csv") => ("text/csv; charset=utf-8", "audit.csv", csv),
        Some("ndjson") => ("application/x-ndjson", "audit.ndjson", ndjson),
        _ => return Err(Refusal::invalid_request("'format' is csv or ndjson")),
    };
    let filter = filter(&asked(parameters)).map_err(Refusal::invalid_request)?;
    let mut text = if name.ends_with("csv") { CSV_HEAD.to_owned() } else { String::new() };
    let (mut before, mut count) = (None, 0);
    while count < MOST_LINES {
        let server = &visit.edge.server;
        let lines = server.audit_page(&caller(person), &filter, before.as_deref(), READ_AT_ONCE).await?;
        text.extend(lines.iter().map(line));
        count += lines.len();
        before = match lines.last() {
            Some(last) if lines.len() == usize::from(READ_AT_ONCE) => Some(last.id.to_string()),
            _ => break,
        };
    }
    let attachment = format!("attachment; filename=\"{name}\"");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, attachment.as_str())], text).into_response())
}

fn ndjson(line: &Line) -> String {
    let Line { id, at, actor, event, subject, detail } = line;
    let object = json!({
        "id": id.to_string(), "at": at.to_string(), "actor": actor, "event": event, "subject": subject, "detail": detail,
    });
    format!("{object}\n")
}

/// RFC 4180.
const CSV_HEAD: &str = "id,at,actor,event,subject,detail\r\n";

fn csv(line: &Line) -> String {
    let (id, at) = (line.id.to_string(), line.at.to_string());
    let cells = [&id, &at, &line.actor, &line.event, &line.subject, &line.detail];
    format!("{}\r\n", cells.map(|cell| quoted(cell)).join(","))
}

/// A cell. One that a spreadsheet would take for a formula begins with an apostrophe, as it would be typed there.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_neither_ends_early_nor_computes() {
        assert_eq!(quoted("user \"x\", y"), "\"user \"\"x\"\", y\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("-abc"), "\"'-abc\"");
    }
}
