//! The audit log as a file, for the operator's pages and for the management API.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::try_unfold;
use serde_json::json;

use crate::flows::oversight::AuditExport;
use crate::flows::oversight::Line;
use crate::protocol::refusal::Refusal;

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// For spreadsheets (RFC 4180).
    Csv,
    /// A JSON object a line.
    Ndjson,
}

impl FileKind {
    /// The kind of this name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }

    const fn headers(self) -> [&'static str; 2] {
        match self {
            Self::Csv => ["text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""],
            Self::Ndjson => ["application/x-ndjson", "attachment; filename=\"audit.ndjson\""],
        }
    }

    const fn head(self) -> &'static str {
        match self {
            Self::Csv => "id,at,actor,event,subject,detail\r\n",
            Self::Ndjson => "",
        }
    }

    fn written(self, lines: &[Line]) -> String {
        match self {
            Self::Csv => lines.iter().map(csv).collect(),
            Self::Ndjson => lines.iter().map(ndjson).collect(),
        }
    }
}

/// The file, sent as it is read, so that its length costs no memory. What cannot be read at the beginning is refused;
/// where reading fails later, the connection is aborted, so that a part is not taken for the whole.
pub(super) async fn audit_file(mut export: AuditExport, kind: FileKind) -> Result<Response, Refusal> {
    let first = export.next().await?.unwrap_or_default();
    let begun = Some(format!("{}{}", kind.head(), kind.written(&first)));
    let chunks = try_unfold((export, begun), move |(mut export, begun)| async move {
        let text = match begun {
            Some(text) => Some(text),
            None => export.next().await.map_err(unread)?.map(|lines| kind.written(&lines)),
        };
        Ok::<_, std::io::Error>(text.map(|text| (Bytes::from(text), (export, None))))
    });
    let [content_type, disposition] = kind.headers();
    Ok(([(CONTENT_TYPE, content_type), (CONTENT_DISPOSITION, disposition)], Body::from_stream(chunks)).into_response())
}

fn unread(refusal: Refusal) -> std::io::Error {
    std::io::Error::other(refusal.detail.map_or_else(|| refusal.description.into_owned(), String::from))
}

fn ndjson(line: &Line) -> String {
    let Line { id, at, actor, event, subject, detail } = line;
    let object = json!({
        "id": id.to_string(), "at": at.to_string(), "actor": actor, "event": event, "subject": subject, "detail": detail,
    });
    format!("{object}\n")
}

fn csv(line: &Line) -> String {
    let (id, at) = (line.id.to_string(), line.at.to_string());
    let cells = [&id, &at, &line.actor, &line.event, &line.subject, &line.detail];
    format!("{}\r\n", cells.map(|cell| quoted(cell)).join(","))
}

/// A CSV field. One that a spreadsheet would take for a formula gets an apostrophe in front.
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
