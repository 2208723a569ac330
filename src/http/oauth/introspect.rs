//! `POST /oauth/introspect` (RFC 7662).

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;

use super::client_post::{ClientPost, Introspect};
use crate::flows::token_status::TokenStatus;
use crate::http::reply::{Answer, Unkept};

/// Answers whether a token is valid.
pub(in crate::http) async fn introspect(
    State(token_status): State<Arc<TokenStatus>>,
    post: ClientPost<Introspect>,
) -> Answer<impl IntoResponse> {
    Ok(Unkept(token_status.introspect(post.request()?).await?))
}
