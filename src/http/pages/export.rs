//! `/account/export`: all that the server knows of a person, as a file.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, REFRESH};
use axum::response::{IntoResponse as _, Response};

use super::csrf_form::CsrfForm;
use super::page_error::PageResult;
use super::view::{ExportAccount, ExportFile};
use super::viewer::FreshViewer;
use super::visit::see;
use crate::flows::people::Export;

/// After how many seconds the page looks again whether the file is made.
const LOOKS_AGAIN: &str = "3";

/// `GET /account/export`.
pub(in crate::http) async fn ask(viewer: FreshViewer) -> PageResult<Response> {
    let file = match viewer.edge.people().asked_export(&viewer.person).await? {
        None => ExportFile::None,
        Some(asked) if asked.is_made => ExportFile::Ready,
        Some(_) => ExportFile::InTheMaking,
    };
    let (form, back) = (viewer.form("/account/export"), "/account".to_owned());
    let page = viewer.page(&ExportAccount { t: viewer.messages(), file, form, back });
    let waits = file == ExportFile::InTheMaking;
    Ok(if waits { ([(REFRESH, LOOKS_AGAIN)], page).into_response() } else { page.into_response() })
}

/// `POST /account/export`: the file, or the page that waits for it.
pub(in crate::http) async fn download(form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let Export::File(file) = viewer.edge.people().export_oneself(&viewer.person).await? else {
        return Ok(see("/account/export"));
    };
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"account.json\""),
    ];
    Ok((headers, file).into_response())
}
