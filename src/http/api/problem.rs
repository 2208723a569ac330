//! What can go wrong in the management API, and naming what it was about.

use crate::domain::user::EmailAddress;
use crate::http::problem::FieldProblem;
use crate::http::reply::{Answer, Refused};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Every kind of problem of the management API, with advice.
pub(super) const KINDS: [(ErrorCode, &str); 18] = [
    (
        ErrorCode::InvalidRequest,
        "The request is not what the document says; `errors` names the member where one is at fault.",
    ),
    (ErrorCode::InvalidToken, "No access token, or one that is expired, revoked or meant for another audience."),
    (
        ErrorCode::DpopProofRefused,
        "The token is bound to a key (DPoP), and the proof beside it is missing, used before or wrong.",
    ),
    (ErrorCode::DpopNonceMissing, "The proof beside the token needs the nonce that `DPoP-Nonce` of the answer has."),
    (ErrorCode::InsufficientScope, "The token is good, its scope is not enough."),
    (
        ErrorCode::InsufficientUserAuthentication,
        "The portal's session is good for what is one's own; what only operators do wants a sign-in of the last 15 minutes.",
    ),
    (ErrorCode::AccessDenied, "The caller may not do this, or a change came from another site."),
    (ErrorCode::NotFound, "There is no such thing, or none that the caller may see."),
    (ErrorCode::Conflict, "What is there already stands in the way."),
    (ErrorCode::PreconditionFailed, "It was changed since it was read: read it again, then change it."),
    (ErrorCode::KeyReused, "The idempotency key belongs to another request."),
    (ErrorCode::MethodNotAllowed, "The address does not take this method; `Allow` says which it takes."),
    (ErrorCode::UnsupportedMediaType, "The body is JSON in another encoding than UTF-8, or packed."),
    (ErrorCode::RequestTimeout, "The body did not arrive in time."),
    (ErrorCode::TooLarge, "The body is larger than any request of this API."),
    (ErrorCode::TooManyRequests, "Too much at once; come back after `Retry-After` seconds."),
    (
        ErrorCode::TemporarilyUnavailable,
        "The server is overloaded or has lost its database; `Retry-After` says when to come back.",
    ),
    (ErrorCode::ServerError, "A fault of the server's; its log has the reason under `trace_id`."),
];

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

/// The address in the member `email`. The value is not quoted: addresses must not be logged.
pub(super) fn email_address(text: &str) -> Answer<EmailAddress> {
    text.parse().map_err(|e| Refusal::invalid_request(format!("the value of 'email' is {e}")).of("email"))
}
