//! The layer around every request: trace id, log line, metrics, and the request log of the application that
//! it names.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::Instant;
use tracing::{Instrument as _, debug, error, info, info_span, warn};

use super::Edge;
use super::brand::branded;
use super::dpop::{proof_of, tell_nonce};
use super::named_client::NamedClientSlot;
use super::one_host::check_one_host;
use super::reply::{Refused, ReportedRefusal, Telling, render};
use crate::protocol::mismatch::redact;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::telemetry::RequestLabels;

pub(super) const TRACE_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The trace id of a request, as in the log.
#[derive(Clone, Debug, Default)]
pub(super) struct TraceId(pub(super) String);

/// Wraps every request.
pub(super) async fn observe(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let trace_id = format!("{:032x}", u128::from_be_bytes(edge.instruments().random()));
    let endpoint = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let span = info_span!("request", trace_id, method = %request.method(), endpoint);
    let named_client = NamedClientSlot::default();
    request.extensions_mut().insert(TraceId(trace_id.clone()));
    request.extensions_mut().insert(named_client.clone());
    let path = request.uri().path().to_owned();
    let proof = proof_of(&request);
    if let Some(proof) = &proof {
        request.extensions_mut().insert(Arc::clone(proof));
    }
    let answered = async {
        match check_one_host(&request) {
            Ok(()) => next.run(request).await,
            Err(refused) => refused.into_response(),
        }
    };
    let mut response = branded(edge.brand(), answered).instrument(span.clone()).await;
    let refused = response.extensions_mut().remove::<Refused>();
    if let Some(refused) = &refused {
        let issuer = edge.config().server.issuer.as_str();
        response = render(
            refused,
            &Telling { issuer, path: &path, trace_id: &trace_id, has_proof: proof.is_some() },
            &response,
        );
    }
    let reported = response.extensions_mut().remove::<ReportedRefusal>().map(|ReportedRefusal(refusal)| refusal);
    let refusal = refused.map(|refused| refused.refusal).or(reported);
    if proof.is_some() {
        tell_nonce(&edge, &mut response);
    }
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| log(status, refusal.as_ref(), elapsed));
    if let Some(request) = named_client.logged(&trace_id, refusal.as_ref()) {
        edge.insight().log_request(&request);
    }
    edge.metrics().request(&RequestLabels { endpoint, status }, elapsed.as_secs_f64());
    response
}

fn log(status: u16, refusal: Option<&Refusal>, elapsed: Duration) {
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    let Some(refusal) = refusal else {
        debug!(status, micros, "answered");
        return;
    };
    let error = refusal.code.name();
    // The answer may quote what was sent, the log must not: a secret may be in the wrong parameter.
    let for_owner = refusal.for_owner.as_deref().map(redact);
    let (description, detail) = (redact(&refusal.description), refusal.detail.as_deref().or(for_owner.as_deref()));
    if status >= 500 {
        error!(status, micros, error, description, detail, "failed");
    } else if refusal.code == ErrorCode::AuthorizationPending {
        debug!(status, micros, error, "refused");
    } else if refusal.code == ErrorCode::RequestTimeout {
        warn!(status, micros, error, description, detail, "refused");
    } else {
        info!(status, micros, error, description, detail, "refused");
    }
}
