//! What scripts of other origins may send, and read of the answer (Fetch standard, CORS).

use std::time::Duration;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, Method};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use super::observe::TRACE_HEADER;

/// RFC 9449 §8.2.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// How long a browser may remember what it was allowed; none keeps it longer.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Around the endpoints that applications in a browser call. Cookies mean nothing there, so any origin may ask. The
/// headers are named as they are asked for: `*` would not stand for `Authorization`.
pub(super) fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER, DPOP_NONCE, TRACE_HEADER])
        .max_age(MAX_AGE)
}
