//! The header `DPoP` (RFC 9449 §4.1), and the nonce that answers it (§8.2).

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::Edge;
use crate::flows::proofs::SentProof;

const DPOP: HeaderName = HeaderName::from_static("dpop");

/// RFC 9449 §8.2.
pub(super) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The proof that a request brings, if it brings one. Asked before the request is routed, while its path is whole.
pub(super) fn proof_of(request: &Request) -> Option<Arc<SentProof>> {
    let headers = request.headers();
    if !headers.contains_key(DPOP) {
        return None;
    }
    let values = headers.get_all(DPOP).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    Some(Arc::new(SentProof { values: values.collect(), method, path }))
}

/// The same in a handler.
pub(super) fn sent_proof(parts: &Parts) -> Option<Arc<SentProof>> {
    parts.extensions.get().cloned()
}

/// Tells the nonce for the next proof. An answer that everybody may keep has none: it would be an old one soon.
pub(super) fn tell_nonce(edge: &Edge, response: &mut Response) {
    let is_kept = response.headers().get(CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public"));
    if !is_kept && let Ok(nonce) = HeaderValue::from_str(&edge.proofs().nonce()) {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
}
