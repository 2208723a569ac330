//! `POST /oauth/revoke` (RFC 7009).

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::flows::authenticate_client::ClientRequest;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::client_address::ClientAddress;
use crate::http::reply::Refused;
use crate::http::request_body::parameters;

/// Ends a token. RFC 7009 §2.2: 200 with nothing to read, whether there was anything to end or not.
pub(in crate::http) async fn revoke(
    State(edge): State<Edge>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let parameters = &parameters(&headers, body).await?;
    let authorization = authorization(&headers)?;
    edge.server.revoke(ClientRequest { authorization, parameters, address }).await?;
    Ok(StatusCode::OK)
}
