//! `/account/address` and `/account/undo`: the account gets another address, and gets the old one back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::csrf_form::CsrfForm;
use super::fields::Fields;
use super::page_error::PageResult;
use super::problem::problem_page;
use super::view::{AddressProblem, ChangeAddress, ConfirmAddress, Message, MessagePage, Problem, UndoAddress};
use super::viewer::{FreshViewer, Viewer};
use super::visit::{Visit, see};
use crate::domain::one_time::{AddressToken, UndoToken};
use crate::domain::user::EmailAddress;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `GET /account/address`.
pub(in crate::http) async fn ask(viewer: FreshViewer) -> Response {
    change_page(&viewer, String::new(), None)
}

/// `POST /account/address`: sends a link to the new address.
pub(in crate::http) async fn send(form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let typed = posted.text("email").trim_ascii().to_owned();
    let Ok(new) = typed.parse::<EmailAddress>() else {
        return Ok(change_page(&viewer, typed, Some(AddressProblem::NoAddress)));
    };
    let from = (&viewer.browser, &viewer.requester);
    match viewer.edge.address_changes().ask(&viewer.person, new, from).await {
        Ok(()) => Ok(see("/account?done=address-asked")),
        Err(refusal) if refusal.code == ErrorCode::InvalidRequest => {
            Ok(change_page(&viewer, typed, Some(AddressProblem::Same)))
        }
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after: Some(wait), .. }) => {
            Ok(change_page(&viewer, typed, Some(AddressProblem::TooMany { wait })))
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /account/address/{token}`: the link in the mail to the new address. Opening it changes nothing.
pub(in crate::http) async fn show_link(Path(token): Path<String>, viewer: Viewer) -> PageResult<Response> {
    let token = address_token(&viewer, &token)?;
    let Some(change) = viewer.edge.address_changes().to_be_made(&viewer.person, &token).await? else {
        return Ok(over(&viewer));
    };
    let view = ConfirmAddress {
        t: viewer.messages(),
        old: viewer.address(),
        new: change.new.to_string(),
        form: viewer.form(format!("/account/address/{}", token.expose())),
        back: "/account".to_owned(),
    };
    Ok(viewer.page(&view).into_response())
}

/// `POST /account/address/{token}`: the button.
pub(in crate::http) async fn confirm(Path(token): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let token = address_token(&viewer, &token)?;
    match viewer.edge.address_changes().make(&viewer.person, &token).await {
        Ok(()) => Ok(see("/account?done=address-changed")),
        Err(refusal) if refusal.code == ErrorCode::NotFound => Ok(over(&viewer)),
        Err(other) => Err(other.into()),
    }
}

/// `GET /account/undo/{token}`: the link in the mail to the old address. It works without signing in, and opening it
/// changes nothing, because mail scanners follow links.
pub(in crate::http) async fn show_undo(Path(token): Path<String>, visit: Visit) -> PageResult<Response> {
    let token = undo_token(&visit, &token)?;
    let Some(change) = visit.edge.address_changes().to_be_undone(&token).await? else { return Ok(over(&visit)) };
    let view = UndoAddress {
        t: visit.messages(),
        old: change.old.to_string(),
        form: visit.form(format!("/account/undo/{}", token.expose())),
    };
    Ok(visit.page(&view).into_response())
}

/// `POST /account/undo/{token}`: the button.
pub(in crate::http) async fn undo(
    Path(token): Path<String>,
    visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    let token = undo_token(&visit, &token)?;
    visit.check_form(fields.value("csrf"), &format!("/account/undo/{}", token.expose()), None)?;
    match visit.edge.address_changes().undo(&token).await {
        Ok(()) => Ok(told(&visit, Message::AddressRestored, StatusCode::OK)),
        Err(refusal) if refusal.code == ErrorCode::NotFound => Ok(over(&visit)),
        Err(other) => Err(other.into()),
    }
}

fn address_token(visit: &Visit, token: &str) -> PageResult<AddressToken> {
    token.parse().map_err(|_| problem_page(visit, Problem::NotFound, None))
}

fn undo_token(visit: &Visit, token: &str) -> PageResult<UndoToken> {
    token.parse().map_err(|_| problem_page(visit, Problem::NotFound, None))
}

fn over(visit: &Visit) -> Response {
    told(visit, Message::AddressLinkOver, StatusCode::GONE)
}

fn told(visit: &Visit, message: Message, status: StatusCode) -> Response {
    let view = MessagePage { t: visit.messages(), message, app: None, onward: None };
    visit.page(&view).with_status(status).into_response()
}

fn change_page(viewer: &Viewer, typed: String, problem: Option<AddressProblem>) -> Response {
    let status = match problem {
        None => StatusCode::OK,
        Some(AddressProblem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let view = ChangeAddress {
        t: viewer.messages(),
        address: viewer.address(),
        typed,
        problem,
        form: viewer.form("/account/address"),
        back: "/account".to_owned(),
    };
    viewer.page(&view).with_status(status).into_response()
}
