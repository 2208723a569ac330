//! Bodies: JSON objects of which every member must be known.

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::Edge;
use crate::http::api::problem::Named as _;
use crate::http::reply::{Answer, Refused};
use crate::http::{request_body, strict_json};
use crate::protocol::refusal::Refusal;

/// A body that must be there.
pub(in crate::http::api) struct Object<T>(pub(in crate::http::api) T);

/// A body that may be left out.
pub(in crate::http::api) struct Optional<T>(pub(in crate::http::api) T);

/// An object without members.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Nothing {}

/// A way to read a body.
pub(in crate::http::api) trait Readable: Sized {
    /// Reads it.
    fn read(headers: &HeaderMap, body: &[u8]) -> Answer<Self>;
}

impl<T: DeserializeOwned> Readable for Object<T> {
    fn read(headers: &HeaderMap, body: &[u8]) -> Answer<Self> {
        strict_json::check_content_type(headers, &["application/json", "application/merge-patch+json"])?;
        let object = strict_json::object(body)?;
        if strict_json::has_zero(&object) {
            return Err(Refusal::invalid_request("a zero character is never part of a value").into());
        }
        Ok(Self(read(object)?))
    }
}

impl<T: DeserializeOwned + Default> Readable for Optional<T> {
    fn read(headers: &HeaderMap, body: &[u8]) -> Answer<Self> {
        if body.is_empty() {
            Ok(Self(T::default()))
        } else {
            Object::read(headers, body).map(|Object(read)| Self(read))
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Edge> for Object<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Edge) -> Answer<Self> {
        read_whole(request).await
    }
}

impl<T: DeserializeOwned + Default> FromRequest<Edge> for Optional<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Edge) -> Answer<Self> {
        read_whole(request).await
    }
}

async fn read_whole<B: Readable>(request: Request) -> Answer<B> {
    let (parts, body) = request.into_parts();
    B::read(&parts.headers, &request_body::bytes(body).await?)
}

/// A value as the shape expected.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Answer<T> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let place = e.path().to_string();
        let what = e.into_inner().to_string();
        match place.as_str() {
            "." => Refusal::invalid_request(what).into(),
            _ => Refusal::invalid_request(format!("'{place}': {what}")).of(&place),
        }
    })
}
