//! `POST /oauth/revoke` (RFC 7009).

use axum::extract::State;
use axum::http::StatusCode;

use super::client_post::{ClientEndpoint, ClientPost};
use crate::domain::activity::Endpoint;
use crate::http::Edge;
use crate::http::reply::Refused;

/// This endpoint.
pub(in crate::http) struct Revocation;

impl ClientEndpoint for Revocation {
    const ENDPOINT: Endpoint = Endpoint::Revoke;
}

/// Ends a token. RFC 7009 §2.2: 200 with nothing to read, whether there was anything to end or not.
pub(in crate::http) async fn revoke(
    State(edge): State<Edge>,
    post: ClientPost<Revocation>,
) -> Result<StatusCode, Refused> {
    edge.server.revoke(post.request()?).await?;
    Ok(StatusCode::OK)
}
