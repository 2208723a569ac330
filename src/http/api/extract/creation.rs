//! `Idempotency-Key`: a repeated creation gets the first answer.

use std::future::Future;

use axum::extract::{FromRequest, Request};
use axum::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::ApiCaller;
use super::body::Readable;
use crate::flows::idempotency::Repeatable;
use crate::http::Edge;
use crate::http::api::openapi::optional_header;
use crate::http::reply::{Answer, Refused, Unkept};
use crate::http::request_body;
use crate::protocol::refusal::Refusal;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The answer to a creation.
#[derive(Serialize, Deserialize)]
pub(in crate::http::api) struct Created {
    location: Option<String>,
    etag: Option<String>,
    body: Value,
}

impl Created {
    /// The answer for a created object.
    pub(in crate::http::api) fn new(body: &impl Serialize) -> Self {
        Self { location: None, etag: None, body: serde_json::to_value(body).unwrap_or_default() }
    }

    /// Adds its `Location`.
    pub(in crate::http::api) fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds its `ETag`.
    pub(in crate::http::api) fn tagged(mut self, tag: String) -> Self {
        self.etag = Some(tag);
        self
    }
}

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Unkept(self.body)).into_response();
        for (name, value) in [(LOCATION, self.location), (ETAG, self.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// What is to be made, and that it is made once for each key that the request brings along.
pub(in crate::http::api) struct Creation<B>(pub(in crate::http::api) B, pub(in crate::http::api) Once);

impl<B: Readable> FromRequest<Edge> for Creation<B> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Edge) -> Answer<Self> {
        let (parts, body) = request.into_parts();
        let body = request_body::bytes(body).await?;
        let read = B::read(&parts.headers, &body)?;
        let key = key(&parts.headers)?.map(str::to_owned);
        let request = [parts.method.as_str(), " ", parts.uri.path(), "\n"].concat();
        Ok(Self(read, Once { key, request: [request.as_bytes(), &body].concat() }))
    }
}

/// A request that may arrive more than once.
pub(in crate::http::api) struct Once {
    key: Option<String>,
    request: Vec<u8>,
}

impl Once {
    /// Makes it, unless it was made already.
    pub(in crate::http::api) async fn make<Making>(
        self,
        call: &ApiCaller,
        making: impl FnOnce(ApiCaller) -> Making,
    ) -> Answer<Created>
    where
        Making: Future<Output = Answer<Created>> + Send + 'static,
    {
        let making = Box::pin(making(call.clone()));
        let Some(key) = self.key else { return making.await };
        let request = Repeatable::by_program(&call.caller, &key, &self.request)?;
        call.edge.idempotency().make_once(request, making).await
    }
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(KEY).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(value.to_str().unwrap_or_default())),
        (Some(_), Some(_)) => Err(Refusal::invalid_request("the Idempotency-Key header is sent more than once")),
    }
}

impl IntoParams for Once {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional_header(
            "Idempotency-Key",
            "Sent again with the same key, the request makes nothing and gets the same answer",
        )
    }
}
