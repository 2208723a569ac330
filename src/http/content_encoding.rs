//! Bodies that are packed: a few bytes can unpack to gigabytes, and no request of ours is large, so none is unpacked.

use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::reply::Refused;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Around every handler: RFC 9110 §15.5.16 lets the answer say which encodings would do.
pub(super) async fn refuse_packed_bodies(request: Request, next: Next) -> Response {
    if !is_packed(request.headers()) || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let what = "a body with a Content-Encoding is not read here; send it as it is";
    let mut refused = Refused::from(Refusal::new(ErrorCode::UnsupportedMediaType, what)).into_response();
    refused.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    refused
}

fn is_packed(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_ENCODING).into_iter();
    values.any(|value| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}
