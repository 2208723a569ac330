//! `/api/v1/keys`: the keys that sign tokens.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{ApiCaller, May, Named, Optional, ReadKeys, WriteKeys};
use super::paging::Page;
use crate::domain::signing_key::{KeyState, SigningKey};
use crate::flows::keys::Promotion;
use crate::http::reply::Answer;

/// A signing key; its private half never leaves the server.
#[derive(Serialize, ToSchema)]
pub(super) struct Key {
    /// The key id in tokens and in the key set.
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

/// How to rotate keys.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rotation {
    /// Sign with the next keys at once, although not every API may know them yet. Without it they take over once they
    /// were announced for long enough.
    now: bool,
}

/// Lists the keys, by algorithm and age.
#[utoipa::path(get, path = "/keys", tag = "Keys", security(("bearer" = ["keys:read"]), ("session" = [])),
    responses((status = 200, body = Page<Key>)))]
pub(super) async fn list(call: May<ReadKeys>) -> Answer<Page<Key>> {
    listed(&call).await
}

/// Rotates keys: the announced ones take over and others are announced.
#[utoipa::path(post, path = "/keys/rotate", tag = "Keys", request_body = Option<Rotation>,
    security(("bearer" = ["keys:write"]), ("session" = [])),
    responses((status = 200, description = "The keys as they are now", body = Page<Key>)))]
pub(super) async fn rotate(call: May<WriteKeys>, Optional(rotation): Optional<Rotation>) -> Answer<Page<Key>> {
    let promotion = if rotation.now { Promotion::Now } else { Promotion::WhenAnnounced };
    call.edge.keys().rotate_keys(promotion, &call.actor()).await?;
    listed(&call).await
}

/// Revokes a key, with every token it has signed. The next one takes over.
#[utoipa::path(post, path = "/keys/{kid}/revoke", tag = "Keys", security(("bearer" = ["keys:write"]), ("session" = [])),
    responses((status = 204, description = "Revoked")))]
pub(super) async fn revoke(call: May<WriteKeys>, Named(kid): Named<String>) -> Answer<StatusCode> {
    call.edge.keys().revoke_key(&kid, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn listed(call: &ApiCaller) -> Answer<Page<Key>> {
    Ok(Page::of(call.edge.keys().keys_for(&call.caller).await?))
}
