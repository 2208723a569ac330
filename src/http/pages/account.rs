//! `/account`: a person's sessions, and applications with access.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::account_events;
use super::attribute_fields::{Refused, attribute_fields, read_attributes};
use super::csrf_form::CsrfForm;
use super::flow::shown;
use super::page::page;
use super::page_error::PageResult;
use super::passkeys;
use super::problem::problem_page;
use super::scopes::scope_lines;
use super::upstreams;
use super::view::{
    Account, AccountNotice, AddPasskeyProblem, ApplicationLine, DeleteAccount, DeleteProblem, NameProblem, Names,
};
use super::view::{Link, Message, MessagePage, Problem, SessionLine, WhichSession};
use super::viewer::{FreshViewer, Viewer};
use super::visit::see;
use crate::domain::application::Application;
use crate::domain::attribute::Editor;
use crate::domain::ids::{ClientId, SessionId};
use crate::domain::session::Session;
use crate::domain::user::{EmailAddress, ProfileError};
use crate::domain::username::UsernameError;
use crate::flows::people::{ManageUserError, OwnProfile};
use crate::flows::sessions::AccountOverview;
use crate::protocol::refusal::Refusal;

/// `GET /account`.
pub(in crate::http) async fn show(viewer: Viewer) -> PageResult {
    account_page(&viewer, names_of(&viewer), Wrong::Nothing).await
}

/// What stands in the fields of the names, unless something else was typed.
pub(super) fn names_of(viewer: &Viewer) -> Names {
    let user = &viewer.person.user;
    Names {
        name: user.name.clone().unwrap_or_default(),
        username: user.username.as_ref().map(ToString::to_string).unwrap_or_default(),
        locale: user.locale.clone().unwrap_or_default(),
        problem: None,
    }
}

/// What was wrong with what was sent, besides the names.
pub(super) enum Wrong<'a> {
    Nothing,
    Attribute(&'a Refused<'a>),
    Passkey(AddPasskeyProblem),
}

/// The page, with what was wrong with what was sent.
pub(super) async fn account_page(viewer: &Viewer, names: Names, wrong: Wrong<'_>) -> PageResult {
    let (refused, passkey_problem) = match wrong {
        Wrong::Nothing => (None, None),
        Wrong::Attribute(refused) => (Some(refused), None),
        Wrong::Passkey(problem) => (None, Some(problem)),
    };
    let (user, schema) = (&viewer.person.user, viewer.edge.people().attribute_schema());
    let fields = attribute_fields(viewer.messages(), &schema, user, Editor::Person, refused);
    let AccountOverview { sessions, applications } =
        viewer.edge.sessions().account_overview(&viewer.person.user).await?;
    let mut lines = Vec::with_capacity(applications.len());
    for access in applications {
        lines.push(ApplicationLine {
            app: shown(&access.application),
            host: access.application.client_id.document().map(|document| document.host().to_owned()),
            scopes: scope_lines(viewer, &access.scope).await?,
            since: access.since,
            end: viewer.form(format!("/account/applications/{}/end", access.application.client_id.in_path())),
        });
    }
    let (passkeys, add_passkey) = passkeys::shown(viewer).await?;
    let (identities, upstreams) = upstreams::shown(viewer).await?;
    let leaves = !upstreams.is_empty();
    let page = viewer.page(&Account {
        t: viewer.messages(),
        now: viewer.now(),
        address: viewer.address(),
        name: viewer.person.user.name.clone(),
        names,
        fields,
        notice: viewer.done.as_deref().and_then(notice),
        launcher: launcher(viewer).await?,
        events: account_events::shown(viewer).await?,
        sessions: sessions.into_iter().map(|session| session_line(viewer, session)).collect(),
        applications: lines,
        passkeys,
        add_passkey,
        passkey_problem,
        identities,
        upstreams,
        rename: viewer.form("/account/name"),
        describe: viewer.form("/account/attributes"),
        sign_out: viewer.form("/account/sign-out"),
        sign_out_everywhere: viewer.form("/account/sign-out-everywhere"),
        change_address: "/account/address".to_owned(),
        export: "/account/export".to_owned(),
        delete: "/account/delete".to_owned(),
    });
    let page = page.asking();
    Ok(if leaves { page.leaving() } else { page })
}

/// The applications that the person may use and that say where people begin.
async fn launcher(viewer: &Viewer) -> Result<Vec<Link>, Refusal> {
    let issuer = viewer.edge.config().server.issuer.as_str();
    let applications = viewer.edge.groups().applications_to_begin_at(&viewer.person.user).await?;
    let link = |application: &Application| {
        Some(Link { href: application.begins_at(issuer)?, text: shown(application).called() })
    };
    Ok(applications.iter().filter_map(link).collect())
}

fn notice(done: &str) -> Option<AccountNotice> {
    match done {
        "session" => Some(AccountNotice::SessionEnded),
        "application" => Some(AccountNotice::ApplicationRemoved),
        "address-asked" => Some(AccountNotice::AddressAsked),
        "address-changed" => Some(AccountNotice::AddressChanged),
        "name" => Some(AccountNotice::NameChanged),
        "passkey" => Some(AccountNotice::PasskeyAdded),
        "passkey-gone" => Some(AccountNotice::PasskeyRemoved),
        "upstream-gone" => Some(AccountNotice::Disconnected),
        "passkey-name" => Some(AccountNotice::PasskeyRenamed),
        _ => None,
    }
}

