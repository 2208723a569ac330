//! `POST /oauth/introspect` (RFC 7662).

use axum::extract::State;
use axum::response::IntoResponse;

use super::client_post::{ClientPost, Introspect};
use crate::http::Edge;
use crate::http::reply::{Answer, Unkept};

/// Answers whether a token is valid.
pub(in crate::http) async fn introspect(
    State(edge): State<Edge>,
    post: ClientPost<Introspect>,
) -> Answer<impl IntoResponse> {
    Ok(Unkept(edge.token_status().introspect(post.request()?).await?))
}
