//! `/api/v1/keys`: the keys that sign tokens.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::paging::Page;
use crate::domain::signing_key::{KeyState, SigningKey};
use crate::flows::access::Need;
use crate::flows::rotate_keys::Promotion;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::Refusal;

/// A signing key; its private half never leaves the server.
#[derive(Serialize, ToSchema)]
struct Key {
    /// Its name in tokens and in the key set.
    kid: String,
    /// What it signs with, such as `RS256`.
    algorithm: &'static str,
    /// `announced`, `active`, `retiring`, `gone` or `revoked`.
    state: &'static str,
    /// Since when it is published.
    #[schema(format = DateTime)]
    created_at: String,
    /// From when on it signs.
    #[schema(format = DateTime)]
    activates_at: String,
    /// When it was revoked, if it was.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

impl From<(SigningKey, KeyState)> for Key {
    fn from((key, state): (SigningKey, KeyState)) -> Self {
        Self {
            kid: key.kid,
            algorithm: key.algorithm.name(),
            state: state.name(),
            created_at: key.created_at.to_string(),
            activates_at: key.activates_at.to_string(),
            revoked_at: key.revoked_at.map(|at| at.to_string()),
        }
    }
}

/// How keys are to be rotated.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    /// Sign with the next keys at once, although not every API may know them yet. Without it they take over as soon
    /// as they were announced long enough.
    now: bool,
}

/// Lists the keys, by algorithm and age.
#[utoipa::path(get, path = "/keys", tag = "Keys",
    security(("bearer" = ["keys:read"]), ("session" = [])),
    responses((status = 200, body = Page<Key>)))]
pub(super) async fn list(asked: ApiRequest) -> Result<Response, Refused> {
    asked.reach(Need::ReadKeys)?;
    listed(&asked).await
}

/// Hands over to the announced keys and announces others.
#[utoipa::path(post, path = "/keys/rotate", tag = "Keys", request_body = Option<Rotation>,
    security(("bearer" = ["keys:write"]), ("session" = [])),
    responses((status = 200, description = "The keys as they are now", body = Page<Key>)))]
pub(super) async fn rotate(asked: ApiRequest, body: Body) -> Result<Response, Refused> {
    asked.reach(Need::WriteKeys)?;
    let rotation: Rotation = asked.object_if_any(&asked.bytes(body).await?)?;
    let promotion = if rotation.now { Promotion::Now } else { Promotion::WhenAnnounced };
    asked.edge.server.rotate_keys(promotion, &asked.caller.actor()).await.map_err(Refusal::from)?;
    listed(&asked).await
}

/// Takes a key out of use, with every token it has signed. The next one takes over.
#[utoipa::path(post, path = "/keys/{kid}/revoke", tag = "Keys", params(("kid" = String, Path, description = "The key's name")),
    security(("bearer" = ["keys:write"]), ("session" = [])),
    responses((status = 204, description = "Revoked")))]
pub(super) async fn revoke(asked: ApiRequest, Named(kid): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::WriteKeys)?;
    asked.edge.server.revoke_key(&kid, &asked.caller.actor()).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn listed(asked: &ApiRequest) -> Result<Response, Refused> {
    let keys = asked.edge.server.keys_for(&asked.caller).await?;
    Ok(json_no_store(&Page::whole(keys.into_iter().map(Key::from).collect())))
}