fn session_line(viewer: &Viewer, session: Session) -> SessionLine {
    SessionLine {
        began: session.created_at,
        last_seen: session.last_seen_at,
        which: if session.id == viewer.person.session.id { WhichSession::This } else { WhichSession::Other },
        end: viewer.form(format!("/account/sessions/{}/end", session.id)),
        device: session.device,
    }
}

/// `POST /account/sessions/{id}/end`.
pub(in crate::http) async fn end_session(Path(id): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let session: SessionId = id.parse().map_err(|_| problem_page(&viewer, Problem::NotFound, None))?;
    viewer.edge.sessions().end_session(&viewer.person, session).await?;
    Ok(see("/account?done=session"))
}

/// `POST /account/applications/{client_id}/end`.
pub(in crate::http) async fn end_application(Path(id): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let client_id: ClientId = id.parse().map_err(|_| problem_page(&viewer, Problem::NotFound, None))?;
    viewer.edge.sessions().withdraw_access(&viewer.person, &client_id).await?;
    Ok(see("/account?done=application"))
}

/// `POST /account/name`: what applications are told that one is called, and the language of pages and mails.
pub(in crate::http) async fn rename(form: CsrfForm<Viewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let (name, username) = (posted.text("name").trim_ascii(), posted.text("username").trim_ascii());
    let known = &viewer.person.user;
    let locale = if posted.has("locale") { posted.text("locale") } else { known.locale.as_deref().unwrap_or_default() };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let problem = match given(username).map(|username| username.parse()).transpose() {
        Err(UsernameError) => NameProblem::NoUsername,
        Ok(username) => {
            let own = OwnProfile { name: given(name), username, locale: given(locale), ..OwnProfile::of(known) };
            match viewer.edge.people().change_oneself(known, own).await {
                Ok(()) => return Ok(see("/account?done=name")),
                Err(ManageUserError::Profile(ProfileError::Name)) => NameProblem::NoName,
                Err(ManageUserError::UsernameTaken) => NameProblem::Taken,
                Err(other) => return Err(Refusal::from(other).into()),
            }
        }
    };
    let names = Names {
        name: name.to_owned(),
        username: username.to_owned(),
        locale: locale.to_owned(),
        problem: Some(problem),
    };
    Ok(account_page(&viewer, names, Wrong::Nothing).await?.with_status(StatusCode::BAD_REQUEST).into_response())
}

/// `POST /account/attributes`: what else one says of oneself.
pub(in crate::http) async fn describe(form: CsrfForm<Viewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let (people, known) = (viewer.edge.people(), &viewer.person.user);
    let error = match read_attributes(&people.attribute_schema(), known, Editor::Person, &posted) {
        Err(error) => error,
        Ok(attributes) => {
            match people.change_oneself(known, OwnProfile { attributes, ..OwnProfile::of(known) }).await {
                Ok(()) => return Ok(see("/account?done=name")),
                Err(ManageUserError::Attribute(error)) => error,
                Err(other) => return Err(Refusal::from(other).into()),
            }
        }
    };
    let refused = Refused { typed: &posted, error: &error };
    let page = account_page(&viewer, names_of(&viewer), Wrong::Attribute(&refused)).await?;
    Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
}

/// `POST /account/sign-out`.
pub(in crate::http) async fn sign_out(form: CsrfForm<Viewer>) -> PageResult<Response> {
    form.sender.edge.sign_out().sign_out(form.sender.person.session.id).await?;
    Ok(ended(&form.sender, Message::SignedOut))
}

/// `POST /account/sign-out-everywhere`.
pub(in crate::http) async fn sign_out_everywhere(form: CsrfForm<Viewer>) -> PageResult<Response> {
    form.sender.edge.sessions().sign_out_everywhere(&form.sender.person).await?;
    Ok(ended(&form.sender, Message::SignedOutEverywhere))
}

/// `GET /account/delete`.
pub(in crate::http) async fn ask_delete(viewer: FreshViewer) -> Response {
    delete_page(&viewer, None)
}

/// `POST /account/delete`: the address has to be typed, so that no account is deleted by mistake.
pub(in crate::http) async fn delete(form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let address = posted.text("email").trim_ascii().to_ascii_lowercase();
    if viewer.person.user.email.as_ref().map(EmailAddress::key) != Some(address) {
        return Ok(delete_page(&viewer, Some(DeleteProblem::AddressDiffers)));
    }
    viewer.edge.people().delete_own_account(&viewer.person).await?;
    Ok(ended(&viewer, Message::AccountDeleted))
}

fn ended(viewer: &Viewer, message: Message) -> Response {
    let t = viewer.messages();
    viewer.signed_out(page(&MessagePage { t, message, app: None, onward: None }).into_response())
}

fn delete_page(viewer: &Viewer, problem: Option<DeleteProblem>) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let view = DeleteAccount {
        t: viewer.messages(),
        address: viewer.address(),
        problem,
        form: viewer.form("/account/delete"),
        back: "/account".to_owned(),
    };
    viewer.page(&view).with_status(status).into_response()
}
