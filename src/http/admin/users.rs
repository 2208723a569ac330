//! `/admin/users`: all accounts.

use axum::response::Response;

use super::frame::{Bar, Here};
use super::invite::Invited;
use super::messages::OperatorMessages;
use super::view::{InviteForm, PAGE, UsersPage};
use crate::domain::account_invitation::AccountInvitation;
use crate::domain::ids::UserId;
use crate::domain::listing::UserFilter;
use crate::flows::sign_up::InviteError;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::fields::{Query, cut, id, narrowed};
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::{address, see};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// `GET /admin/users`.
pub(in crate::http) async fn show(operator: Operator, Query(parameters): Query) -> PageResult {
    users_page(&operator, &parameters, Invited::default()).await
}

/// `POST /admin/users/withdraw`: takes an invitation back.
pub(in crate::http) async fn withdraw(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let email = posted.text("email").parse().map_err(|_| Refusal::from(InviteError::Unknown))?;
    operator.edge.sign_ups().withdraw(&email, &operator.actor()).await.map_err(Refusal::from)?;
    Ok(see(&Here::Users.after("withdrawn")))
}

fn notice(t: &OperatorMessages, done: &str) -> Option<&'static str> {
    match done {
        "deleted" => Some(t.accounts.deleted),
        "invited" => Some(t.invitations.sent),
        "withdrawn" => Some(t.invitations.withdrawn),
        _ => None,
    }
}

/// The page, with what became of the people who were to be invited.
pub(super) async fn users_page(operator: &Operator, parameters: &Parameters, invited: Invited) -> PageResult {
    let t = OperatorMessages::of(operator.language);
    let search = parameters.value("q").unwrap_or_default().trim_ascii();
    let state = parameters.value("state").unwrap_or_default();
    let filter = UserFilter { search: narrowed(parameters, "q")?, state: narrowed(parameters, "state")? };
    let before = id::<UserId>(parameters, "before").map(|id| id.to_string());
    let edge = &operator.edge;
    let mut users = edge.people().users_page(&operator.caller(), &filter, before.as_deref(), PAGE + 1).await?;
    let invitations = edge.sign_ups().open_invitations().await.map_err(Refusal::from)?;
    let withdraw =
        |one: &AccountInvitation| operator.form("/admin/users/withdraw").carrying("email", one.email.to_string());
    let to = |before: &str| address(Here::Users.href(), &[("q", search), ("state", state), ("before", before)]);
    let next = cut(&mut users, PAGE).map(|last| to(&last.id.to_string()));
    Ok(operator.page(&UsersPage {
        t,
        bar: Bar::of(operator, Here::Users),
        now: operator.now(),
        notice: operator.done.as_deref().and_then(|done| notice(t, done)),
        invite: InviteForm {
            form: operator.form("/admin/users/invite"),
            emails: invited.emails,
            groups: invited.groups,
            problem: invited.problem,
            outcomes: invited.outcomes,
        },
        invitations: invitations.into_iter().map(|one| (withdraw(&one), one)).collect(),
        search: search.to_owned(),
        state: state.to_owned(),
        users,
        first: before.map(|_| to("")),
        next,
    }))
}
