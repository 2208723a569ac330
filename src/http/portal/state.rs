//! Deactivating an application, activating it again, deleting it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use unicode_normalization::UnicodeNormalization as _;

use super::APPLICATIONS;
use super::application::{Occasion, seen};
use super::messages::PortalMessages;
use super::owned_application::{OwnedApplication, could_not};
use super::tab::Tab;
use super::view::FieldProblem;
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::flows::access::unknown_application;
use crate::flows::applications::{ACTIVATE, DEACTIVATE, DELETE, ManageError, StateChange};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::see;

/// `POST …/deactivate`.
pub(in crate::http) async fn deactivate(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    let changed = change_state(&own, DEACTIVATE).await;
    own.answer(changed, "deactivated").await
}

/// `POST …/activate`.
pub(in crate::http) async fn activate(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    let changed = change_state(&own, ACTIVATE).await;
    own.answer(changed, "activated").await
}

/// `POST …/delete`: the name has to be typed, so that an application is not deleted by a slip.
pub(in crate::http) async fn delete(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let CsrfForm { sender: own, posted } = form;
    if as_read(posted.text("name")) != as_read(&own.application.settings.name) {
        let text = PortalMessages::of(own.language).danger.not_the_name;
        let problem = FieldProblem::at("delete-name", text);
        return own.page(Occasion::with_problem(problem, StatusCode::BAD_REQUEST)).await;
    }
    match change_state(&own, DELETE).await {
        Ok(_) => Ok(see(&format!("{APPLICATIONS}?done=deleted"))),
        Err(error) => own.could_not(error.into()).await,
    }
}

async fn change_state(own: &OwnedApplication, change: StateChange) -> Result<Application, ManageError> {
    own.edge.applications().application_change_state_for(&own.caller(), own.client_id(), change, None).await
}

/// A name as people read it: composed accents and different spaces look the same.
fn as_read(name: &str) -> String {
    let composed: String = name.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `POST …/undelete`: from the list, or from what is left of the application's page.
pub(in crate::http) async fn undelete(Path(id): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let client_id: ClientId = id.parse().map_err(|_| unknown_application())?;
    seen(&viewer, &client_id).await?;
    match viewer.edge.life_cycle().undelete_for(&viewer.caller(), &client_id, None).await {
        Ok(_) => Ok(see(&format!("{}?done=undeleted", Tab::Overview.address_of(&client_id)))),
        Err(refusal) => could_not(&viewer, &client_id, refusal).await,
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
