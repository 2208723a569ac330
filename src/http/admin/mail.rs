//! `/admin/mail`: mail that was not delivered.

use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, operator};
use super::view::MailPage;
use crate::domain::language::Language;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::page_or_refusal;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

/// `GET /admin/mail`.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    let person = match operator(&visit, Here::Mail.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    page_or_refusal(&visit, listed(&visit, person).await)
}

async fn listed(visit: &Visit, person: &SignedInPerson) -> Result<Response, Refusal> {
    let view = MailPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Mail),
        mails: visit.edge.mail().unsent_mail(&caller(person)).await?,
        now: visit.now(),
    };
    Ok(page(&view).into_response())
}
