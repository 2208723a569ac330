//! `…/webhooks/new`: creating a webhook.

use axum::response::{IntoResponse as _, Response};

use super::fields::{NotDone, WebhookFields};
use super::place::At;
use super::problem::HookProblem;
use super::view::NewPage;
use crate::flows::webhooks::NewWebhook;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::portal::idempotent_form::{Made, making_form, submit_once};
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::owned_application::status_on_page;
use crate::http::portal::view::FieldProblem;
use crate::http::webhook_list::page_of;

/// `GET …/webhooks/new`.
pub(super) async fn show(at: At) -> PageResult {
    form_page(&at, &WebhookFields::empty(&at.owner()), &[]).await
}

/// `POST …/webhooks/new`.
pub(super) async fn create(form: CsrfForm<At>) -> PageResult<Response> {
    let CsrfForm { sender: at, posted } = form;
    let fields = WebhookFields::of_form(&at.owner(), &posted);
    match make(&at, &fields, &posted).await {
        Ok(response) => Ok(response),
        Err(NotDone { problems, refusal }) => match status_on_page(&refusal) {
            Some(status) => Ok(form_page(&at, &fields, &problems).await?.with_status(status).into_response()),
            None => Err(refusal.into()),
        },
    }
}

async fn make(at: &At, fields: &WebhookFields, posted: &PostedForm) -> Result<Response, NotDone> {
    let (url, events) = fields.read()?;
    let new = NewWebhook { owner: at.owner(), url, events };
    let (edge, actor) = (at.edge.clone(), at.actor());
    let making = async move {
        let made = edge.webhooks().webhook_create(new, &actor).await?;
        Ok(Made::at(page_of(&made.webhook), made.webhook.id.to_string(), made.secret.expose()))
    };
    submit_once(at, posted, ("created", &at.new_page()), Box::pin(making)).await
}

async fn form_page(at: &At, fields: &WebhookFields, problems: &[HookProblem]) -> PageResult {
    let t = PortalMessages::of(at.language);
    let problems: Vec<FieldProblem> = problems.iter().map(|problem| problem.told(t)).collect();
    Ok(at.page(&NewPage {
        t,
        around: at.around().await?,
        trail: at.list(),
        fields: fields.shown(t, &problems),
        problems,
        form: making_form(at, at.new_page()),
    }))
}
