//! The `Authorization` header (RFC 9110 §11.6.2).

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::reply::{Challenge, Refused};
use crate::protocol::bearer::{BearerCredentials, credentials};
use crate::protocol::refusal::{ErrorCode, Refusal};

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

/// The access token of a request, as it was sent; a request without one is refused.
pub(super) struct BearerToken(pub(super) String);

impl<S: Sync> FromRequestParts<S> for BearerToken {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let token = bearer_token(&parts.headers)?.ok_or_else(|| missing_token(SEND_A_TOKEN))?;
        Ok(Self(token.to_owned()))
    }
}

/// What a request without any credentials is told.
pub(super) const SEND_A_TOKEN: &str = "send an access token: Authorization: Bearer <token>";

/// The access token in the headers, if there is one.
pub(super) fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    match authorization(headers).and_then(credentials).map_err(bearer)? {
        BearerCredentials::Token(token) => Ok(Some(token)),
        BearerCredentials::Missing => Ok(None),
    }
}

/// Refuses a request without an access token, where `what` says what to send.
pub(super) fn missing_token(what: impl Into<std::borrow::Cow<'static, str>>) -> Refused {
    Refused::with_challenge(Refusal::new(ErrorCode::InvalidToken, what), Challenge::BearerMissing)
}

/// A refusal where access tokens are taken.
pub(super) fn bearer(refusal: Refusal) -> Refused {
    Refused::with_challenge(refusal, Challenge::Bearer)
}
