//! `GET /logos/{client_id}`: the picture of an application, as a copy of this server's.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::file::{About, served_inert, version};
use super::reply::Refused;
use crate::domain::ids::ClientId;
use crate::flows::logos::Logos;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// How long a browser shows it without asking again.
const KEPT: &str = "public, max-age=300";

/// Serves the copy, or 304 for the one that the browser has.
pub(super) async fn logo(
    Path(client_id): Path<String>,
    State(logos): State<Arc<Logos>>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let unknown = || Refusal::new(ErrorCode::NotFound, "this application has no picture");
    let client_id: ClientId = client_id.parse().map_err(|_| unknown())?;
    let picture = logos.logo(&client_id).await.map_err(Refusal::from)?.ok_or_else(unknown)?;
    let version = version(&picture.content);
    let about = About { version: &version, content_type: picture.media_type, kept: KEPT };
    Ok(served_inert(&headers, &about, || picture.content))
}
