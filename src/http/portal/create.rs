//! `/portal/applications/new`: registering an application.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Frame, Here, caller, sender, viewer};
use super::idempotent_form::{Made, making_form, press};
use super::kinds;
use super::posted_form::PostedForm;
use super::read_settings::new_settings;
use super::view::{FieldProblem, Input, KindCard, NewApplicationPage};
use crate::domain::application::{ApplicationKind, ApplicationSettings};
use crate::domain::language::Language;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::{Page, page};
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

const NEW: &str = "/portal/applications/new";

/// `GET /portal/applications/new`.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    match viewer(&visit, NEW) {
        Ok(person) => visit.remembered(form_page(&visit, person, &PostedForm::default(), Vec::new()).into_response()),
        Err(response) => *response,
    }
}

/// `POST /portal/applications/new`.
pub(in crate::http) async fn create(visit: Visit, typed: PostedForm) -> Response {
    let person = match sender(&visit, &typed, NEW) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    match new_settings(&typed) {
        Ok(settings) => match register(&visit, person, settings, &typed).await {
            Ok(response) => response,
            Err(refusal) if refusal.code.status() >= 500 || refusal.code.status() == 401 => {
                refused_page(&visit, &refusal)
            }
            Err(refusal) => {
                let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
                let problems = vec![FieldProblem::whole(refusal.description)];
                form_page(&visit, person, &typed, problems).with_status(status).into_response()
            }
        },
        Err(problems) => {
            form_page(&visit, person, &typed, problems).with_status(StatusCode::BAD_REQUEST).into_response()
        }
    }
}

async fn register(
    visit: &Visit,
    person: &SignedInPerson,
    settings: ApplicationSettings,
    typed: &PostedForm,
) -> Result<Response, Refusal> {
    let (edge, caller) = (visit.edge.clone(), caller(person));
    let reason = typed.text("reason").to_owned();
    let making = async move {
        let made = edge.self_service().register_for(&caller, settings, &reason).await?;
        Ok(Made::of(&made.application, made.secret.as_ref()))
    };
    press(visit, person, typed, ("created", NEW), Box::pin(making)).await
}

fn form_page(visit: &Visit, person: &SignedInPerson, typed: &PostedForm, problems: Vec<FieldProblem>) -> Page {
    let mut view = NewApplicationPage {
        t: Messages::of(Language::English),
        frame: Frame::of(visit, person, Here::Applications),
        name: Input::line("app-name", "name", "Name")
            .hinted("People see it when they sign in, and in their mail.")
            .holding(typed.text("name")),
        kinds: kind_cards(typed),
        redirect_uris: Input::lines("app-redirect-uris", "redirect_uris", "Redirect URIs")
            .hinted("One a line. Where people come back to after they have signed in, such as https://app.example.com/callback.")
            .holding(typed.text("redirect_uris")),
        scope: Input::line("app-scope", "scope", "Scopes").hinted(scope_hint(visit)).holding(typed.text("scope")),
        reason: Input::lines("app-reason", "reason", "For the operator")
            .hinted("Only if you ask for more than the free scopes: what do you need it for?")
            .holding(typed.text("reason")),
        problems: Vec::new(),
        form: making_form(visit, NEW),
    };
    for input in [&mut view.name, &mut view.redirect_uris, &mut view.scope] {
        input.problem = problems.iter().find(|problem| problem.id == input.id).map(|problem| problem.text.clone());
    }
    view.problems = problems;
    page(&view)
}

/// The types that can get a token here; the first is chosen unless another was.
fn kind_cards(typed: &PostedForm) -> Vec<KindCard> {
    let chosen = ApplicationKind::from_name(typed.text("type")).unwrap_or_default();
    let offered = ApplicationKind::ALL.into_iter().filter(|kind| !kind.default_grants().is_empty());
    offered.map(|kind| KindCard { value: kind.name(), words: kinds::words(kind), chosen: kind == chosen }).collect()
}

/// The scopes that can be chosen, and the default.
fn scope_hint(visit: &Visit) -> String {
    let free = &visit.edge.config().self_service.scopes;
    format!(
        "What it may ask for, with spaces between. Empty gives the usual: openid admin for a program that calls an API \
         by itself, openid user for the others. Free to choose: {free}. Anything else waits for an operator."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_get_no_token_here_is_not_offered() {
        let cards = kind_cards(&PostedForm::default());
        assert_eq!(cards.iter().filter(|card| card.chosen).map(|card| card.value).collect::<Vec<_>>(), ["service"]);
        assert!(cards.iter().all(|card| ApplicationKind::from_name(card.value).unwrap() != ApplicationKind::Device));
    }
}
