//! Pages that say no, and what to do about it.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse as _, Response};

use super::page::page;
use super::view::{App, Link};
use super::view::{ErrorPage, Problem};
use super::visit::{Visit, sign_in_anew};
use crate::http::reply::{told, whole_seconds};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// A refusal that is shown to the person because there is nobody else to tell.
pub(in crate::http) fn refused_page(visit: &Visit, refusal: &Refusal) -> Response {
    if refusal.code == ErrorCode::InsufficientUserAuthentication {
        return told(refusal, sign_in_anew(&visit.path));
    }
    let problem = match (refusal.code.status(), refusal.retry_after) {
        (429, wait) => Problem::TooMany { wait: wait.unwrap_or_default() },
        (503, _) => Problem::Unavailable,
        (500.., _) => Problem::Broken,
        (404, _) => Problem::NotFound,
        (403, _) => Problem::AccountDisabled,
        _ => Problem::BadRequest,
    };
    let view = ErrorPage {
        t: visit.texts(),
        problem,
        app: None,
        sentence: refusal.description.clone().into_owned(),
        code: refusal.code.name().to_owned(),
        trace_id: visit.requester.trace_id.clone(),
        onward: None,
    };
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    told(refusal, waiting(page(&view).with_status(status).into_response(), refusal.retry_after))
}

/// The answer, with the time after which it would be another (RFC 6585 §4).
pub(super) fn waiting(mut response: Response, wait: Option<Duration>) -> Response {
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait));
    }
    response
}

/// A page for something that went the way it sometimes does: a link too old, a cookie gone.
pub(in crate::http) fn problem_page(visit: &Visit, problem: Problem, app: Option<App>) -> Response {
    let onward = Some(Link { href: "/login".to_owned(), text: visit.texts().check_mail.start_again.to_owned() });
    let view = ErrorPage {
        t: visit.texts(),
        problem,
        app,
        sentence: String::new(),
        code: String::new(),
        trace_id: visit.requester.trace_id.clone(),
        onward,
    };
    page(&view).with_status(StatusCode::BAD_REQUEST).into_response()
}
