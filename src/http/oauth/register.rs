//! `POST /oauth/register` (RFC 7591) and `GET, PUT, DELETE /oauth/register/{client_id}` (RFC 7592).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use crate::domain::registration::Members;
use crate::flows::registrations::{Asking, ClientInformation, Managing, Registrations};
use crate::http::Edge;
use crate::http::authorization::{BearerToken, bearer, bearer_token, missing_bearer};
use crate::http::client_address::ClientAddress;
use crate::http::reply::{Answer, Refused, json_no_store, not_found};
use crate::http::request_body;
use crate::http::strict_json::{check_content_type, has_zero, object};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// What a client says of itself. RFC 7591 §3.2.2 has one code for what cannot be read and for what cannot be.
pub(in crate::http) struct Metadata(Members);

impl FromRequest<Edge> for Metadata {
    type Rejection = Refused;

    async fn from_request(request: Request<Body>, _: &Edge) -> Answer<Self> {
        let (parts, body) = request.into_parts();
        let bytes = request_body::bytes(body).await?;
        Ok(Self(read(&parts.headers, &bytes).map_err(|refusal| match refusal.code {
            ErrorCode::InvalidRequest => Refusal { code: ErrorCode::InvalidClientMetadata, ..refusal },
            _ => refusal,
        })?))
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Members, Refusal> {
    check_content_type(headers, &["application/json"])?;
    match object(body)? {
        value if has_zero(&value) => Err(Refusal::invalid_request("the body has a zero character in it")),
        Value::Object(members) => Ok(members),
        _ => Err(Refusal::invalid_request("the body is not a JSON object")),
    }
}

/// Registers a client.
pub(in crate::http) async fn register(
    State(registrations): State<Arc<Registrations>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    metadata: Result<Metadata, Refused>,
) -> Answer<Response> {
    if !registrations.is_on() {
        return Err(not_found().await);
    }
    let token = bearer_token(&headers)?;
    let Metadata(metadata) = metadata?;
    let asking = Asking { token, metadata: &metadata, address };
    let registered = registrations.register(asking).await.map_err(|refusal| match token {
        None if refusal.code == ErrorCode::InvalidToken => missing_bearer(refusal.description),
        _ => on_token(refusal),
    })?;
    Ok((StatusCode::CREATED, information_response(&registered)).into_response())
}

/// Shows a client what it registered.
pub(in crate::http) async fn show(
    State(registrations): State<Arc<Registrations>>,
    Path(client_id): Path<String>,
    ClientAddress(address): ClientAddress,
    BearerToken(token): BearerToken,
) -> Answer<Response> {
    let managing = Managing { client_id: &client_id, token: &token, address };
    Ok(information_response(&registrations.registration_read(managing).await.map_err(on_token)?))
}

/// Changes what a client registered.
pub(in crate::http) async fn change(
    State(registrations): State<Arc<Registrations>>,
    Path(client_id): Path<String>,
    ClientAddress(address): ClientAddress,
    BearerToken(token): BearerToken,
    Metadata(metadata): Metadata,
) -> Answer<Response> {
    let managing = Managing { client_id: &client_id, token: &token, address };
    Ok(information_response(&registrations.registration_change(managing, &metadata).await.map_err(on_token)?))
}

/// Deletes a client.
pub(in crate::http) async fn delete(
    State(registrations): State<Arc<Registrations>>,
    Path(client_id): Path<String>,
    ClientAddress(address): ClientAddress,
    BearerToken(token): BearerToken,
) -> Answer<StatusCode> {
    let managing = Managing { client_id: &client_id, token: &token, address };
    registrations.registration_delete(managing).await.map_err(on_token)?;
    Ok(StatusCode::NO_CONTENT)
}

fn information_response(information: &ClientInformation) -> Response {
    json_no_store(&information.members())
}

/// A refusal that is about the token has a challenge (RFC 6750 §3).
fn on_token(refusal: Refusal) -> Refused {
    match refusal.code {
        ErrorCode::InvalidToken => bearer(refusal),
        _ => refusal.into(),
    }
}
