//! The `Authorization` header (RFC 9110 §11.6.2).

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::dpop::sent_proof;
use super::reply::{Challenge, Refused};
use crate::flows::token_status::PresentedToken;
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

/// The registration access token of a request, as it was sent; a request without one is refused.
pub(super) struct BearerToken(pub(super) String);

impl<S: Sync> FromRequestParts<S> for BearerToken {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let token = bearer_token(&parts.headers)?.ok_or_else(|| missing_bearer(SEND_A_TOKEN))?;
        Ok(Self(token.to_owned()))
    }
}

/// The access token of a request, as it is presented; a request without one is refused.
pub(super) struct AccessToken(pub(super) PresentedToken);

impl<S: Sync> FromRequestParts<S> for AccessToken {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        presented_token(parts)?.map(Self).ok_or_else(|| missing_token(SEND_A_TOKEN))
    }
}

/// What a request without any credentials is told.
pub(super) const SEND_A_TOKEN: &str = "send an access token: Authorization: Bearer <token>";

/// The bearer token in the headers, if there is one.
pub(super) fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    match authorization(headers).and_then(credentials).map_err(bearer)? {
        BearerCredentials::Token(token) => Ok(Some(token)),
        BearerCredentials::Bound(_) | BearerCredentials::Missing => Ok(None),
    }
}

/// The access token in the headers, if there is one, with its proof where it is presented by the scheme `DPoP`.
pub(super) fn presented_token(parts: &Parts) -> Result<Option<PresentedToken>, Refused> {
    match authorization(&parts.headers).and_then(credentials).map_err(bearer)? {
        BearerCredentials::Token(token) => Ok(Some(PresentedToken { token: token.to_owned(), proof: None })),
        BearerCredentials::Bound(token) => {
            let proof = sent_proof(parts).unwrap_or_default();
            Ok(Some(PresentedToken { token: token.to_owned(), proof: Some(proof) }))
        }
        BearerCredentials::Missing => Ok(None),
    }
}

/// Refuses a request without an access token, where `what` says what to send.
pub(super) fn missing_token(what: impl Into<Cow<'static, str>>) -> Refused {
    Refused::with_challenge(Refusal::new(ErrorCode::InvalidToken, what), Challenge::TokenMissing)
}

/// The same where only bearer tokens are taken.
pub(super) fn missing_bearer(what: impl Into<Cow<'static, str>>) -> Refused {
    Refused::with_challenge(Refusal::new(ErrorCode::InvalidToken, what), Challenge::BearerMissing)
}

/// A refusal where access tokens are taken.
pub(super) fn bearer(refusal: Refusal) -> Refused {
    Refused::with_challenge(refusal, Challenge::Bearer)
}
