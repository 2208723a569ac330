//! `POST /oauth/introspect` (RFC 7662).

use axum::extract::State;
use axum::response::IntoResponse;

use super::client_post::{ClientEndpoint, ClientPost};
use crate::domain::activity::Endpoint;
use crate::http::Edge;
use crate::http::reply::{Refused, Unkept};

/// This endpoint.
pub(in crate::http) struct Introspection;

impl ClientEndpoint for Introspection {
    const ENDPOINT: Endpoint = Endpoint::Introspect;
}

/// Says whether a token counts.
pub(in crate::http) async fn introspect(
    State(edge): State<Edge>,
    post: ClientPost<Introspection>,
) -> Result<impl IntoResponse, Refused> {
    Ok(Unkept(edge.server.introspect(post.request()?).await?))
}
