//! The secrets of an application: rotating and revoking.

use axum::extract::Path;
use axum::response::Response;

use super::application::{changing, could_not, done};
use super::frame::caller;
use super::idempotent_form::{Made, press};
use super::posted_form::PostedForm;
use crate::domain::application::Application;
use crate::domain::ids::SecretId;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `POST …/secrets`: a new secret, shown once on the page that follows.
pub(in crate::http) async fn rotate(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    match rotated(&visit, person, &typed, &application).await {
        Ok(response) => response,
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}

async fn rotated(
    visit: &Visit,
    person: &SignedInPerson,
    typed: &PostedForm,
    application: &Application,
) -> Result<Response, Refusal> {
    let (edge, actor) = (visit.edge.clone(), caller(person).actor());
    let client_id = application.client_id.clone();
    let making = async move {
        let made = edge.applications().application_rotate_secret(&client_id, &actor).await?;
        Ok(Made::of(&made.application, made.secret.as_ref()))
    };
    press(visit, person, typed, ("rotated", application.client_id.as_str()), Box::pin(making)).await
}

/// `POST …/secrets/{id}/revoke`.
pub(in crate::http) async fn revoke(
    Path((id, secret)): Path<(String, String)>,
    visit: Visit,
    typed: PostedForm,
) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let Ok(secret) = secret.parse::<SecretId>() else {
        return refused_page(&visit, &Refusal::new(ErrorCode::NotFound, "there is no such secret"));
    };
    let actor = caller(person).actor();
    match visit.edge.applications().application_revoke_secret(&application.client_id, secret, &actor).await {
        Ok(_) => see(&done(&application.client_id, "revoked")),
        Err(error) => could_not(&visit, person, &application, &error.into()).await,
    }
}
