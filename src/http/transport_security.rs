//! HTTP Strict Transport Security (RFC 6797): a browser that has been here comes back by https, whatever address is typed.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::middleware::map_response;
use axum::response::Response;

use crate::config::Issuer;

/// A year, in seconds. For this host alone: what other names below it can do is not this server's to say.
const POLICY: &str = "max-age=31536000";

/// The table with that header on every answer, where people reach it by https.
///
/// It is said here and not by each proxy, so that none forgets it. A browser takes no notice of it over plain http (§8.1).
/// It never says so of this machine: every other server on any port of `localhost` would have to speak TLS from then on.
pub(super) fn by_https_only(table: Router, issuer: &Issuer) -> Router {
    let is_for_others = issuer.is_https() && issuer.is_domain() && !issuer.is_loopback();
    if is_for_others { table.layer(map_response(say_so)) } else { table }
}

async fn say_so(mut response: Response) -> Response {
    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(POLICY));
    response
}
