//! `/portal/applications/new`: registering an application.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::application::done;
use super::frame::{Frame, Here, sender, viewer};
use super::kinds;
use super::read_settings::new_settings;
use super::typed::Typed;
use super::view::{FieldProblem, Input, KindCard, NewApplicationPage};
use crate::domain::application::{ApplicationKind, ApplicationSettings};
use crate::domain::language::Language;
use crate::flows::authorize::SignedInPerson;
use crate::http::pages::page::page;
use crate::http::pages::problem::refused_page;
use crate::http::pages::texts::Texts;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

const NEW: &str = "/portal/applications/new";

/// `GET /portal/applications/new`.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    match viewer(&visit, NEW) {
        Ok(person) => visit.remembered(form_page(&visit, person, &Typed::default(), Vec::new()).await),
        Err(response) => *response,
    }
}

/// `POST /portal/applications/new`.
pub(in crate::http) async fn create(visit: Visit, typed: Typed) -> Response {
    let person = match sender(&visit, &typed, NEW) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    match new_settings(&typed) {
        Ok(settings) => match register(&visit, person, settings, typed.text("reason")).await {
            Ok(response) => response,
            Err(refusal) if refusal.code.status() >= 500 => refused_page(&visit, &refusal),
            Err(refusal) => {
                let problems = vec![FieldProblem::whole(refusal.description)];
                form_page(&visit, person, &typed, problems).await
            }
        },
        Err(problems) => form_page(&visit, person, &typed, problems).await,
    }
}

async fn register(
    visit: &Visit,
    person: &SignedInPerson,
    settings: ApplicationSettings,
    reason: &str,
) -> Result<Response, Refusal> {
    let made = visit.edge.server.register_for(&super::frame::caller(person), settings, reason).await?;
    let client_id = &made.application.client_id;
    match &made.secret {
        Some(secret) => visit.see_secret(&done(client_id, "created"), client_id.as_str(), secret),
        None => Ok(see(&done(client_id, "created"))),
    }
}

async fn form_page(visit: &Visit, person: &SignedInPerson, typed: &Typed, problems: Vec<FieldProblem>) -> Response {
    let known = match visit.edge.server.scope_names().await {
        Ok(known) => known,
        Err(error) => return refused_page(visit, &error.into()),
    };
    let mut view = NewApplicationPage {
        t: Texts::of(Language::English),
        frame: Frame::of(visit, person, Here::Applications),
        name: Input::line("app-name", "name", "Name")
            .hinted("People see it when they sign in, and in their mail.")
            .holding(typed.text("name")),
        kinds: kind_cards(typed),
        redirect_uris: Input::lines("app-redirect-uris", "redirect_uris", "Redirect URIs")
            .hinted("One a line. Where people come back to after they have signed in, such as https://app.example.com/callback.")
            .holding(typed.text("redirect_uris")),
        scope: Input::line("app-scope", "scope", "Scopes").hinted(scope_hint(&known)).holding(typed.text("scope")),
        problems: Vec::new(),
        form: visit.form(NEW),
    };
    for input in [&mut view.name, &mut view.redirect_uris, &mut view.scope] {
        input.problem = problems.iter().find(|problem| problem.id == input.id).map(|problem| problem.text.clone());
    }
    view.problems = problems;
    let status = if view.problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    page(&view).with_status(status).into_response()
}

/// The types that can get a token here; the first is chosen unless another was.
fn kind_cards(typed: &Typed) -> Vec<KindCard> {
    let chosen = ApplicationKind::from_name(typed.text("type")).unwrap_or_default();
    let offered = ApplicationKind::ALL.into_iter().filter(|kind| !kind.default_grants().is_empty());
    offered.map(|kind| KindCard { value: kind.name(), words: kinds::words(kind), chosen: kind == chosen }).collect()
}

fn scope_hint(known: &[String]) -> String {
    let usual = "What it may ask for, with spaces between. Empty gives the usual: openid admin for a program that calls \
                 an API by itself, openid user for the others.";
    if known.is_empty() { usual.to_owned() } else { format!("{usual} This server also has: {}.", known.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_get_no_token_here_is_not_offered() {
        let cards = kind_cards(&Typed::default());
        assert_eq!(cards.iter().filter(|card| card.chosen).map(|card| card.value).collect::<Vec<_>>(), ["service"]);
        assert!(cards.iter().all(|card| ApplicationKind::from_name(card.value).unwrap() != ApplicationKind::Device));
    }
}
