//! A file that browsers keep: a style sheet, a script, a picture. One that they have already is answered with 304.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::reply::is_known;

/// What is said of a file besides its content.
pub(super) struct About<'a> {
    /// Its [`version`].
    pub(super) version: &'a str,
    /// Its media type.
    pub(super) content_type: &'static str,
    /// How long a browser keeps it, as `Cache-Control` has it.
    pub(super) kept: &'static str,
}

/// The beginning of its SHA-256: enough to tell two versions apart.
pub(super) fn version(content: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, content).as_ref()[..9])
}

/// Serves the file, or 304 for the one that the browser has.
pub(super) fn served<Content: IntoResponse>(
    headers: &HeaderMap,
    about: &About<'_>,
    content: impl FnOnce() -> Content,
) -> Response {
    let etag = format!("\"{}\"", about.version);
    let known = is_known(headers, &etag);
    let caching = [(ETAG, etag), (CACHE_CONTROL, about.kept.to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(CONTENT_TYPE, about.content_type), (X_CONTENT_TYPE_OPTIONS, "nosniff")], content()).into_response()
}

/// The same for a picture that somebody else has chosen: opened by itself it is a document, and may hold scripts.
pub(super) fn served_inert<Content: IntoResponse>(
    headers: &HeaderMap,
    about: &About<'_>,
    content: impl FnOnce() -> Content,
) -> Response {
    let mut response = served(headers, about, content);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    response
}
