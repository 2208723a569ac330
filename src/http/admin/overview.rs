//! `/admin`: numbers, and what needs attention.

use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, operator};
use super::view::OverviewPage;
use crate::domain::language::Language;
use crate::domain::signing_key::KeyState;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::page_or_refusal;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

/// `GET /admin`.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    let person = match operator(&visit, Here::Overview.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    page_or_refusal(&visit, overview(&visit, person).await)
}

async fn overview(visit: &Visit, person: &SignedInPerson) -> Result<Response, Refusal> {
    let (edge, caller) = (&visit.edge, caller(person));
    let keys = edge.keys().key_lives(&caller).await?;
    let signing = keys.iter().filter(|life| life.state == KeyState::Active);
    let view = OverviewPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Overview),
        now: visit.now(),
        counts: edge.oversight().counts(&caller).await?,
        signing: signing.cloned().collect(),
    };
    Ok(page(&view).into_response())
}
