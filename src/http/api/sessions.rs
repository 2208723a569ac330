//! `/api/v1/users/{sub}/sessions`: where somebody is signed in.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::paging::Page;
use crate::domain::session;
use crate::flows::access::Need;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::Refusal;

/// A browser in which somebody is signed in.
#[derive(Serialize, ToSchema)]
struct Session {
    /// Its name, `sid` in ID tokens.
    id: String,
    /// When it began.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the person last proved who they are.
    #[schema(format = DateTime)]
    auth_time: String,
    /// When the browser was last seen, to the hour.
    #[schema(format = DateTime)]
    last_seen_at: String,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    expires_at: String,
    /// The address that the browser had.
    address: String,
    /// What the browser says it is.
    user_agent: String,
}

impl From<session::Session> for Session {
    fn from(session: session::Session) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at.to_string(),
            auth_time: session.auth_time.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
            address: session.device.address,
            user_agent: session.device.user_agent,
        }
    }
}

/// Lists where somebody is signed in, newest first.
#[utoipa::path(get, path = "/users/{sub}/sessions", tag = "Accounts", params(("sub" = String, Path, description = "The account")),
    security(("bearer" = ["users:read"]), ("session" = [])),
    responses((status = 200, body = Page<Session>)))]
pub(super) async fn list(asked: ApiRequest, Named(sub): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::ReadUsers)?;
    let user = asked.edge.server.user_for(&asked.caller, &sub, Need::ReadUsers).await?;
    let sessions = asked.edge.server.user_sessions(&user).await?;
    Ok(json_no_store(&Page::whole(sessions.into_iter().map(Session::from).collect())))
}

/// Signs somebody out everywhere, and takes back what their account has granted.
#[utoipa::path(delete, path = "/users/{sub}/sessions", tag = "Accounts", params(("sub" = String, Path, description = "The account")),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 204, description = "Signed out")))]
pub(super) async fn end(asked: ApiRequest, Named(sub): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::WriteUsers)?;
    let user = asked.edge.server.user_for(&asked.caller, &sub, Need::WriteUsers).await?;
    asked.edge.server.user_sign_out(&user, &asked.caller.actor()).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
