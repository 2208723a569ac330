//! `POST /oauth/par` (RFC 9126).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;

use super::client_post::{ClientPost, PushedRequest};
use crate::flows::authorize::Authorizations;
use crate::flows::authorize::PUSHED_REQUEST_LIFETIME;
use crate::http::reply::{Answer, Unkept};

#[derive(Serialize)]
struct Pushed {
    request_uri: String,
    expires_in: u64,
}

/// Accepts a pushed authorization request and returns its URI.
pub(in crate::http) async fn par(
    State(authorizations): State<Arc<Authorizations>>,
    post: ClientPost<PushedRequest>,
) -> Answer<impl IntoResponse> {
    let request_uri = authorizations.push_request(post.request()?).await?;
    Ok((StatusCode::CREATED, Unkept(Pushed { request_uri, expires_in: PUSHED_REQUEST_LIFETIME.as_secs() })))
}
