//! Pages that show a refusal, with advice.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse as _, Response};

use super::messages::Messages;
use super::page::page;
use super::page_error::PageError;
use super::place::Place;
use super::view::{App, Link};
use super::view::{ErrorPage, Problem};
use super::visit::Visit;
use crate::http::reply::{report_refusal, whole_seconds};
use crate::protocol::refusal::Refusal;

/// A refusal that is shown to the person because it cannot go to the application.
pub(super) fn refused_at(place: Place, (t, trace_id): (&'static Messages, &str), refusal: &Refusal) -> Response {
    let problem = match (refusal.code.status(), refusal.retry_after, place) {
        (429, wait, _) => Problem::TooMany { wait: wait.unwrap_or_default() },
        (503, ..) => Problem::Unavailable,
        (500.., ..) => Problem::Broken,
        (404, ..) => Problem::NotFound,
        (421, ..) => Problem::Mistake,
        (403, _, Place::SignIn) => Problem::AccountDisabled,
        (403, _, Place::Own) => Problem::NotAllowed,
        (_, _, Place::SignIn) => Problem::BadRequest,
        (_, _, Place::Own) => Problem::Mistake,
    };
    let view = ErrorPage {
        t,
        problem,
        app: None,
        sentence: refusal.description.clone().into_owned(),
        code: refusal.code.name().to_owned(),
        trace_id: trace_id.to_owned(),
        onward: None,
    };
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    report_refusal(refusal, waiting(page(&view).with_status(status).into_response(), refusal.retry_after))
}

/// A form that was not shown in this browser, or not in this session: it may be another site's, so nothing is done.
/// `again` is where it is shown.
pub(super) fn stale_form_page(visit: &Visit, again: &str, app: Option<App>) -> PageError {
    let problem = if visit.known { Problem::FormTooOld } else { Problem::BrowserLost };
    let onward = Link { href: again.to_owned(), text: visit.messages().error.open_again.to_owned() };
    explained(visit, problem, app, (onward, StatusCode::FORBIDDEN))
}

/// A page for something that went the way it sometimes does: a link too old, a cookie gone.
pub(super) fn problem_page(visit: &Visit, problem: Problem, app: Option<App>) -> PageError {
    let onward = Link { href: "/login".to_owned(), text: visit.messages().check_mail.start_again.to_owned() };
    explained(visit, problem, app, (onward, StatusCode::BAD_REQUEST))
}

/// A refusal that an application which nobody here has checked is told only if the person goes there: what it asks
/// for could be meant to be refused, so that an address of this server leads to its own (RFC 9700 §4.11.2).
pub(super) fn unchecked_page(visit: &Visit, app: App, refusal: &Refusal, back: Option<String>) -> PageError {
    let view = ErrorPage {
        t: visit.messages(),
        problem: Problem::Unchecked,
        app: Some(app),
        sentence: refusal.description.clone().into_owned(),
        code: refusal.code.name().to_owned(),
        trace_id: visit.requester.trace_id.clone(),
        onward: back.map(|href| Link { href, text: visit.messages().no_access.back.to_owned() }),
    };
    let response = visit.page(&view).leaving().with_status(StatusCode::BAD_REQUEST).into_response();
    PageError::explained(report_refusal(refusal, response))
}

fn explained(visit: &Visit, problem: Problem, app: Option<App>, (onward, status): (Link, StatusCode)) -> PageError {
    let view = ErrorPage {
        t: visit.messages(),
        problem,
        app,
        sentence: String::new(),
        code: String::new(),
        trace_id: visit.requester.trace_id.clone(),
        onward: Some(onward),
    };
    PageError::explained(visit.page(&view).with_status(status))
}

/// The answer, with the time after which it would be another (RFC 6585 §4).
pub(super) fn waiting(mut response: Response, wait: Option<Duration>) -> Response {
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, whole_seconds(wait));
    }
    response
}
