//! `…/webhooks/new`: creating a webhook.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, NotDone, status_of};
use super::place::{Address, At, page_of};
use super::view::NewPage;
use crate::domain::language::Language;
use crate::flows::webhooks::NewWebhook;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::Visit;
use crate::http::portal::frame::caller;
use crate::http::portal::idempotent_form::{Made, making_form, press};
use crate::http::portal::posted_form::PostedForm;
use crate::http::portal::view::FieldProblem;

/// `GET …/webhooks/new`.
pub(super) async fn show(address: Address, visit: Visit) -> Response {
    let at = match At::viewer(&visit, &address).await {
        Ok(at) => at,
        Err(response) => return *response,
    };
    let fields = Fields::empty(&at.owner());
    visit.remembered(form_page(&at, fields, Vec::new(), StatusCode::OK).await)
}

/// `POST …/webhooks/new`.
pub(super) async fn create(address: Address, visit: Visit, typed: PostedForm) -> Response {
    let at = match At::sender(&visit, &address, &typed).await {
        Ok(at) => at,
        Err(response) => return *response,
    };
    let fields = Fields::typed(&at.owner(), &typed);
    let (url, events) = match fields.read() {
        Ok(read) => read,
        Err(problems) => return form_page(&at, fields, problems, StatusCode::BAD_REQUEST).await,
    };
    let new = NewWebhook { owner: at.owner(), url, events };
    let (edge, actor) = (visit.edge.clone(), caller(at.person).actor());
    let making = async move {
        let made = edge.webhooks().webhook_create(new, &actor).await?;
        Ok(Made::at(page_of(&made.webhook), made.webhook.id.to_string(), made.secret.expose()))
    };
    match press(&visit, at.person, &typed, ("created", &at.new_page()), Box::pin(making)).await {
        Ok(response) => response,
        Err(NotDone { problem, refusal }) => match status_of(&refusal) {
            Some(status) => form_page(&at, fields, vec![problem], status).await,
            None => refused_page(&visit, &refusal),
        },
    }
}

async fn form_page(at: &At<'_>, fields: Fields, problems: Vec<FieldProblem>, status: StatusCode) -> Response {
    let around = match at.around().await {
        Ok(around) => around,
        Err(refusal) => return refused_page(at.visit, &refusal),
    };
    let view = NewPage {
        t: Messages::of(Language::English),
        around,
        trail: at.list(),
        fields: fields.shown(&problems),
        problems,
        form: making_form(at.visit, at.new_page()),
    };
    page(&view).with_status(status).into_response()
}
