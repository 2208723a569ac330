//! `GET /api/v1/hello`: checks an access token as any resource server would, and explains what it saw.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use serde::Serialize;

use crate::domain::ids::Timestamp;
use crate::http::Edge;
use crate::http::reply::{Challenge, Refused, json_no_store};
use crate::protocol::bearer::{BearerCredentials, credentials};
use crate::protocol::claims::Audience;
use crate::protocol::refusal::{ErrorCode, Refusal};

#[derive(Serialize)]
struct Hello {
    message: &'static str,
    token: Seen,
    checked: [&'static str; 5],
}

/// What the token says, in words.
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

/// Greets who has a good token.
pub(in crate::http) async fn hello(State(edge): State<Edge>, headers: HeaderMap) -> Result<Response, Refused> {
    let bearer = |refusal| Refused::with_challenge(refusal, Challenge::Bearer);
    let header = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or("Bearer"));
    let token = match credentials(header).map_err(bearer)? {
        BearerCredentials::Token(token) => token,
        BearerCredentials::Missing => {
            let refusal = Refusal::new(ErrorCode::InvalidToken, "send an access token: Authorization: Bearer <token>");
            return Err(Refused::with_challenge(refusal, Challenge::BearerMissing));
        }
    };
    let claims = edge.server.check_bearer(token).await.map_err(bearer)?.claims;
    Ok(json_no_store(&Hello {
        message: "Well done! You have successfully sent a request to our API and received a valid response (HTTP 200).",
        token: Seen {
            issued_by: claims.iss,
            issued_to: claims.client_id,
            speaks_for: claims.sub,
            meant_for: claims.aud,
            allows: claims.scope.split_whitespace().map(str::to_owned).collect(),
            issued_at: Timestamp::from_seconds(claims.iat).to_string(),
            expires_at: Timestamp::from_seconds(claims.exp).to_string(),
        },
        checked: [
            "the header's typ says that it is an access token",
            "the header's kid names a key in /.well-known/jwks.json",
            "the signature is that key's",
            "iss is this server",
            "exp is still ahead",
        ],
    }))
}
