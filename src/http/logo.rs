//! `GET /logos/{client_id}`: the picture of an application, as a copy of this server's.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::reply::{Refused, is_known};
use crate::domain::ids::ClientId;
use crate::flows::logos::Logos;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// How long a browser shows it without asking again.
const KEPT: &str = "public, max-age=300";

/// What is opened by itself is a document, and may hold scripts.
const INERT: &str = "sandbox; default-src 'none'";

/// Serves the copy, or 304 for the one that the browser has.
pub(super) async fn logo(
    Path(client_id): Path<String>,
    State(logos): State<Arc<Logos>>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let unknown = || Refusal::new(ErrorCode::NotFound, "this application has no picture");
    let client_id: ClientId = client_id.parse().map_err(|_| unknown())?;
    let picture = logos.logo(&client_id).await.map_err(Refusal::from)?.ok_or_else(unknown)?;
    let version = URL_SAFE_NO_PAD.encode(&digest(&SHA256, &picture.content).as_ref()[..9]);
    let etag = format!("\"{version}\"");
    let known = is_known(&headers, &etag);
    let caching = [(ETAG, etag), (CACHE_CONTROL, KEPT.to_owned())];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let about =
        [(CONTENT_TYPE, picture.media_type), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (CONTENT_SECURITY_POLICY, INERT)];
    Ok((caching, about, picture.content).into_response())
}
