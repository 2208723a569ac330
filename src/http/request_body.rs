//! Bodies of requests, and the parameters in them.

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::protocol::parameters::{BodyFormat, Parameters};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The largest body that is read, in bytes. A client assertion with a long key is much smaller.
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// Reads the parameters of a body, in the format that its `Content-Type` says.
pub(super) async fn parameters(headers: &HeaderMap, body: Body) -> Result<Parameters, Refusal> {
    let format = format(headers)?;
    Parameters::from_body(&bytes(body).await?, format)
}

/// The format that the one `Content-Type` header says.
pub(super) fn format(headers: &HeaderMap) -> Result<BodyFormat, Refusal> {
    BodyFormat::from_content_type(content_type(headers)?)
}

/// Reads a body, up to the limit.
pub(super) async fn bytes(body: Body) -> Result<Bytes, Refusal> {
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(read) => Ok(read.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => {
            Err(Refusal::new(ErrorCode::TooLarge, format!("the body is larger than {LARGEST_BODY} bytes")))
        }
        Err(e) => Err(Refusal::invalid_request("the body is incomplete or badly framed").with_detail(e.to_string())),
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
