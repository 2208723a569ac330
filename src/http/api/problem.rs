//! Refusals of the management API, as RFC 9457 writes them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::user::EmailAddress;
use crate::http::reply::{Answer, FieldProblem, Refused};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Problem<'a> {
    /// An address that says what kind of problem it is.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What exactly was wrong this time.
    detail: &'a str,
    /// The path of the request.
    instance: &'a str,
    /// The name under which the server's log and the portal have this request.
    trace_id: &'a str,
    /// What was wrong with which member or parameter.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldProblem],
}

impl<'a> Problem<'a> {
    /// What a refusal of this request says.
    pub(in crate::http) fn of(refused: &'a Refused, issuer: &str, [instance, trace_id]: [&'a str; 2]) -> Self {
        let code = refused.refusal.code;
        Self {
            kind: format!("{issuer}/docs#problem-{}", slug(code)),
            title: title(code),
            status: code.status(),
            detail: &refused.refusal.description,
            instance,
            trace_id,
            errors: &refused.fields,
        }
    }
}

/// Whether refusals under this path are problem details. The greeting is for developers of other APIs and keeps the
/// form that those have.
pub(in crate::http) fn is_management(path: &str) -> bool {
    path.starts_with("/api/v1/") && path != "/api/v1/hello"
}

/// Every kind of problem that the management API has, with its status and what to make of it.
pub(super) const KINDS: [(ErrorCode, &str); 15] = [
    (
        ErrorCode::InvalidRequest,
        "The request is not what the document says; `errors` names the member where one is at fault.",
    ),
    (ErrorCode::InvalidToken, "No access token, or one that is expired, revoked or for somebody else."),
    (ErrorCode::InsufficientScope, "The token is good, its scope is not enough."),
    (
        ErrorCode::InsufficientUserAuthentication,
        "The portal's session is good for what is one's own; what only operators do wants a sign-in of the last 15 minutes.",
    ),
    (ErrorCode::AccessDenied, "Whoever asks may not do this, or a change came from another site."),
    (ErrorCode::NotFound, "There is no such thing, or none that the caller may see."),
    (ErrorCode::Conflict, "What is there already stands in the way."),
    (ErrorCode::PreconditionFailed, "It was changed since it was read: read it again, then change it."),
    (ErrorCode::KeyReused, "The idempotency key belongs to another request."),
    (ErrorCode::MethodNotAllowed, "The address does not take this method; `Allow` says which it takes."),
    (ErrorCode::UnsupportedMediaType, "The body is JSON in another encoding than UTF-8."),
    (ErrorCode::TooLarge, "The body is larger than any request of this API."),
    (ErrorCode::TooManyRequests, "Too much at once; come back after `Retry-After` seconds."),
    (
        ErrorCode::TemporarilyUnavailable,
        "The server is overloaded or has lost its database; `Retry-After` says when to come back.",
    ),
    (ErrorCode::ServerError, "A fault of the server's; its log has the reason under `trace_id`."),
];

/// The name of a kind of problem. Errors whose OAuth name says less than their status have one of their own.
pub(super) const fn slug(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::MethodNotAllowed => "method_not_allowed",
        ErrorCode::UnsupportedMediaType => "unsupported_media_type",
        ErrorCode::TooLarge => "too_large",
        ErrorCode::TooManyRequests => "too_many_requests",
        _ => code.name(),
    }
}

/// The kind of a problem in words that do not change from one time to the next.
pub(super) const fn title(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotFound => "Not found",
        ErrorCode::MethodNotAllowed => "Method not allowed",
        ErrorCode::Conflict => "In conflict with what is there",
        ErrorCode::PreconditionFailed => "Changed meanwhile",
        ErrorCode::KeyReused => "Idempotency key reused",
        ErrorCode::UnsupportedMediaType => "Not read here",
        ErrorCode::TooLarge => "Too large",
        ErrorCode::InvalidToken | ErrorCode::InvalidClient => "Not authenticated",
        ErrorCode::InsufficientScope => "Scope not sufficient",
        ErrorCode::InsufficientUserAuthentication => "Sign-in too long ago",
        ErrorCode::AccessDenied => "Not allowed",
        ErrorCode::TooManyRequests => "Too many requests",
        ErrorCode::TemporarilyUnavailable => "Temporarily unavailable",
        ErrorCode::ServerError => "Server error",
        _ => "Invalid request",
    }
}

/// A refusal that is about one member or parameter.
pub(super) trait Named {
    /// Names it.
    fn of(self, field: &str) -> Refused;

    /// Names it, where there is one.
    fn about(self, field: Option<&str>) -> Refused;
}

impl Named for Refusal {
    fn of(self, field: &str) -> Refused {
        let mut refused = Refused::from(self);
        let detail = refused.refusal.description.to_string();
        refused.fields.push(FieldProblem { field: field.to_owned(), detail });
        refused
    }

    fn about(self, field: Option<&str>) -> Refused {
        match field {
            Some(field) => self.of(field),
            None => self.into(),
        }
    }
}

/// The address in the member `email`. What was sent is not repeated: addresses stay out of the log, and this one may be
/// anything.
pub(super) fn email_address(text: &str) -> Answer<EmailAddress> {
    text.parse().map_err(|e| Refusal::invalid_request(format!("the value of 'email' is {e}")).of("email"))
}
