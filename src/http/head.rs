//! `HEAD` where a page is a step of the browser flow.

use axum::extract::Request;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Fetching such a page goes a step further: it takes a pushed request, issues a code, signs out. Asking for the headers
/// alone must not (RFC 9110 §9.2.1), and those that only the step would tell may be left out (§9.3.2).
pub(super) async fn answer_without_a_step(request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD {
        return [(CONTENT_TYPE, "text/html; charset=utf-8")].into_response();
    }
    next.run(request).await
}
