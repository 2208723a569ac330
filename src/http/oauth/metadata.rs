//! `GET /.well-known/oauth-authorization-server` and `…/openid-configuration` (RFC 8414 §3, OIDC Discovery §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use crate::config::Config;
use crate::flows::application_cache::ApplicationCache;
use crate::protocol::metadata::Metadata;

/// Serves the metadata, from memory even when the database is away.
pub(in crate::http) async fn metadata(
    State(application_cache): State<Arc<ApplicationCache>>,
    State(config): State<Arc<Config>>,
) -> Response {
    let metadata =
        Metadata::new(config.server.issuer.as_str(), application_cache.scope_names(), &config.keys.algorithms);
    ([(CACHE_CONTROL, "public, max-age=300")], Json(metadata)).into_response()
}
