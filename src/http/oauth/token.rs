//! `POST /token` (RFC 6749 §3.2).

use std::net::IpAddr;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;

use crate::flows::token::RawTokenRequest;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::client_address::ClientAddress;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::parameters::{BodyFormat, Parameters};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::token::{GrantType, TokenResponse};
use crate::telemetry::TokenLabels;

/// The largest body that is read, in bytes. A client assertion signed with a long key fits many times.
const LARGEST_BODY: usize = 64 * 1024;

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
    let result = answer.as_ref().map_or_else(|refusal| refusal.code.name(), |_| "issued");
    edge.metrics.token(&TokenLabels { grant: grant.map_or("unknown", GrantType::name), result });
    Ok(json_no_store(&answer?))
}

async fn answer(
    edge: &Edge,
    headers: &HeaderMap,
    parameters: &Parameters,
    address: IpAddr,
) -> Result<TokenResponse, Refusal> {
    let authorization = authorization(headers)?;
    edge.server.token(RawTokenRequest { authorization, parameters, address }).await
}

async fn parameters(headers: &HeaderMap, body: Body) -> Result<Parameters, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("unreadable"));
    let format = BodyFormat::from_content_type(content_type)?;
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| {
        Refusal::new(ErrorCode::TooLarge, format!("the body is incomplete or larger than {LARGEST_BODY} bytes"))
    })?;
    Parameters::from_body(&body, format)
}
