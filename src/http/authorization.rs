//! The `Authorization` header (RFC 9110 §11.6.2).

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use crate::protocol::refusal::Refusal;

/// The one `Authorization` header, as text.
pub(super) fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value
            .to_str()
            .map(Some)
            .map_err(|_| Refusal::invalid_client("the Authorization header is not readable text")),
        (Some(_), Some(_)) => Err(Refusal::invalid_request("the Authorization header is sent more than once")),
    }
}
