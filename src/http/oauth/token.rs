//! `POST /token` (RFC 6749 §3.2).

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

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

/// How much of a larger one is read all the same before the refusal is sent.
const MOST_DRAINED: usize = 1024 * 1024;

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

async fn parameters(headers: &HeaderMap, mut body: Body) -> Result<Parameters, Refusal> {
    let format = BodyFormat::from_content_type(content_type(headers)?)?;
    match Limited::new(&mut body, LARGEST_BODY).collect().await {
        Ok(read) => Parameters::from_body(&read.to_bytes(), format),
        Err(e) if e.is::<LengthLimitError>() => {
            drain(body).await;
            Err(Refusal::new(ErrorCode::TooLarge, format!("the body is larger than {LARGEST_BODY} bytes")))
        }
        Err(e) => Err(Refusal::invalid_request("the body is incomplete or badly framed").with_detail(e.to_string())),
    }
}

/// Reads on and throws away, so that a client that is still sending gets to see the answer: closing the
/// connection under it would lose that.
async fn drain(mut body: Body) {
    let mut drained = 0;
    while drained < MOST_DRAINED
        && let Some(Ok(frame)) = body.frame().await
    {
        drained += frame.data_ref().map_or(0, axum::body::Bytes::len);
    }
}

/// The one `Content-Type` header: with two, a proxy in front may have read the other (RFC 9110 §8.3).
fn content_type(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(CONTENT_TYPE).into_iter();
    match (values.next(), values.next()) {
        (first, None) => Ok(first.map(|value| value.to_str().unwrap_or("unreadable"))),
        (_, Some(_)) => Err(Refusal::invalid_request("the Content-Type header is sent more than once")),
    }
}
