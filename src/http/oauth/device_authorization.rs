//! `POST /oauth/device_authorization` (RFC 8628 §3.1).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::response::IntoResponse;

use super::client_post::{ClientPost, DeviceAuthorization};
use crate::domain::session::Device;
use crate::flows::device_grants::DeviceGrants;
use crate::http::reply::{Answer, Unkept};

/// Takes a device's request and returns its two codes.
pub(in crate::http) async fn device_authorization(
    State(device_grants): State<Arc<DeviceGrants>>,
    headers: HeaderMap,
    post: ClientPost<DeviceAuthorization>,
) -> Answer<impl IntoResponse> {
    let request = post.request()?;
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asked_from = Device::new(request.address, user_agent);
    Ok(Unkept(device_grants.begin_device_grant(request, asked_from).await?))
}
