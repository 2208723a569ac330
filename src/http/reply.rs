//! Responses: JSON, never cached if it has a credential, and refusals in the form of their RFC.

use std::any::Any;
use std::time::Duration;

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, IF_NONE_MATCH, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::problem::{FieldProblem, Problem, is_management};
use crate::domain::own_api;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::protected_resource;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The challenge of a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A client's id and secret (RFC 6749 §5.2).
    Basic,
    /// An access token (RFC 6750 §3).
    Bearer,
    /// An e-mail address with an account: the passwordless request has nothing else to authenticate with.
    Passwordless,
    /// An access token, where none was sent: RFC 6750 §3.1 then wants no error code in the challenge.
    BearerMissing,
    /// The same where tokens that are bound to a key are taken too (RFC 9449 §7.1).
    TokenMissing,
}

/// A refusal to be sent. It becomes a response in [`super::observe`], where the trace id is known and where it is
/// logged once.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    /// What was wrong with which member or parameter, where the management API knows.
    pub(super) fields: Vec<FieldProblem>,
    challenge: Challenge,
}

/// What a handler answers, unless it refuses.
pub(super) type Answer<T> = Result<T, Refused>;

/// Every error of a flow is a refusal, so handlers hand it on with `?`.
impl<E: Into<Refusal>> From<E> for Refused {
    fn from(error: E) -> Self {
        let refusal = error.into();
        let challenge = match refusal.code {
            ErrorCode::InsufficientScope | ErrorCode::InsufficientUserAuthentication => Challenge::Bearer,
            _ => Challenge::Basic,
        };
        Self { refusal, fields: Vec::new(), challenge }
    }
}

impl Refused {
    pub(super) const fn with_challenge(refusal: Refusal, challenge: Challenge) -> Self {
        Self { refusal, fields: Vec::new(), challenge }
    }
}

/// A refusal that was answered in another form, on a page or at the redirect URI; it is logged like the others.
#[derive(Clone, Debug)]
pub(super) struct ReportedRefusal(pub(super) Refusal);

/// The answer, marked as one of this refusal.
pub(super) fn report_refusal(refusal: &Refusal, mut response: Response) -> Response {
    response.extensions_mut().insert(ReportedRefusal(refusal.clone()));
    response
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'static str,
    error_description: &'a str,
    trace_id: &'a str,
}

/// The request of a refusal.
pub(super) struct Telling<'a> {
    /// The issuer.
    pub(super) issuer: &'a str,
    /// The path of the request.
    pub(super) path: &'a str,
    /// The trace id of the request.
    pub(super) trace_id: &'a str,
    /// Whether it came with a proof of possession.
    pub(super) has_proof: bool,
}

/// Fills in the body and the headers of a refusal, keeping those that the router set (such as `Allow`).
pub(super) fn render(refused: &Refused, telling: &Telling<'_>, response: &Response) -> Response {
    let refusal = &refused.refusal;
    let Telling { issuer, path, trace_id, .. } = telling;
    let mut rendered = if is_management(path) {
        let mut rendered =
            (response.status(), Json(Problem::of(refusal, &refused.fields, issuer, [path, trace_id]))).into_response();
        rendered.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        rendered
    } else {
        let body = ErrorBody { error: refusal.code.name(), error_description: &refusal.description, trace_id };
        (response.status(), Json(body)).into_response()
    };
    let headers = rendered.headers_mut();
    for (name, value) in response.headers() {
        if !headers.contains_key(name) {
            headers.append(name, value.clone());
        }
    }
    no_store(headers);
    if let Some(challenge) = challenge(refused, telling) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = refusal.retry_after {
        headers.insert(RETRY_AFTER, whole_seconds(wait));
    }
    rendered
}

/// The value of `Retry-After` (RFC 9110 §10.2.3), rounded up, so that waiting that long is enough.
pub(super) fn whole_seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).min(86_400))
}

fn challenge(refused: &Refused, telling: &Telling<'_>) -> Option<HeaderValue> {
    let refusal = &refused.refusal;
    let metadata = || metadata_of(telling);
    let text = match (refused.challenge, refusal.code.status()) {
        (Challenge::Basic, 401) => "Basic realm=\"gatepost\", charset=\"UTF-8\"".to_owned(),
        (Challenge::Passwordless, 401) => "Passwordless realm=\"gatepost\"".to_owned(),
        (Challenge::BearerMissing, _) => format!("Bearer realm=\"gatepost\"{}", metadata()),
        (Challenge::TokenMissing, _) => format!("Bearer realm=\"gatepost\"{}, DPoP {}", metadata(), algorithms()),
        (Challenge::Bearer, 400 | 401 | 403) => {
            let error = format!("error=\"{}\", error_description=\"{}\"", refusal.code.name(), refusal.description);
            if telling.has_proof || needs_proof(refusal.code) {
                format!("DPoP realm=\"gatepost\", {error}, {}{}", algorithms(), metadata())
            } else {
                format!("Bearer realm=\"gatepost\", {error}{}", metadata())
            }
        }
        _ => return None,
    };
    HeaderValue::from_str(&text).ok()
}

/// Whether what was wrong is that nobody proved to hold the key of the token (RFC 9449 §7.1, §9).
const fn needs_proof(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::DpopProofRefused | ErrorCode::DpopNonceMissing | ErrorCode::BoundTokenUnproven)
}

/// RFC 9449 §7.1: what proofs may be signed with.
fn algorithms() -> String {
    format!("algs=\"{}\"", SigningAlgorithm::ALL.map(SigningAlgorithm::name).join(" "))
}

/// RFC 9728 §5.1: where a client that was refused by our own API finds out who issues its tokens.
fn metadata_of(telling: &Telling<'_>) -> String {
    if !telling.path.starts_with("/api/v1/") {
        return String::new();
    }
    let url = protected_resource::metadata_url(&format!("{}{}", telling.issuer.trim_end_matches('/'), own_api::PATH));
    format!(", resource_metadata=\"{url}\"")
}

/// RFC 6749 §5.1: a response with a credential must not be cached.
fn no_store(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

/// A JSON response that is not cached.
pub(super) struct Unkept<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Unkept<T> {
    fn into_response(self) -> Response {
        json_no_store(&self.0)
    }
}

/// The same for what has to stay.
pub(super) fn json_no_store<T: Serialize>(body: &T) -> Response {
    let mut response = Json(body).into_response();
    no_store(response.headers_mut());
    response
}

/// Whether the browser has this version already (RFC 9110 §13.1.2): a weak comparison with each tag of the list.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(|tag| tag.trim_ascii().trim_start_matches("W/"));
    tags.any(|tag| tag == etag || tag == "*")
}

/// The answer for an unknown path.
pub(super) async fn not_found() -> Refused {
    Refusal::new(ErrorCode::NotFound, "there is nothing at this address").into()
}

/// The answer for a known path with an unsupported method.
pub(super) async fn method_not_allowed() -> Refused {
    Refusal::new(ErrorCode::MethodNotAllowed, "this address does not take this HTTP method; see the Allow header")
        .into()
}

/// The answer of a handler that panicked: a server error, logged with the panic's message.
#[expect(clippy::needless_pass_by_value, reason = "the panic layer hands the payload over")]
pub(super) fn panicked(reason: Box<dyn Any + Send>) -> Response {
    let said = reason.downcast_ref::<String>().map(String::as_str).or_else(|| reason.downcast_ref::<&str>().copied());
    Refused::from(Refusal::server_error(format!("a handler panicked: {}", said.unwrap_or("no message"))))
        .into_response()
}
