//! `POST /oauth/revoke` (RFC 7009).

use axum::extract::State;
use axum::http::StatusCode;

use super::client_post::{ClientPost, Revoke};
use crate::http::Edge;
use crate::http::reply::Answer;

/// Revokes a token. RFC 7009 §2.2: 200 without content, whether or not the token was valid.
pub(in crate::http) async fn revoke(State(edge): State<Edge>, post: ClientPost<Revoke>) -> Answer<StatusCode> {
    edge.token_status().revoke(post.request()?).await?;
    Ok(StatusCode::OK)
}
