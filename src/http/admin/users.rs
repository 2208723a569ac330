//! `/admin/users`: all accounts.

use super::frame::{Bar, Here};
use super::view::{PAGE, UsersPage};
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::listing::UserFilter;
use crate::http::pages::fields::{Query, cut, id, narrowed};
use crate::http::pages::messages::Messages;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Operator;
use crate::http::pages::visit::address;

/// `GET /admin/users`.
pub(in crate::http) async fn show(operator: Operator, Query(parameters): Query) -> PageResult {
    let search = parameters.value("q").unwrap_or_default().trim();
    let state = parameters.value("state").unwrap_or_default();
    let filter = UserFilter { search: narrowed(&parameters, "q")?, state: narrowed(&parameters, "state")? };
    let before = id::<UserId>(&parameters, "before").map(|id| id.to_string());
    let edge = &operator.edge;
    let mut users = edge.people().users_page(&operator.caller(), &filter, before.as_deref(), PAGE + 1).await?;
    let to = |before: &str| address(Here::Users.href(), &[("q", search), ("state", state), ("before", before)]);
    let next = cut(&mut users, PAGE).map(|last| to(&last.id.to_string()));
    Ok(operator.page(&UsersPage {
        t: Messages::of(Language::English),
        bar: Bar::of(&operator, Here::Users),
        now: operator.now(),
        notice: (operator.done.as_deref() == Some("deleted")).then_some("The account is deleted."),
        search: search.to_owned(),
        state: state.to_owned(),
        users,
        first: before.map(|_| to("")),
        next,
    }))
}
