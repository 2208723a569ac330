//! `GET /.well-known/oauth-authorization-server` and `…/openid-configuration` (RFC 8414 §3, OIDC Discovery §4).

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use crate::domain::language::Language;
use crate::flows::registrations::PATH;
use crate::flows::upstreams::Upstreams;
use crate::http::edge::Edge;
use crate::protocol::acr::AuthenticationClass;
use crate::protocol::metadata::{Assertions, Metadata, Offered};

/// Serves the metadata, from memory even when the database is away.
pub(in crate::http) async fn metadata(State(edge): State<Edge>) -> Response {
    let (config, application_cache) = (edge.config(), edge.application_cache());
    let catalogue = application_cache.known_catalogue();
    let (issued, accepted) = (catalogue.has_foreign_server(), edge.trusted_issuers().is_on());
    let metadata = Metadata::new(Offered {
        issuer: config.server.issuer.as_str(),
        scopes: catalogue.open_scope().iter().map(str::to_owned).collect(),
        resources: catalogue.for_everybody().map(ToString::to_string).collect(),
        claims: application_cache.attribute_schema().claim_names().map(str::to_owned).collect(),
        signing: &config.keys.algorithms,
        classes: classes(edge.upstreams()),
        languages: &Language::TAGS,
        registration: edge.registrations().is_on().then_some(PATH),
        client_documents: edge.client_documents().is_on(),
        assertions: Assertions { issued, accepted },
    });
    ([(CACHE_CONTROL, "public, max-age=300")], Json(metadata)).into_response()
}

/// Nobody can sign in at an upstream where there is none.
fn classes(upstreams: &Upstreams) -> Vec<AuthenticationClass> {
    let has_none = upstreams.offered().is_empty();
    let is_met = |class: &AuthenticationClass| *class != AuthenticationClass::Upstream || !has_none;
    AuthenticationClass::ALL.into_iter().filter(is_met).collect()
}
