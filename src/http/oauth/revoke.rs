//! `POST /oauth/revoke` (RFC 7009).

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::domain::activity::Endpoint;
use crate::flows::authenticate_client::ClientRequest;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::named_client::NamedClient;
use crate::http::reply::Refused;
use crate::http::request_body::parameters;

/// Ends a token. RFC 7009 §2.2: 200 with nothing to read, whether there was anything to end or not.
pub(in crate::http) async fn revoke(
    State(edge): State<Edge>,
    named_client: NamedClient,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let (authorization, parameters) = (authorization(&headers), parameters(&headers, body).await);
    named_client.sends(Endpoint::Revoke, &authorization, &parameters);
    let request =
        ClientRequest { authorization: authorization?, parameters: &parameters?, address: named_client.address };
    edge.server.revoke(request).await?;
    Ok(StatusCode::OK)
}
