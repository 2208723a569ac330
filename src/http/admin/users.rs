//! `/admin/users`: all accounts.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here};
use super::view::{InviteForm, PAGE, UsersPage};
use crate::domain::account_invitation::AccountInvitation;
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::listing::UserFilter;
use crate::flows::sign_up::{InviteError, NewInvitation};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::fields::{Query, cut, id, narrowed};
use crate::http::pages::messages::Messages;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::{address, see};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `GET /admin/users`.
pub(in crate::http) async fn show(operator: Operator, Query(parameters): Query) -> PageResult {
    users_page(&operator, &parameters, RefusedInvitation::default()).await
}

/// `POST /admin/users/invite`: invites a person by mail to make an account.
pub(in crate::http) async fn invite(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let (email, groups) = (posted.text("email").trim_ascii().to_owned(), posted.text("groups").trim_ascii().to_owned());
    let problem = match (email.parse(), groups.split_ascii_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>())
    {
        (Ok(address), Ok(names)) => {
            let new = NewInvitation { email: address, groups: names, locale: None };
            operator.edge.sign_ups().invite(new, &operator.actor()).await.err().map(Refusal::from)
        }
        (Err(wrong), _) => Some(Refusal::invalid_request(format!("what was typed is {wrong}"))),
        (_, Err(wrong)) => Some(Refusal::invalid_request(wrong.to_string())),
    };
    let Some(refusal) = problem else { return Ok(see(&Here::Users.after("invited"))) };
    if !matches!(refusal.code, ErrorCode::InvalidRequest | ErrorCode::Conflict | ErrorCode::NotFound) {
        return Err(refusal.into());
    }
    let mut problem = refusal.description.into_owned();
    problem[..1].make_ascii_uppercase();
    let refused = RefusedInvitation { email, groups, problem: Some(format!("{problem}. Nobody was invited.")) };
    let page = users_page(&operator, &Parameters::default(), refused).await?;
    Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
}

/// `POST /admin/users/withdraw`: takes an invitation back.
pub(in crate::http) async fn withdraw(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let email = posted.text("email").parse().map_err(|_| Refusal::from(InviteError::Unknown))?;
    operator.edge.sign_ups().withdraw(&email, &operator.actor()).await.map_err(Refusal::from)?;
    Ok(see(&Here::Users.after("withdrawn")))
}

/// The form that invites a person, as it was posted, and what is wrong with it.
#[derive(Default)]
struct RefusedInvitation {
    email: String,
    groups: String,
    problem: Option<String>,
}

fn notice(done: &str) -> Option<&'static str> {
    match done {
        "deleted" => Some("The account is deleted."),
        "invited" => Some("The invitation is on its way. Signing in with that address makes the account."),
        "withdrawn" => Some("The invitation is taken back."),
        _ => None,
    }
}

async fn users_page(operator: &Operator, parameters: &Parameters, refused: RefusedInvitation) -> PageResult {
    let search = parameters.value("q").unwrap_or_default().trim();
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
        t: Messages::of(Language::English),
        bar: Bar::of(operator, Here::Users),
        now: operator.now(),
        notice: operator.done.as_deref().and_then(notice),
        invite: InviteForm {
            form: operator.form("/admin/users/invite"),
            email: refused.email,
            groups: refused.groups,
            problem: refused.problem,
        },
        invitations: invitations.into_iter().map(|one| (withdraw(&one), one)).collect(),
        search: search.to_owned(),
        state: state.to_owned(),
        users,
        first: before.map(|_| to("")),
        next,
    }))
}
