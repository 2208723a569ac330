//! `/account/export`: all that the server knows of a person, as a file.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::csrf_form::CsrfForm;
use super::page_error::PageResult;
use super::view::ExportAccount;
use super::viewer::FreshViewer;

/// `GET /account/export`.
pub(in crate::http) async fn ask(viewer: FreshViewer) -> Response {
    let view =
        ExportAccount { t: viewer.messages(), form: viewer.form("/account/export"), back: "/account".to_owned() };
    viewer.page(&view).into_response()
}

/// `POST /account/export`: the file.
pub(in crate::http) async fn download(form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let known = viewer.edge.people().export_oneself(&viewer.person).await?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"account.json\""),
    ];
    Ok((headers, format!("{known:#}\n")).into_response())
}
