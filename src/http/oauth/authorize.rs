//! The authorization endpoint (RFC 6749 §3.1): a browser flow by query or form, the passwordless request of
//! an application by JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::domain::activity::Endpoint;
use crate::flows::authorize::Authorizations;
use crate::flows::clients::ClientRequest;
use crate::http::authorization::authorization;
use crate::http::pages::fields::Query;
use crate::http::pages::flow::begin_flow;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::visit::{Visit, see};
use crate::http::reply::{Answer, Challenge, Refused};
use crate::http::request_body;
use crate::protocol::parameters::{BodyFormat, Parameters};
use crate::protocol::refusal::ErrorCode;

/// The longest query that clients and proxies handle safely, in characters.
const LONGEST_QUERY: usize = 8000;

/// `GET`: the parameters are in the query.
pub(in crate::http) async fn get(visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    begin(&visit, &parameters).await
}

/// `POST`: a form begins a browser flow, JSON is a passwordless request.
pub(in crate::http) async fn post(
    State(authorizations): State<Arc<Authorizations>>,
    headers: HeaderMap,
    visit: Visit,
    body: Body,
) -> Answer<Response> {
    let format = request_body::format(&headers)?;
    let body = request_body::bytes(body).await?;
    let parameters = Parameters::from_body(&body, format)?;
    match format {
        BodyFormat::Form if visit.is_stripped() && parameters.to_form().len() <= LONGEST_QUERY => {
            Ok(see(&format!("/oauth/authorize?{}", parameters.to_form())))
        }
        BodyFormat::Form => Ok(begin(&visit, &parameters).await.into_response()),
        BodyFormat::Json => {
            name_client(&visit, &parameters);
            let authorization = authorization(&headers)?;
            let address = visit.requester.address;
            let request = ClientRequest { authorization, parameters: &parameters, address, proof: None };
            let queued = authorizations.passwordless_request(request, &visit.requester).await;
            queued.map_err(|refusal| match refusal.code {
                // Client authentication failed, as at the token endpoint.
                ErrorCode::InvalidClient => Refused::from(refusal),
                _ => Refused::with_challenge(refusal, Challenge::Passwordless),
            })?;
            Ok((StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response())
        }
    }
}

/// Has the request logged under the client that it names.
fn name_client(visit: &Visit, parameters: &Parameters) {
    if let Some(client_id) = parameters.value("client_id") {
        visit.named_client.names(Endpoint::Authorize, client_id);
    }
}

async fn begin(visit: &Visit, parameters: &Parameters) -> PageResult<Response> {
    name_client(visit, parameters);
    let browser = (&visit.browser, visit.person.as_ref());
    let begun = visit.edge.authorizations().begin_authorization(parameters, browser, &visit.requester).await?;
    begin_flow(visit, begun).await
}
