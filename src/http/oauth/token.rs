//! `POST /token` (RFC 6749 §3.2).

use std::net::IpAddr;

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
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::{GrantType, TokenResponse};
use crate::telemetry::TokenLabels;

/// Answers a token request.
pub(in crate::http) async fn token(
    State(edge): State<Edge>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let parameters = parameters(&headers, body).await;
    let grant = parameters.as_ref().ok().and_then(|read| read.value("grant_type")).and_then(GrantType::from_name);
    let answer = match parameters {
        Ok(parameters) => answer(&edge, &headers, &parameters, address).await,
        Err(refusal) => Err(refusal),
    };
    let (result, status) = answer.as_ref().map_or_else(|refusal| refusal.code.wire(), |_| ("issued", 200));
    edge.metrics.token(&TokenLabels { grant: grant.map_or("unknown", GrantType::name), result, status });
    Ok(json_no_store(&answer?))
}

async fn answer(
    edge: &Edge,
    headers: &HeaderMap,
    parameters: &Parameters,
    address: IpAddr,
) -> Result<TokenResponse, Refusal> {
    let authorization = authorization(headers)?;
    edge.server.token(ClientRequest { authorization, parameters, address }).await
}
