//! The page of a webhook: its settings, its messages and its actions.

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::fields::{Fields, status_of};
use super::list::short;
use super::messages::notice;
use super::place::{Address, At, page_of};
use super::view::{DeliveryLine, HookStanding, WebhookPage};
use crate::domain::language::Language;
use crate::domain::webhook::{Webhook, WebhookState};
use crate::domain::webhook_delivery::{Attempt, Delivery};
use crate::domain::webhook_secret::WebhookSecret;
use crate::http::pages::fields::query;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::refused_page;
use crate::http::pages::view::Form;
use crate::http::pages::visit::{Visit, see};
use crate::http::portal::idempotent_form::making_form;
use crate::http::portal::view::{FieldProblem, sentence};
use crate::protocol::refusal::Refusal;

/// What the page shows besides the webhook.
#[derive(Default)]
pub(super) struct Occasion {
    /// What was just done.
    notice: Option<&'static str>,
    /// The problems.
    problems: Vec<FieldProblem>,
    /// The status of the page.
    status: StatusCode,
    /// A secret that is shown now only.
    secret: Option<WebhookSecret>,
    /// The input that was refused.
    fields: Option<Fields>,
}

impl Occasion {
    /// The page after a refusal.
    pub(super) fn refused(problems: Vec<FieldProblem>) -> Self {
        Self { problems, ..Self::default() }
    }

    /// The same with the input.
    pub(super) fn with(self, fields: Fields) -> Self {
        Self { fields: Some(fields), ..self }
    }
}

/// `GET …/webhooks/{hook}`.
pub(super) async fn show(address: Address, uri: Uri, visit: Visit) -> Response {
    let at = match At::viewer(&visit, &address).await {
        Ok(at) => at,
        Err(response) => return *response,
    };
    let webhook = match at.webhook(&address).await {
        Ok(webhook) => webhook,
        Err(response) => return *response,
    };
    let secret: Option<WebhookSecret> = visit.secret_to_show(&webhook.id.to_string());
    let took = secret.is_some();
    let notice = query(&uri).ok().and_then(|parameters| notice(parameters.value("done")?));
    let occasion = Occasion { notice, secret, ..Occasion::default() };
    let response = visit.remembered(webhook_page(&at, &webhook, occasion).await);
    if took { visit.shown(response) } else { response }
}

/// `GET` of the address of a form, which may be in the browser after a refusal: back to the page itself.
pub(super) async fn back(address: Address) -> Response {
    see(&address.page())
}

/// The page again with a refusal; a page of the refusal alone if there is nothing else to show.
pub(super) async fn could_not(at: &At<'_>, webhook: &Webhook, refusal: &Refusal, occasion: Occasion) -> Response {
    match status_of(refusal) {
        Some(status) => webhook_page(at, webhook, Occasion { status, ..occasion }).await,
        None => refused_page(at.visit, refusal),
    }
}

async fn webhook_page(at: &At<'_>, webhook: &Webhook, occasion: Occasion) -> Response {
    match render(at, webhook, occasion).await {
        Ok(response) => response,
        Err(refusal) => refused_page(at.visit, &refusal),
    }
}

async fn render(at: &At<'_>, webhook: &Webhook, occasion: Occasion) -> Result<Response, Refusal> {
    let deliveries = at.visit.edge.webhooks().webhook_deliveries(webhook).await?;
    let is_active = webhook.state == WebhookState::Active;
    let fields = occasion.fields.unwrap_or_else(|| Fields::of(webhook));
    let view = WebhookPage {
        t: Messages::of(Language::English),
        around: at.around().await?,
        now: at.visit.now(),
        trail: at.list(),
        name: short(webhook.url.as_url().as_str()),
        id: webhook.id.to_string(),
        url: webhook.url.to_string(),
        standing: HookStanding::of(webhook),
        created_at: webhook.created_at,
        last_delivered_at: webhook.last_delivered_at,
        events: webhook.events.iter().map(|event| event.name()).collect(),
        notice: occasion.notice,
        secret: occasion.secret.map(|secret| secret.expose().to_owned()),
        deliveries: deliveries.into_iter().map(|delivery| line(at, webhook, delivery)).collect(),
        fields: fields.shown(&occasion.problems),
        problems: occasion.problems,
        change: at.form(webhook, "change"),
        ping: is_active.then(|| at.form(webhook, "ping")),
        rotate: making_form(at.visit, format!("{}/rotate-secret", page_of(webhook))),
        enable: (!is_active).then(|| at.form(webhook, "enable")),
        disable: is_active.then(|| at.form(webhook, "disable")),
        delete: at.form(webhook, "delete"),
    };
    Ok(page(&view).with_status(occasion.status).into_response())
}

fn line(at: &At<'_>, webhook: &Webhook, delivery: Delivery) -> DeliveryLine {
    let next = delivery.state.next_attempt_at().filter(|next| *next > at.visit.now());
    // A due message is being sent already.
    let is_resting = next.is_some() || delivery.state.next_attempt_at().is_none();
    let can_be_sent = webhook.state == WebhookState::Active && delivery.is_repeatable && is_resting;
    let again = || -> Form { at.form(webhook, &format!("messages/{}/again", delivery.message)) };
    DeliveryLine {
        again: can_be_sent.then(again),
        message: format!("msg_{}", delivery.message),
        created_at: delivery.created_at,
        state: delivery.state,
        attempts: delivery.attempts,
        tried_at: delivery.last.as_ref().map(|last| last.at),
        answer: delivery.last.as_ref().map(answer),
        next,
        event: delivery.event,
    }
}

fn answer(last: &Attempt) -> String {
    match (&last.error, last.status) {
        (Some(error), _) => sentence(error),
        (None, Some(status)) => format!("The receiver answered {status} within {} ms.", last.took.as_millis()),
        (None, None) => String::new(),
    }
}
