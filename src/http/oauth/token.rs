//! `POST /token` (RFC 6749 §3.2).

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
use crate::protocol::token::GrantType;
use crate::telemetry::TokenLabels;

/// Answers a token request.
pub(in crate::http) async fn token(
    State(edge): State<Edge>,
    named_client: NamedClient,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let (authorization, parameters) = (authorization(&headers), parameters(&headers, body).await);
    named_client.sends(Endpoint::Token, &authorization, &parameters);
    let grant = parameters.as_ref().ok().and_then(|read| read.value("grant_type")).and_then(GrantType::from_name);
    let answer = match (authorization, &parameters) {
        (Ok(authorization), Ok(parameters)) => {
            edge.server.token(ClientRequest { authorization, parameters, address: named_client.address }).await
        }
        (_, Err(refusal)) => Err(refusal.clone()),
        (Err(refusal), _) => Err(refusal),
    };
    let (result, status) = answer.as_ref().map_or_else(|refusal| refusal.code.wire(), |_| ("issued", 200));
    edge.metrics.token(&TokenLabels { grant: grant.map_or("unknown", GrantType::name), result, status });
    Ok(json_no_store(&answer?))
}
