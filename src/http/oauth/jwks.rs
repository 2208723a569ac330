//! `GET /.well-known/jwks.json`: the public keys (RFC 7517 §5), from memory even when the database is away.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::http::Edge;

/// Serves the key set, or 304 to who has it.
pub(in crate::http) async fn jwks(State(edge): State<Edge>, headers: HeaderMap) -> Response {
    let keys = edge.server.keyring.published();
    let max_age = edge.server.rotation_policy().jwks_max_age().as_secs();
    let caching = AppendHeaders([(ETAG, keys.etag.to_string()), (CACHE_CONTROL, format!("public, max-age={max_age}"))]);
    if is_known(&headers, &keys.etag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    ([(CONTENT_TYPE, "application/json")], caching, keys.document.to_string()).into_response()
}

/// RFC 9110 §13.1.2: a weak comparison with each tag of the list.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == etag || tag == "*")
}
