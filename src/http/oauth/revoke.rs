//! `POST /oauth/revoke` (RFC 7009).

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::json;

use super::client_post::{ClientPost, Revoke};
use crate::flows::token_status::TokenStatus;
use crate::http::reply::{Answer, Unkept};

/// Revokes a token. RFC 7009 §2.2: 200, whether or not the token was valid. The empty object is for clients that read
/// every answer as JSON.
pub(in crate::http) async fn revoke(
    State(token_status): State<Arc<TokenStatus>>,
    post: ClientPost<Revoke>,
) -> Answer<impl IntoResponse> {
    token_status.revoke(post.request()?).await?;
    Ok(Unkept(json!({})))
}
