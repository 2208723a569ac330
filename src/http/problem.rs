//! Refusals of the management API, as RFC 9457 writes them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::protocol::refusal::{ErrorCode, Refusal};

/// What was wrong with one member or parameter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct FieldProblem {
    /// The member or parameter.
    pub(super) field: String,
    /// What was wrong with it.
    pub(super) detail: String,
}

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct Problem<'a> {
    /// A URL that names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// A description of the kind.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What exactly was wrong this time.
    detail: &'a str,
    /// The path of the request.
    instance: &'a str,
    /// The trace id under which the server's log and the portal have this request.
    trace_id: &'a str,
    /// What was wrong with which member or parameter.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldProblem],
}

impl<'a> Problem<'a> {
    /// The problem details of a refusal of this request.
    pub(super) fn of(
        refusal: &'a Refusal,
        errors: &'a [FieldProblem],
        issuer: &str,
        [instance, trace_id]: [&'a str; 2],
    ) -> Self {
        let code = refusal.code;
        Self {
            kind: format!("{issuer}/docs#problem-{}", slug(code)),
            title: title(code),
            status: code.status(),
            detail: &refusal.description,
            instance,
            trace_id,
            errors,
        }
    }
}

/// Whether refusals under this path are problem details. `/api/v1/hello` keeps the form of other APIs' refusals (RFC
/// 6750).
pub(super) fn is_management(path: &str) -> bool {
    path.starts_with("/api/v1/") && path != "/api/v1/hello"
}

/// The name of a kind of problem. Errors whose OAuth name is too general have a name of their own.
pub(super) const fn slug(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::MethodNotAllowed => "method_not_allowed",
        ErrorCode::UnsupportedMediaType => "unsupported_media_type",
        ErrorCode::RequestTimeout => "request_timeout",
        ErrorCode::MisdirectedRequest => "misdirected_request",
        ErrorCode::TooLarge => "too_large",
        ErrorCode::TooManyRequests => "too_many_requests",
        _ => code.name(),
    }
}

/// The title of a kind of problem, which is always the same.
pub(super) const fn title(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotFound => "Not found",
        ErrorCode::MethodNotAllowed => "Method not allowed",
        ErrorCode::Conflict => "In conflict with what is there",
        ErrorCode::PreconditionFailed => "Changed meanwhile",
        ErrorCode::KeyReused => "Idempotency key reused",
        ErrorCode::UnsupportedMediaType => "Not read here",
        ErrorCode::RequestTimeout => "Too slow",
        ErrorCode::MisdirectedRequest => "Another host",
        ErrorCode::TooLarge => "Too large",
        ErrorCode::InvalidToken
        | ErrorCode::InvalidClient
        | ErrorCode::BoundTokenUnproven
        | ErrorCode::DpopProofRefused
        | ErrorCode::DpopNonceMissing => "Not authenticated",
        ErrorCode::InsufficientScope => "Scope not sufficient",
        ErrorCode::InsufficientUserAuthentication => "Sign-in too long ago",
        ErrorCode::AccessDenied => "Not allowed",
        ErrorCode::TooManyRequests => "Too many requests",
        ErrorCode::TemporarilyUnavailable => "Temporarily unavailable",
        ErrorCode::ServerError => "Server error",
        _ => "Invalid request",
    }
}
