//! `/portal/applications/new`: registering an application.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Frame, Here};
use super::idempotent_form::{Made, making_form, submit_once};
use super::kinds;
use super::known_application::{ADDRESS, Known, KnownApplication, WHICH};
use super::messages::PortalMessages;
use super::owned_application::status_on_page;
use super::read_settings::{names_scopes, new_settings};
use super::tab::Tab;
use super::view::{FieldProblem, Input, KindCard, NewApplicationPage, NewInput, element, input};
use crate::domain::application::{ApplicationKind, ApplicationSettings, Chosen, Place, SETTINGS};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::fields::Query;
use crate::http::pages::page::Page;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

const NEW: &str = "/portal/applications/new";

/// `GET /portal/applications/new`.
pub(in crate::http) async fn show(viewer: Viewer, Query(parameters): Query) -> Page {
    let t = PortalMessages::of(viewer.language);
    let sent = |name: &str| parameters.value(name).unwrap_or_default().to_owned();
    let (posted, problems) = match Known::asked(t, &parameters) {
        Ok(Some(known)) => (known.filled_in(viewer.edge.keys().default_algorithm()), Vec::new()),
        Ok(None) => (PostedForm::default(), Vec::new()),
        Err(problem) => (PostedForm::of(&[(WHICH, &sent(WHICH)), (ADDRESS, &sent(ADDRESS))]), vec![problem]),
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    form_page(&viewer, &posted, problems).with_status(status)
}

/// `POST /portal/applications/new`.
pub(in crate::http) async fn create(form: CsrfForm<Viewer>) -> PageResult<Response> {
    let CsrfForm { sender: viewer, posted } = form;
    let t = PortalMessages::of(viewer.language);
    let again = |problems, status| Ok(form_page(&viewer, &posted, problems).with_status(status).into_response());
    let settings = match new_settings(t, &posted, viewer.edge.keys().default_algorithm()) {
        Ok(settings) => settings,
        Err(problems) => return again(problems, StatusCode::BAD_REQUEST),
    };
    match register(&viewer, settings, &posted).await {
        Ok(response) => Ok(response),
        Err(refusal) => match status_on_page(&refusal) {
            Some(status) => again(vec![FieldProblem::whole(t.refusal(&refusal))], status),
            None => Err(refusal.into()),
        },
    }
}

async fn register(viewer: &Viewer, settings: ApplicationSettings, posted: &PostedForm) -> Result<Response, Refusal> {
    let (edge, caller) = (viewer.edge.clone(), viewer.caller());
    let settings = if names_scopes(posted) { settings } else { edge.self_service().within_limits(&caller, settings) };
    let reason = posted.text("reason").to_owned();
    let making = async move {
        let made = edge.self_service().register_for(&caller, settings, &reason).await?;
        Ok(Made::of(&made.application, Tab::Overview, made.secret.as_ref()))
    };
    submit_once(viewer, posted, ("created", NEW), Box::pin(making)).await
}

fn form_page(viewer: &Viewer, posted: &PostedForm, problems: Vec<FieldProblem>) -> Page {
    let t = PortalMessages::of(viewer.language);
    let (which, address) = (posted.text(WHICH), posted.text(ADDRESS));
    let form = making_form(viewer, NEW);
    let mut view = NewApplicationPage {
        known: KnownApplication::with(t, [which, address], &problems),
        t,
        frame: Frame::of(viewer, Here::Applications),
        inputs: new_inputs(viewer, posted, &problems),
        kinds: kind_cards(t, posted),
        reason: Input::lines("app-reason", "reason", t.fresh.for_operator)
            .hinted(t.fresh.reason_hint)
            .holding(posted.text("reason")),
        problems: Vec::new(),
        form: if address.is_empty() { form } else { form.carrying(WHICH, which).carrying(ADDRESS, address) },
    };
    view.problems = problems;
    viewer.page(&view)
}

/// What is asked of a new application. A field that is left empty follows the type.
fn new_inputs(viewer: &Viewer, posted: &PostedForm, problems: &[FieldProblem]) -> Vec<NewInput> {
    let t = PortalMessages::of(viewer.language);
    let empty = ApplicationSettings::new(String::new(), ApplicationKind::default());
    let shown = SETTINGS.iter().filter(|setting| setting.place == Place::New);
    shown
        .map(|setting| {
            let id = element("app", setting);
            let problem = problems.iter().find(|problem| problem.id == id).map(|problem| problem.text.clone());
            let mut input =
                Input { id: id.into(), problem, ..input(t, setting, &empty).holding(posted.text(setting.name)) };
            if matches!(setting.chosen, Chosen::WithApproval) {
                input.hint = format!("{} {}", input.hint, scope_hint(viewer));
            }
            NewInput { input, for_people: !(setting.kinds)(ApplicationKind::Service) }
        })
        .collect()
}

/// The types; the first is chosen unless another was.
fn kind_cards(t: &PortalMessages, posted: &PostedForm) -> Vec<KindCard> {
    let chosen = ApplicationKind::from_name(posted.text("type")).unwrap_or_default();
    let offered = ApplicationKind::ALL.into_iter();
    offered.map(|kind| KindCard { value: kind.name(), words: kinds::words(t, kind), chosen: kind == chosen }).collect()
}

/// The scopes that can be chosen, and the default.
fn scope_hint(visit: &Visit) -> String {
    let free = &visit.edge.config().self_service.scopes;
    PortalMessages::of(visit.language).fresh.scopes_hint.with(free)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn every_type_is_offered_and_each_can_get_tokens() {
        let cards = kind_cards(PortalMessages::of(Language::English), &PostedForm::default());
        assert_eq!(cards.iter().filter(|card| card.chosen).map(|card| card.value).collect::<Vec<_>>(), ["service"]);
        let offered: Vec<_> = cards.iter().filter_map(|card| ApplicationKind::from_name(card.value)).collect();
        assert_eq!(offered, ApplicationKind::ALL);
        assert!(offered.iter().all(|kind| !kind.default_grants().is_empty()));
    }
}
