//! `GET /.well-known/oauth-protected-resource/api/v1`: this server's own API (RFC 9728).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};

use crate::config::Config;
use crate::domain::own_api;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::protected_resource::ProtectedResource;

/// Serves the metadata.
pub(in crate::http) async fn metadata(State(config): State<Arc<Config>>) -> Response {
    let issuer = &config.server.issuer;
    let metadata = ProtectedResource {
        resource: &issuer.url_of(own_api::PATH),
        authorization_servers: [issuer.as_str()],
        scopes_supported: own_api::SCOPES.to_vec(),
        bearer_methods_supported: ["header"],
        dpop_signing_alg_values_supported: SigningAlgorithm::ALL.map(SigningAlgorithm::name).to_vec(),
        resource_name: own_api::NAME,
        resource_documentation: &issuer.url_of("/docs"),
    };
    ([(CACHE_CONTROL, "public, max-age=300")], Json(metadata)).into_response()
}
