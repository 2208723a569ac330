//! `/account`: a person's sessions, and applications with access.

use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, query};
use super::flow::shown;
use super::page::page;
use super::problem::{problem_page, refused_page, stale_form_page};
use super::scopes::scope_lines;
use super::view::Problem;
use super::view::{Account, AccountNotice, ApplicationLine, DeleteAccount, DeleteProblem, SessionLine, WhichSession};
use super::view::{Message, MessagePage};
use super::visit::{Visit, see};
use crate::domain::ids::{ClientId, SessionId};
use crate::flows::sessions::AccountOverview;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::Refusal;

const LOGIN: &str = "/login?return_to=/account";

/// `GET /account`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let Some(person) = &visit.person else { return see(LOGIN) };
    let notice = query(&uri).ok().and_then(|parameters| match parameters.value("done") {
        Some("session") => Some(AccountNotice::SessionEnded),
        Some("application") => Some(AccountNotice::ApplicationRemoved),
        _ => None,
    });
    match account_page(&visit, person, notice).await {
        Ok(page) => visit.remembered(page),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `POST /account/sessions/{id}/end`.
pub(in crate::http) async fn end_session(Path(id): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let person = match allowed(&visit, &fields) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let Ok(session) = id.parse::<SessionId>() else { return problem_page(&visit, Problem::NotFound, None) };
    match visit.edge.sessions().end_session(person, session).await {
        Ok(()) => see("/account?done=session"),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `POST /account/applications/{client_id}/end`.
pub(in crate::http) async fn end_application(Path(id): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let person = match allowed(&visit, &fields) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let Ok(client_id) = id.parse::<ClientId>() else { return problem_page(&visit, Problem::NotFound, None) };
    match visit.edge.sessions().withdraw_access(person, &client_id).await {
        Ok(()) => see("/account?done=application"),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `POST /account/sign-out`.
pub(in crate::http) async fn sign_out(visit: Visit, Fields(fields): Fields) -> Response {
    let person = match allowed(&visit, &fields) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let done = visit.edge.sign_out().sign_out(person).await;
    ended(&visit, done, Message::SignedOut)
}

/// `POST /account/sign-out-everywhere`.
pub(in crate::http) async fn sign_out_everywhere(visit: Visit, Fields(fields): Fields) -> Response {
    let person = match allowed(&visit, &fields) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let done = visit.edge.sessions().sign_out_everywhere(person).await;
    ended(&visit, done, Message::SignedOutEverywhere)
}

/// `GET /account/delete`.
pub(in crate::http) async fn ask_delete(visit: Visit) -> Response {
    match &visit.person {
        Some(person) => delete_page(&visit, person, None),
        None => see(LOGIN),
    }
}

/// `POST /account/delete`: the address has to be typed, so that no account is deleted by mistake.
pub(in crate::http) async fn delete(visit: Visit, Fields(fields): Fields) -> Response {
    let person = match allowed(&visit, &fields) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let own = person.user.email.as_ref().map(crate::domain::user::EmailAddress::key);
    let typed = fields.value("email").map(|typed| typed.trim().to_ascii_lowercase());
    if typed.is_none() || typed != own {
        return delete_page(&visit, person, Some(DeleteProblem::AddressDiffers));
    }
    let done = visit.edge.people().delete_own_account(person).await;
    ended(&visit, done, Message::AccountDeleted)
}

/// The person must be signed in, and the form must have its valid token.
fn allowed<'a>(
    visit: &'a Visit,
    fields: &crate::protocol::parameters::Parameters,
) -> Result<&'a SignedInPerson, Box<Response>> {
    let Some(person) = &visit.person else { return Err(Box::new(see(LOGIN))) };
    if visit.sent_form(fields.value("csrf")) {
        return Ok(person);
    }
    Err(Box::new(stale_form_page(visit, "/account", None)))
}

fn ended(visit: &Visit, done: Result<(), Refusal>, message: Message) -> Response {
    match done {
        Ok(()) => {
            let t = visit.messages();
            visit.signed_out(page(&MessagePage { t, message, app: None, onward: None }).into_response())
        }
        Err(refusal) => refused_page(visit, &refusal),
    }
}

fn delete_page(visit: &Visit, person: &SignedInPerson, problem: Option<DeleteProblem>) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let view = DeleteAccount {
        t: visit.messages(),
        address: address(person),
        problem,
        form: visit.form("/account/delete"),
        back: "/account".to_owned(),
    };
    page(&view).with_status(status).into_response()
}

async fn account_page(
    visit: &Visit,
    person: &SignedInPerson,
    notice: Option<AccountNotice>,
) -> Result<Response, Refusal> {
    let AccountOverview { sessions, applications } = visit.edge.sessions().account_overview(person).await?;
    let session_line = |session: crate::domain::session::Session| SessionLine {
        began: session.created_at,
        last_seen: session.last_seen_at,
        which: if session.id == person.session.id { WhichSession::This } else { WhichSession::Other },
        end: visit.form(format!("/account/sessions/{}/end", session.id)),
        device: session.device,
    };
    let mut lines = Vec::with_capacity(applications.len());
    for access in applications {
        lines.push(ApplicationLine {
            app: shown(&access.application),
            scopes: scope_lines(visit, &access.scope).await?,
            since: access.since,
            end: visit.form(format!("/account/applications/{}/end", access.application.client_id)),
        });
    }
    let view = Account {
        t: visit.messages(),
        now: visit.now(),
        address: address(person),
        name: person.user.name.clone(),
        notice,
        sessions: sessions.into_iter().map(session_line).collect(),
        applications: lines,
        sign_out: visit.form("/account/sign-out"),
        sign_out_everywhere: visit.form("/account/sign-out-everywhere"),
        delete: "/account/delete".to_owned(),
    };
    Ok(page(&view).into_response())
}

fn address(person: &SignedInPerson) -> String {
    person.user.email.as_ref().map(ToString::to_string).unwrap_or_default()
}
