//! Liveness, readiness and metrics, for an operator's machines.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Edge;
use super::reply::{Refused, json_no_store};
use crate::flows::upkeep::Part;
use crate::protocol::refusal::Refusal;
use crate::telemetry::{Observed, ObservedCache, ObservedDatabase, ObservedHashing, ObservedKeys, ObservedMails};

/// `GET /health/live`: the process answers. Never touches the database, so that an unreachable database does not get
/// every node restarted.
pub(super) async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: whether to send traffic here, and which part is not ready. 503 without a database, without a
/// signing key, and while stopping.
pub(super) async fn ready(State(edge): State<Edge>) -> Result<Response, Refused> {
    if edge.stopping().is_cancelled() {
        return Err(Refusal::unavailable("not ready: the server is stopping", Duration::from_secs(1)).into());
    }
    edge.upkeep().check_ready().await?;
    Ok(json_no_store(&json!({ "status": "ready", "parts": Part::ALL.map(Part::name) })))
}

/// `GET /metrics`, on the management listener.
pub(super) async fn metrics(State(edge): State<Edge>) -> Result<Response, Refused> {
    edge.metrics().observe(&observed(&edge).await);
    let text = edge.metrics().text().map_err(|e| Refusal::server_error(e.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// What is not counted as it happens. Without the database there is nothing new of the mail queue, and all else as ever.
async fn observed(edge: &Edge) -> Observed {
    let mails = edge.mail().figures().await;
    let database = edge.upkeep().database_figures();
    let hashing = edge.clients().hashing_figures();
    let (entries, hits, misses) = edge.application_cache().figures();
    let waited = |since| edge.instruments().now().since(since);
    Observed {
        connections_limit: edge.config().server.max_connections.into(),
        mails_withheld: edge.mail_limits().withheld(),
        database: ObservedDatabase {
            is_up: mails.is_ok() && !database.is_away,
            outages: database.outages,
            used: (database.open - database.idle).into(),
            idle: database.idle.into(),
            statements: database.statements,
        },
        mails: mails.ok().map(|mails| ObservedMails {
            waiting: mails.waiting,
            lost: mails.lost,
            oldest: mails.oldest.map(waited).unwrap_or_default(),
        }),
        keys: keys(edge),
        cache: ObservedCache { entries: entries as u64, hits, misses },
        hashing: ObservedHashing {
            running: hashing.running as u64,
            waiting: hashing.waiting as u64,
            refused: hashing.refused,
            runs: edge.clients().argon2_runs(),
        },
    }
}

fn keys(edge: &Edge) -> Vec<ObservedKeys> {
    let told = edge.keys().figures().into_iter().map(|keys| ObservedKeys {
        algorithm: keys.algorithm.name(),
        state: keys.state.name(),
        count: keys.count as u64,
        signing_for: keys.signing_for,
    });
    told.collect()
}
