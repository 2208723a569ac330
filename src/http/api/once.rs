//! `Idempotency-Key`: what a creation was answered is answered again.

use std::future::Future;

use axum::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api_request::ApiRequest;
use crate::flows::idempotency::Repeatable;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::Refusal;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The answer to a creation.
#[derive(Serialize, Deserialize)]
pub(super) struct Created {
    location: Option<String>,
    etag: Option<String>,
    body: Value,
}

impl Created {
    /// Something that was made.
    pub(super) fn new(body: &impl Serialize) -> Self {
        Self { location: None, etag: None, body: serde_json::to_value(body).unwrap_or_default() }
    }

    /// Where it is.
    pub(super) fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Its version.
    pub(super) fn tagged(mut self, tag: String) -> Self {
        self.etag = Some(tag);
        self
    }
}

impl From<Created> for Response {
    fn from(created: Created) -> Self {
        let mut response = (StatusCode::CREATED, json_no_store(&created.body)).into_response();
        for (name, value) in [(LOCATION, created.location), (ETAG, created.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// Makes something, once for each key that the request brings along.
pub(super) async fn once<Making>(asked: &ApiRequest, body: &[u8], making: Making) -> Result<Response, Refused>
where
    Making: Future<Output = Result<Created, Refused>> + Send + 'static,
{
    let Some(key) = key(&asked.headers)? else { return Ok(making.await?.into()) };
    let request = [asked.method.as_str().as_bytes(), b" ", asked.path.as_bytes(), b"\n", body].concat();
    let request = Repeatable::by_program(&asked.caller, key, &request)?;
    Ok(asked.edge.server.make_once(request, making).await?.into())
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(KEY).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(value.to_str().unwrap_or_default())),
        (Some(_), Some(_)) => Err(Refusal::invalid_request("the Idempotency-Key header is sent more than once")),
    }
}
