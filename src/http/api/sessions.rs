//! `/api/v1/users/{sub}/sessions`: the sessions of an account.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Account, ReadUsers, WriteUsers};
use super::paging::Page;
use crate::domain::session;
use crate::http::reply::Answer;

/// A session of a browser.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// Its id. Applications know it by other names, each by its own (`sid` in ID tokens).
    id: String,
    /// When it began.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the person last authenticated.
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
    /// The browser's `User-Agent`.
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

/// Lists the sessions of an account, newest first.
#[utoipa::path(get, path = "/users/{sub}/sessions", tag = "Accounts",
    security(("bearer" = ["users:read"]), ("session" = [])), responses((status = 200, body = Page<Session>)))]
pub(super) async fn list(Account(user, call): Account<ReadUsers>) -> Answer<Page<Session>> {
    Ok(Page::of(call.edge.people().user_sessions(&user).await?))
}

/// Ends all sessions and grants of an account.
#[utoipa::path(delete, path = "/users/{sub}/sessions", tag = "Accounts",
    security(("bearer" = ["users:write"]), ("session" = [])), responses((status = 204, description = "Signed out")))]
pub(super) async fn end(Account(user, call): Account<WriteUsers>) -> Answer<StatusCode> {
    call.edge.people().user_sign_out(&user, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
