//! `POST /oauth/introspect` (RFC 7662).

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::flows::authenticate_client::ClientRequest;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::client_address::ClientAddress;
use crate::http::reply::{Refused, json_no_store};
use crate::http::request_body::parameters;

/// Says whether a token counts.
pub(in crate::http) async fn introspect(
    State(edge): State<Edge>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let parameters = &parameters(&headers, body).await?;
    let authorization = authorization(&headers)?;
    let answer = edge.server.introspect(ClientRequest { authorization, parameters, address }).await?;
    Ok(json_no_store(&answer))
}
