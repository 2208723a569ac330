//! `GET /api/v1/hello`: checks an access token as any resource server would, and returns what it found.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;

use crate::domain::ids::Timestamp;
use crate::flows::token_status::TokenStatus;
use crate::http::authorization::{AccessToken, bearer};
use crate::http::reply::{Answer, Unkept};
use crate::protocol::claims::{AccessTokenClaims, Audience};

const WELL_DONE: &str =
    "Well done! You have successfully sent a request to our API and received a valid response (HTTP 200).";

#[derive(Serialize)]
struct Hello {
    message: &'static str,
    token: Seen,
    checked: [&'static str; 5],
}

/// The answer: what the token contains.
#[derive(Serialize)]
struct Seen {
    issued_by: String,
    issued_to: String,
    speaks_for: String,
    meant_for: Audience,
    allows: Vec<String>,
    issued_at: String,
    expires_at: String,
}

impl From<AccessTokenClaims> for Seen {
    fn from(claims: AccessTokenClaims) -> Self {
        Self {
            issued_by: claims.iss,
            issued_to: claims.client_id,
            speaks_for: claims.sub,
            meant_for: claims.aud,
            allows: claims.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            issued_at: Timestamp::from_seconds(claims.iat).to_string(),
            expires_at: Timestamp::from_seconds(claims.exp).to_string(),
        }
    }
}

/// Answers the bearer of a valid token.
pub(in crate::http) async fn hello(
    State(token_status): State<Arc<TokenStatus>>,
    AccessToken(token): AccessToken,
) -> Answer<impl IntoResponse> {
    let claims = token_status.check_bearer(&token).await.map_err(bearer)?.claims;
    let checked = [
        "the header's typ says that it is an access token",
        "the header's kid names a key in /.well-known/jwks.json",
        "the signature is that key's",
        "iss is this server",
        "exp is still ahead",
    ];
    Ok(Unkept(Hello { message: WELL_DONE, token: claims.into(), checked }))
}
