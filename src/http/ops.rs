//! Liveness, readiness and metrics, for an operator's machines.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Edge;
use super::reply::{Refused, json_no_store};
use crate::protocol::refusal::Refusal;

/// `GET /health/live`: the process answers. Never touches the database, so that an unreachable database does not get
/// every node restarted.
pub(super) async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: whether to send traffic here. 503 without a database, without a signing key, and while
/// stopping.
pub(super) async fn ready(State(edge): State<Edge>) -> Result<Response, Refused> {
    if edge.stopping.is_cancelled() {
        return Err(Refusal::unavailable("the server is stopping", Duration::from_secs(1)).into());
    }
    edge.upkeep().check_ready().await?;
    Ok(json_no_store(&json!({ "status": "ready" })))
}

/// `GET /metrics`, on the management listener.
pub(super) async fn metrics(State(edge): State<Edge>) -> Result<Response, Refused> {
    edge.metrics.mails_withheld(edge.mail_limits().withheld());
    let text = edge.metrics.text().map_err(|e| Refusal::server_error(e.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}
