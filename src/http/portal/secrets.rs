//! The secrets of an application: rotating and revoking.

use axum::extract::Path;
use axum::response::Response;

use super::idempotent_form::{Made, submit_once};
use super::owned_application::OwnedApplication;
use super::tab::Tab;
use crate::domain::ids::SecretId;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `POST …/secrets`: a new secret, shown once on the page that follows.
pub(in crate::http) async fn rotate(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let CsrfForm { sender: own, posted } = form;
    match rotated(&own, &posted).await {
        Ok(response) => Ok(response),
        Err(refusal) => own.could_not(refusal).await,
    }
}

async fn rotated(own: &OwnedApplication, posted: &PostedForm) -> Result<Response, Refusal> {
    let (edge, actor, client_id) = (own.edge.clone(), own.actor(), own.client_id().clone());
    let making = async move {
        let made = edge.applications().application_rotate_secret(&client_id, &actor).await?;
        Ok(Made::of(&made.application, Tab::Credentials, made.secret.as_ref()))
    };
    submit_once(own, posted, ("rotated", own.client_id().as_str()), Box::pin(making)).await
}

/// `POST …/secrets/{id}/revoke`.
pub(in crate::http) async fn revoke(
    Path((_, secret)): Path<(String, String)>,
    form: CsrfForm<OwnedApplication>,
) -> PageResult<Response> {
    let (own, unknown) = (form.sender, |_| Refusal::new(ErrorCode::NotFound, "there is no such secret"));
    let secret: SecretId = secret.parse().map_err(unknown)?;
    let revoked = own.edge.applications().application_revoke_secret(own.client_id(), secret, &own.actor()).await;
    own.answer(revoked, "revoked").await
}
