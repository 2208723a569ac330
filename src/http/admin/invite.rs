//! `POST /admin/users/invite`: invites people by mail to make an account.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::Here;
use super::users::users_page;
use super::view::InviteOutcome;
use crate::domain::group::GroupName;
use crate::domain::user::EmailAddress;
use crate::flows::sign_up::NewInvitation;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::see;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

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
    let problem = match (&names, emails.len()) {
        (_, 0) => Some("Type an address, or several, one a line".to_owned()),
        (_, many) if many > MOST_AT_ONCE => {
            Some(format!("These are {many} addresses; at most {MOST_AT_ONCE} go at once"))
        }
        (Err(wrong), _) => Some(sentence(&wrong.to_string())),
        _ => None,
    };
    if let Some(problem) = problem {
        return refused(&operator, Invited { emails: emails.join("\n"), groups, ..problem_of(&problem) }).await;
    }
    let names = names.unwrap_or_default();
    if let [one] = &emails[..] {
        return match invited(&operator, one, &names).await? {
            None => Ok(see(&Here::Users.after("invited"))),
            Some(problem) => refused(&operator, Invited { emails: one.clone(), groups, ..problem_of(&problem) }).await,
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
    for one in typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|one| !one.is_empty()) {
        if !addresses.iter().any(|known| known.eq_ignore_ascii_case(one)) {
            addresses.push(one.to_owned());
        }
    }
    addresses
}

/// Invites one person, or says why that cannot be. What is not about the address goes to a page of its own.
async fn invited(operator: &Operator, email: &str, groups: &[GroupName]) -> Result<Option<String>, Refusal> {
    let email: EmailAddress = match email.parse() {
        Ok(email) => email,
        Err(wrong) => return Ok(Some(sentence(&format!("what was typed is {wrong}")))),
    };
    let new = NewInvitation { email, groups: groups.to_vec(), locale: None };
    match operator.edge.sign_ups().invite(new, &operator.actor()).await.map_err(Refusal::from) {
        Ok(_) => Ok(None),
        Err(refusal)
            if matches!(refusal.code, ErrorCode::InvalidRequest | ErrorCode::Conflict | ErrorCode::NotFound) =>
        {
            Ok(Some(sentence(&refusal.description)))
        }
        Err(refusal) => Err(refusal),
    }
}

fn problem_of(problem: &str) -> Invited {
    Invited { problem: Some(format!("{problem}. Nobody was invited.")), ..Invited::default() }
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
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
