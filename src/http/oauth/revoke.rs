//! `POST /oauth/revoke` (RFC 7009).

use axum::extract::State;
use axum::http::StatusCode;

use super::client_post::{ClientPost, Revoke};
use crate::http::Edge;
use crate::http::reply::Answer;

/// Ends a token. RFC 7009 §2.2: 200 with nothing to read, whether there was anything to end or not.
pub(in crate::http) async fn revoke(State(edge): State<Edge>, post: ClientPost<Revoke>) -> Answer<StatusCode> {
    edge.token_status().revoke(post.request()?).await?;
    Ok(StatusCode::OK)
}
