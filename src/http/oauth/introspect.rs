//! `POST /oauth/introspect` (RFC 7662).

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::activity::Endpoint;
use crate::flows::authenticate_client::ClientRequest;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::named_client::NamedClient;
use crate::http::reply::{Refused, json_no_store};
use crate::http::request_body::parameters;

/// Says whether a token counts.
pub(in crate::http) async fn introspect(
    State(edge): State<Edge>,
    named_client: NamedClient,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let (authorization, parameters) = (authorization(&headers), parameters(&headers, body).await);
    named_client.sends(Endpoint::Introspect, &authorization, &parameters);
    let request =
        ClientRequest { authorization: authorization?, parameters: &parameters?, address: named_client.address };
    let answer = edge.server.introspect(request).await?;
    Ok(json_no_store(&answer))
}
