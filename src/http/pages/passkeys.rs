//! `/account/passkeys`: a person's passkeys.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::account::{Wrong, account_page, names_of};
use super::csrf_form::CsrfForm;
use super::page_error::{PageError, PageResult};
use super::posted_form::PostedForm;
use super::problem::problem_page;
use super::view::{AddPasskeyProblem, PasskeyButton, PasskeyLine, Problem};
use super::viewer::{FreshViewer, Viewer};
use super::visit::see;
use crate::domain::ids::PasskeyId;
use crate::domain::passkey::{MOST_PASSKEYS, Passkey, PasskeyName};
use crate::flows::passkeys::{AddPasskeyError, NewPasskey};
use crate::http::reply::{json_no_store, report_refusal};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Where the options for a new passkey are.
pub(super) const ADD_OPTIONS: &str = "/account/passkeys/options";

/// `POST /account/passkeys/options`: what the page's script asks the browser for.
pub(in crate::http) async fn ask(form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let viewer = form.sender;
    match viewer.edge.passkeys().ask_to_register(&viewer.person, &viewer.browser).await {
        Ok(options) => Ok(json_no_store(&options)),
        Err(AddPasskeyError::Refused(refusal)) => Err(refusal.into()),
        Err(error @ AddPasskeyError::TooMany) => Err(Refusal::new(ErrorCode::Conflict, error.to_string()).into()),
    }
}

/// `POST /account/passkeys`: what the browser answered.
pub(in crate::http) async fn add(form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    match add_from(&viewer, &posted).await {
        Ok(()) => Ok(see("/account?done=passkey")),
        Err(AddPasskeyError::TooMany) => with_problem(&viewer, AddPasskeyProblem::TooMany).await,
        Err(AddPasskeyError::Refused(refusal)) if refusal.code == ErrorCode::PasskeyRefused => {
            Ok(report_refusal(&refusal, with_problem(&viewer, AddPasskeyProblem::Refused).await?))
        }
        Err(AddPasskeyError::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Adds the passkey in a form, called after the browser that it was made in.
pub(super) async fn add_from(viewer: &Viewer, posted: &PostedForm) -> Result<(), AddPasskeyError> {
    let browser = viewer.messages().device(&viewer.requester.device);
    let name = browser
        .parse()
        .map_err(|e: crate::domain::passkey::PasskeyNameError| Refusal::invalid_request(e.to_string()))?;
    let new = NewPasskey { answer: posted.text("credential"), name };
    viewer.edge.passkeys().register(&viewer.person, &viewer.browser, new).await
}

/// `POST /account/passkeys/{id}/name`.
pub(in crate::http) async fn rename(Path(id): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let Ok(name) = posted.text("name").parse::<PasskeyName>() else {
        return with_problem(&viewer, AddPasskeyProblem::NoName).await;
    };
    viewer.edge.passkeys().rename_own(&viewer.person, passkey_id(&viewer, &id)?, &name).await?;
    Ok(see("/account?done=passkey-name"))
}

/// `POST /account/passkeys/{id}/remove`.
pub(in crate::http) async fn remove(Path(id): Path<String>, form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let viewer = form.sender;
    viewer.edge.passkeys().remove_own(&viewer.person, passkey_id(&viewer, &id)?).await?;
    Ok(see("/account?done=passkey-gone"))
}

fn passkey_id(viewer: &Viewer, id: &str) -> Result<PasskeyId, PageError> {
    id.parse().map_err(|_| problem_page(viewer, Problem::NotFound, None))
}

async fn with_problem(viewer: &Viewer, problem: AddPasskeyProblem) -> PageResult<Response> {
    let page = account_page(viewer, names_of(viewer), Wrong::Passkey(problem)).await?;
    Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
}

/// The lines of the account page, and the button that adds one, if there can be one more.
pub(super) async fn shown(viewer: &Viewer) -> Result<(Vec<PasskeyLine>, Option<PasskeyButton>), Refusal> {
    let passkeys = viewer.edge.passkeys().passkeys_of(viewer.person.user.id).await?;
    let more = viewer.edge.passkeys().are_possible() && passkeys.len() < MOST_PASSKEYS;
    let button = || PasskeyButton { ask: ADD_OPTIONS, form: viewer.form("/account/passkeys") };
    Ok((passkeys.iter().map(|passkey| line(viewer, passkey)).collect(), more.then(button)))
}

fn line(viewer: &Viewer, passkey: &Passkey) -> PasskeyLine {
    let form = |what: &str| viewer.form(format!("/account/passkeys/{}/{what}", passkey.id));
    PasskeyLine {
        id: passkey.id.to_string(),
        added: passkey.created_at,
        last_used: passkey.last_used_at,
        backed_up: passkey.backed_up,
        rename: form("name"),
        remove: form("remove"),
        name: passkey.name.to_string(),
    }
}
