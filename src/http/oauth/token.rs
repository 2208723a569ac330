//! `POST /token` (RFC 6749 §3.2).

use axum::extract::State;
use axum::response::IntoResponse;

use super::client_post::{ClientPost, Token};
use crate::http::Edge;
use crate::http::reply::{Answer, Unkept};
use crate::protocol::token::{GrantType, TokenResponse};
use crate::telemetry::TokenLabels;

type TokenPost = Answer<ClientPost<Token>>;

/// Answers a token request, and counts it.
pub(in crate::http) async fn token(State(edge): State<Edge>, post: TokenPost) -> Answer<impl IntoResponse> {
    let grant = post.as_ref().ok().and_then(|post| GrantType::from_name(post.parameters.value("grant_type")?));
    let answer = answer(&edge, post).await;
    let (result, status) = answer.as_ref().map_or_else(|refused| refused.refusal.code.wire(), |_| ("issued", 200));
    edge.metrics().token(&TokenLabels { grant: grant.map_or("unknown", GrantType::name), result, status });
    Ok(Unkept(answer?))
}

async fn answer(edge: &Edge, post: TokenPost) -> Answer<TokenResponse> {
    Ok(edge.tokens().token(post?.request()?).await?)
}
