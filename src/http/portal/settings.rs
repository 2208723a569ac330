//! Changing the settings of an application.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::application::{Occasion, application_page, changing, could_not, done};
use super::frame::caller;
use super::posted_form::PostedForm;
use super::read_settings::changed_settings;
use super::view::FieldProblem;
use crate::domain::application::Application;
use crate::flows::applications::SettingsChange;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `POST …/settings`.
pub(in crate::http) async fn change(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let settings = match changed_settings(&typed, &application.settings) {
        Ok(settings) => settings,
        Err(problems) => {
            let refused = Some((typed, problems));
            let occasion = Occasion { refused, status: StatusCode::BAD_REQUEST, ..Occasion::default() };
            return application_page(&visit, person, &application, occasion).await;
        }
    };
    let Ok(version) = typed.text("version").parse() else {
        let refusal = Refusal::invalid_request("the form does not say which version of the settings it changes");
        return could_not(&visit, person, &application, &refusal).await;
    };
    let (edge, change) = (&visit.edge, SettingsChange { settings, version });
    match edge.self_service().change_for(&caller(person), &application.client_id, change, typed.text("reason")).await {
        Ok(changed) if changed.waiting.is_some() => see(&done(&application.client_id, "asked")),
        Ok(_) => see(&done(&application.client_id, "saved")),
        Err(refusal) => not_changed(&visit, (person, &application), typed, &refusal).await,
    }
}

/// The page again with the input and its problems.
async fn not_changed(
    visit: &Visit,
    (person, application): (&SignedInPerson, &Application),
    typed: PostedForm,
    refusal: &Refusal,
) -> Response {
    let text = match refusal.code {
        ErrorCode::PreconditionFailed => {
            "This application was changed after you opened the page. Your changes are still in the form: compare \
             them with what is there now, and save again."
        }
        ErrorCode::InvalidRequest | ErrorCode::Conflict | ErrorCode::AccessDenied => refusal.description.as_ref(),
        _ => return could_not(visit, person, application, refusal).await,
    };
    let problems = vec![FieldProblem::at("settings", text)];
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let occasion = Occasion { refused: Some((typed, problems)), status, ..Occasion::default() };
    application_page(visit, person, application, occasion).await
}
