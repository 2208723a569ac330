//! `/admin/scopes`: the catalogue of scopes and resources.

use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, operator};
use super::view::ScopesPage;
use crate::domain::language::Language;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::page_or_refusal;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

/// `GET /admin/scopes`.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    let person = match operator(&visit, Here::Scopes.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    page_or_refusal(&visit, listed(&visit, person).await)
}

async fn listed(visit: &Visit, person: &SignedInPerson) -> Result<Response, Refusal> {
    let view = ScopesPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Scopes),
        catalogue: visit.edge.application_cache().named_catalogue().await?,
    };
    Ok(page(&view).into_response())
}
