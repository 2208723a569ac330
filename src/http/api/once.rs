//! `Idempotency-Key`: what a creation was answered is answered again.

use std::future::Future;

use axum::http::header::{ETAG, HeaderName, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asked::Asked;
use crate::flows::idempotency::Attempt;
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

/// Makes something, once for each key. It is finished even if the caller hangs up meanwhile: whoever asks again with
/// the same key is then told what became of it.
pub(super) async fn once<Making>(asked: &Asked, body: &[u8], making: Making) -> Result<Response, Refused>
where
    Making: Future<Output = Result<Created, Refused>> + Send + 'static,
{
    let Some(key) = key(&asked.headers)? else { return Ok(making.await?.into()) };
    let request = [asked.method.as_str().as_bytes(), b" ", asked.path.as_bytes(), b"\n", body].concat();
    let claimed = match asked.edge.server.request_claim(&asked.caller, key, &request).await? {
        Attempt::First(claimed) => claimed,
        Attempt::Known(answer) => {
            let created: Created = serde_json::from_slice(&answer)
                .map_err(|e| Refusal::server_error(format!("an idempotent answer: {e}")))?;
            return Ok(created.into());
        }
    };
    let server = asked.edge.server.clone();
    let finished = tokio::spawn(async move {
        match making.await {
            Ok(created) => {
                let answer = serde_json::to_vec(&created).unwrap_or_default();
                server.request_answered(claimed, &answer).await?;
                Ok(Response::from(created))
            }
            Err(refused) => {
                server.request_refused(claimed).await?;
                Err(refused)
            }
        }
    });
    finished.await.map_err(|e| Refusal::server_error(format!("a creation was cut off: {e}")))?
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(KEY).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => Ok(Some(value.to_str().unwrap_or_default())),
        (Some(_), Some(_)) => Err(Refusal::invalid_request("the Idempotency-Key header is sent more than once")),
    }
}
