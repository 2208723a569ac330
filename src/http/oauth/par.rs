//! `POST /oauth/par` (RFC 9126).

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::domain::activity::Endpoint;
use crate::flows::authenticate_client::ClientRequest;
use crate::flows::pushed_request::PUSHED_REQUEST_LIFETIME;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::named_client::NamedClient;
use crate::http::reply::{Refused, json_no_store};
use crate::http::request_body::parameters;

#[derive(Serialize)]
struct Pushed {
    request_uri: String,
    expires_in: u64,
}

/// Takes an authorization request and gives the URI it goes by.
pub(in crate::http) async fn par(
    State(edge): State<Edge>,
    named_client: NamedClient,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let (authorization, parameters) = (authorization(&headers), parameters(&headers, body).await);
    named_client.sends(Endpoint::PushedRequest, &authorization, &parameters);
    let request =
        ClientRequest { authorization: authorization?, parameters: &parameters?, address: named_client.address };
    let request_uri = edge.server.push_request(request).await?;
    let pushed = Pushed { request_uri, expires_in: PUSHED_REQUEST_LIFETIME.as_secs() };
    Ok((StatusCode::CREATED, json_no_store(&pushed)).into_response())
}
