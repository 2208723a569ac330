//! Deactivating an application, activating it again, deleting it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use unicode_normalization::UnicodeNormalization as _;

use super::APPLICATIONS;
use super::application::{Occasion, application_page, changing, could_not, done};
use super::frame::{caller, sender};
use super::posted_form::PostedForm;
use super::view::FieldProblem;
use crate::domain::ids::ClientId;
use crate::flows::access::{Need, unknown_application};
use crate::flows::applications::{ACTIVATE, DEACTIVATE, DELETE};
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::{Visit, see};

/// `POST …/deactivate`.
pub(in crate::http) async fn deactivate(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let actor = caller(person).actor();
    match visit.edge.applications().application_change_state(&application.client_id, DEACTIVATE, &actor).await {
        Ok(_) => see(&done(&application.client_id, "deactivated")),
        Err(error) => could_not(&visit, person, &application, &error.into()).await,
    }
}

/// `POST …/activate`.
pub(in crate::http) async fn activate(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let actor = caller(person).actor();
    match visit.edge.applications().application_change_state(&application.client_id, ACTIVATE, &actor).await {
        Ok(_) => see(&done(&application.client_id, "activated")),
        Err(error) => could_not(&visit, person, &application, &error.into()).await,
    }
}

/// `POST …/delete`: the name has to be typed, so that no application is deleted by mistake.
pub(in crate::http) async fn delete(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    if as_read(typed.text("name")) != as_read(&application.settings.name) {
        let problem = FieldProblem::at("delete-name", "That is not the application's name. Nothing was deleted.");
        let occasion = Occasion { problems: vec![problem], status: StatusCode::BAD_REQUEST, ..Occasion::default() };
        return application_page(&visit, person, &application, occasion).await;
    }
    let actor = caller(person).actor();
    match visit.edge.applications().application_change_state(&application.client_id, DELETE, &actor).await {
        Ok(_) => see(&format!("{APPLICATIONS}?done=deleted")),
        Err(error) => could_not(&visit, person, &application, &error.into()).await,
    }
}

/// A name as people read it: composed accents and different spaces look the same.
fn as_read(name: &str) -> String {
    let composed: String = name.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `POST …/undelete`: from the list, or from what is left of the application's page.
pub(in crate::http) async fn undelete(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let person = match sender(&visit, &typed, APPLICATIONS) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let Ok(client_id) = id.parse::<ClientId>() else { return refused_page(&visit, &unknown_application()) };
    let (edge, caller) = (&visit.edge, caller(person));
    let application = match edge.access().remembered_application_for(&caller, &client_id, Need::WriteApplications).await
    {
        Ok(application) => application,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    match edge.life_cycle().undelete_for(&caller, &client_id, None).await {
        Ok(_) => see(&done(&client_id, "undeleted")),
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_is_read() {
        assert_eq!(as_read(" Cafe\u{301}  am\u{a0}See "), as_read("Café am See"));
        assert_ne!(as_read("Cafe"), as_read("Café"));
    }
}
