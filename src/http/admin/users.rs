//! `/admin/users`: all accounts.

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, operator};
use super::view::{PAGE, UsersPage};
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::listing::UserFilter;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::{id, narrowed, query};
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::page_or_refusal;
use crate::http::pages::visit::{Visit, address};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/users`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Users.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let listed = match query(&uri) {
        Ok(parameters) => list(&visit, person, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    page_or_refusal(&visit, listed)
}

async fn list(visit: &Visit, person: &SignedInPerson, parameters: &Parameters) -> Result<Response, Refusal> {
    let search = parameters.value("q").unwrap_or_default().trim();
    let state = parameters.value("state").unwrap_or_default();
    let filter = UserFilter { search: narrowed(parameters, "q")?, state: narrowed(parameters, "state")? };
    let before = id::<UserId>(parameters, "before").map(|id| id.to_string());
    let edge = &visit.edge;
    let mut found = edge.people().users_page(&caller(person), &filter, before.as_deref(), PAGE + 1).await?;
    let more = found.len() > usize::from(PAGE);
    found.truncate(usize::from(PAGE));
    let last = found.last().map(|last| last.id.to_string()).filter(|_| more).unwrap_or_default();
    let to = |before: &str| address(Here::Users.href(), &[("q", search), ("state", state), ("before", before)]);
    let view = UsersPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Users),
        now: visit.now(),
        notice: (parameters.value("done") == Some("deleted")).then_some("The account is deleted."),
        search: search.to_owned(),
        state: state.to_owned(),
        users: found,
        first: before.map(|_| to("")),
        next: more.then(|| to(&last)),
    };
    Ok(page(&view).into_response())
}
