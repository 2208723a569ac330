//! `POST /admin/users/invite`: invites people by mail to make an account.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::Here;
use super::messages::OperatorMessages;
use super::users::users_page;
use super::view::InviteOutcome;
use crate::domain::group::{GroupName, GroupNameError};
use crate::flows::sign_up::NewInvitation;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::see;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// The most addresses that are invited at once.
const MOST_AT_ONCE: usize = 100;

/// What became of the form.
#[derive(Default)]
pub(super) struct Invited {
    /// The addresses that were typed and not invited, one a line.
    pub(super) emails: String,
    /// The groups that were typed.
    pub(super) groups: String,
    /// What is wrong with them.
    pub(super) problem: Option<String>,
    /// What became of each of several addresses.
    pub(super) outcomes: Vec<InviteOutcome>,
}

/// The handler. One address is answered like every other form; of several the page says what became of each.
pub(in crate::http) async fn invite(form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    let CsrfForm { sender: operator, posted } = form;
    let (typed, groups) = (posted.text("email"), posted.text("groups").trim_ascii().to_owned());
    let emails = addresses(typed);
    let names = groups.split_ascii_whitespace().map(str::parse).collect::<Result<Vec<GroupName>, _>>();
    let t = OperatorMessages::of(operator.language);
    let problem = match (&names, emails.len()) {
        (_, 0) => Some(t.invitations.whom.to_owned()),
        (_, many) if many > MOST_AT_ONCE => {
            let (number, most) = (many.to_string(), MOST_AT_ONCE.to_string());
            Some(t.invitations.too_many.with(&[("number", &number), ("most", &most)]))
        }
        (Err(GroupNameError), _) => Some(t.invitations.wrong_group.to_owned()),
        _ => None,
    };
    if let Some(problem) = problem {
        return refused(&operator, Invited { emails: emails.join("\n"), groups, ..problem_of(t, &problem) }).await;
    }
    let names = names.unwrap_or_default();
    if let [one] = &emails[..] {
        return match invited(&operator, one, &names).await? {
            None => Ok(see(&Here::Users.after("invited"))),
            Some(problem) => {
                refused(&operator, Invited { emails: one.clone(), groups, ..problem_of(t, &problem) }).await
            }
        };
    }
    let mut outcomes = Vec::with_capacity(emails.len());
    for email in emails {
        let problem = invited(&operator, &email, &names).await?;
        outcomes.push(InviteOutcome { email, problem });
    }
    let left: Vec<&str> = outcomes.iter().filter(|one| one.problem.is_some()).map(|one| one.email.as_str()).collect();
    let all = left.len() == outcomes.len();
    let invited = Invited { emails: left.join("\n"), groups, outcomes, problem: None };
    let page = users_page(&operator, &Parameters::default(), invited).await?;
    Ok(page.with_status(if all { StatusCode::BAD_REQUEST } else { StatusCode::OK }).into_response())
}

/// Each address once, in the order in which they were typed.
fn addresses(typed: &str) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for one in typed.split(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | ';')).filter(|one| !one.is_empty()) {
        if !addresses.iter().any(|known| known.eq_ignore_ascii_case(one)) {
            addresses.push(one.to_owned());
        }
    }
    addresses
}

/// Invites one person, or says why that cannot be. What is not about the address goes to a page of its own.
async fn invited(operator: &Operator, email: &str, groups: &[GroupName]) -> Result<Option<String>, Refusal> {
    let t = OperatorMessages::of(operator.language);
    let Ok(email) = email.parse() else { return Ok(Some(t.invitations.not_an_address.to_owned())) };
    let new = NewInvitation { email, groups: groups.to_vec(), locale: None };
    match operator.edge.sign_ups().invite(new, &operator.actor()).await {
        Ok(_) => Ok(None),
        Err(error) => t.invite_problem(&error).map(Some).ok_or_else(|| error.into()),
    }
}

fn problem_of(t: &OperatorMessages, problem: &str) -> Invited {
    Invited { problem: Some(format!("{problem} {}", t.invitations.nobody)), ..Invited::default() }
}

async fn refused(operator: &Operator, invited: Invited) -> PageResult<Response> {
    let page = users_page(operator, &Parameters::default(), invited).await?;
    Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_invited_once_however_it_was_typed() {
        let typed = "ann@example.com\r\nBob@example.com; ann@example.com,\tbob@EXAMPLE.com nonsense\r\n\r\n";
        assert_eq!(addresses(typed), ["ann@example.com", "Bob@example.com", "nonsense"]);
        assert!(addresses(" \r\n").is_empty());
    }
}
