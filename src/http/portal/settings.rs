//! Changing the settings of an application: those of a tab are sent to the address of the tab.

use axum::http::StatusCode;
use axum::response::Response;

use super::application::Occasion;
use super::messages::PortalMessages;
use super::owned_application::{OwnedApplication, status_on_page};
use super::read_settings::changed_settings;
use super::view::FieldProblem;
use crate::domain::application::ApplicationSettings;
use crate::domain::may_use::takes_the_last_group;
use crate::flows::applications::SettingsChange;
use crate::flows::consequences::Consequences;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::visit::see;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `POST` to the address of a tab that has settings.
pub(in crate::http) async fn change(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let CsrfForm { sender: own, posted } = form;
    let settings = match changed_settings(PortalMessages::of(own.language), &posted, &own.application.settings) {
        Ok(settings) => settings,
        Err(problems) => return own.page(not_taken(posted, problems, StatusCode::BAD_REQUEST)).await,
    };
    let takes_last_group = takes_the_last_group(&own.application.settings, &settings);
    match changed(&own, settings, &posted).await {
        Ok(what) => Ok(see(&own.done(what))),
        Err(refusal) if refusal.code == ErrorCode::Conflict && takes_last_group => ask(&own, posted).await,
        Err(refusal) => not_changed(&own, posted, refusal).await,
    }
}

async fn changed(
    own: &OwnedApplication,
    settings: ApplicationSettings,
    posted: &PostedForm,
) -> Result<&'static str, Refusal> {
    let unversioned = |_| Refusal::invalid_request("the form does not say which version of the settings it changes");
    let change = SettingsChange {
        settings,
        version: posted.text("version").parse().map_err(unversioned)?,
        consequences: Consequences::accepted(posted.text("nobody") == "yes"),
    };
    let edge = &own.edge;
    let caller = own.caller();
    let changed = edge.self_service().change_for(&caller, own.client_id(), change, posted.text("reason")).await?;
    Ok(if changed.waiting.is_some() { "asked" } else { "saved" })
}

/// The page again with what was typed, and why it was not taken.
async fn not_changed(own: &OwnedApplication, posted: PostedForm, refusal: Refusal) -> PageResult<Response> {
    let Some(status) = status_on_page(&refusal) else { return Err(refusal.into()) };
    let t = PortalMessages::of(own.language);
    let text = match refusal.code {
        ErrorCode::PreconditionFailed => t.form.changed_meanwhile.to_owned(),
        _ => t.refusal(&refusal),
    };
    own.page(not_taken(posted, vec![FieldProblem::at("settings", text)], status)).await
}

/// The page again, whose form says that the application is meant to be closed to all.
async fn ask(own: &OwnedApplication, posted: PostedForm) -> PageResult<Response> {
    let text = PortalMessages::of(own.language).form.last_group;
    let occasion = not_taken(posted, vec![FieldProblem::at("set-allowed-groups", text)], StatusCode::CONFLICT);
    own.page(Occasion { asks_about_nobody: true, ..occasion }).await
}

fn not_taken(posted: PostedForm, problems: Vec<FieldProblem>, status: StatusCode) -> Occasion {
    Occasion { refused: Some((posted, problems)), status, ..Occasion::default() }
}
