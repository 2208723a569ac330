//! `GET /.well-known/webauthn`: which other origins may use this server's passkeys (WebAuthn §5.11.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::config::Config;
use crate::http::reply::{Refused, not_found};

/// Serves the list, if the operator named some.
pub(in crate::http) async fn related_origins(State(config): State<Arc<Config>>) -> Result<Response, Refused> {
    let origins = &config.login.passkey_origins;
    if origins.is_empty() {
        return Err(not_found().await);
    }
    Ok(([(CACHE_CONTROL, "public, max-age=300")], Json(json!({ "origins": origins }))).into_response())
}
