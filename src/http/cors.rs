//! What scripts of other origins may send, and read of the answer (Fetch standard, CORS).

use std::time::Duration;

use axum::http::Method;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};

use super::dpop::DPOP_NONCE;
use super::observe::TRACE_HEADER;

/// How long a browser may remember what it was allowed; none keeps it longer.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Around the endpoints that applications in a browser call. Cookies mean nothing there, so any origin may ask, and a
/// library that sends them all the same (keycloak-js) may read the answer. For that the origin must be named.
pub(super) fn for_applications() -> CorsLayer {
    for_any_origin().allow_origin(AllowOrigin::mirror_request()).allow_credentials(true)
}

/// Around the documents that are the same for everybody: one copy in a cache does for all origins.
pub(super) fn for_documents() -> CorsLayer {
    for_any_origin().allow_origin(Any)
}

/// The headers are named as they are asked for: `*` would not stand for `Authorization`.
fn for_any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER, DPOP_NONCE, TRACE_HEADER])
        .max_age(MAX_AGE)
}
