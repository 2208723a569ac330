//! `GET /.well-known/jwks.json`: the public keys (RFC 7517 §5), from memory, even if the database is unreachable.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::http::Edge;
use crate::http::reply::is_known;

/// Serves the key set, or 304 for a known version.
pub(in crate::http) async fn jwks(State(edge): State<Edge>, headers: HeaderMap) -> Response {
    let keys = edge.keys().published();
    let max_age = edge.keys().rotation_policy().jwks_max_age().as_secs();
    let caching = AppendHeaders([(ETAG, keys.etag.to_string()), (CACHE_CONTROL, format!("public, max-age={max_age}"))]);
    if is_known(&headers, &keys.etag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    ([(CONTENT_TYPE, "application/json")], caching, keys.document.to_string()).into_response()
}
