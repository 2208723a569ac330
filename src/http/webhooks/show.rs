//! The page of a webhook: its settings, its messages and its actions.

use axum::response::{IntoResponse as _, Response};

use super::fields::{NotDone, WebhookFields};
use super::messages::notice;
use super::place::OwnedWebhook;
use super::view::WebhookPage;
use crate::domain::webhook::WebhookState;
use crate::domain::webhook_delivery::Delivery;
use crate::domain::webhook_secret::WebhookSecret;
use crate::http::pages::page_error::PageResult;
use crate::http::portal::idempotent_form::making_form;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::owned_application::status_on_page;
use crate::http::portal::view::{DeliveryLine, FieldProblem};
use crate::http::webhook_list::{HookStanding, page_of, short};

/// What the page shows besides the webhook.
#[derive(Default)]
struct Occasion {
    /// What was just done.
    notice: Option<&'static str>,
    /// The problems.
    problems: Vec<FieldProblem>,
    /// A secret that is shown this once.
    secret: Option<WebhookSecret>,
    /// The input that was refused.
    fields: Option<WebhookFields>,
}

/// `GET …/webhooks/{hook}`.
pub(super) async fn show(own: OwnedWebhook) -> PageResult {
    let notice = own.done.as_deref().and_then(|done| notice(PortalMessages::of(own.language), done));
    let secret = own.secret_to_show(&own.webhook.id.to_string());
    webhook_page(&own, Occasion { notice, secret, ..Occasion::default() }).await
}

/// The page once more, with why something could not be done; as a page of its own where there is nothing to show.
pub(super) async fn could_not(
    own: &OwnedWebhook,
    NotDone { problems, refusal }: NotDone,
    fields: Option<WebhookFields>,
) -> PageResult<Response> {
    let Some(status) = status_on_page(&refusal) else { return Err(refusal.into()) };
    let t = PortalMessages::of(own.language);
    let problems = problems.iter().map(|problem| problem.told(t)).collect();
    let page = webhook_page(own, Occasion { problems, fields, ..Occasion::default() }).await?;
    Ok(page.with_status(status).into_response())
}

async fn webhook_page(own: &OwnedWebhook, occasion: Occasion) -> PageResult {
    let (webhook, t) = (&own.webhook, PortalMessages::of(own.language));
    let deliveries = own.edge.webhooks().webhook_deliveries(webhook).await?;
    let is_active = webhook.state == WebhookState::Active;
    let fields = occasion.fields.unwrap_or_else(|| WebhookFields::of(webhook));
    let view = WebhookPage {
        t,
        around: own.around().await?,
        now: own.now(),
        trail: own.list(),
        name: short(webhook.url.as_url().as_str()),
        id: webhook.id.to_string(),
        url: webhook.url.to_string(),
        standing: HookStanding::of(webhook),
        created_at: webhook.created_at,
        last_delivered_at: webhook.last_delivered_at,
        events: webhook.events.iter().map(|event| event.name()).collect(),
        notice: occasion.notice,
        secret: occasion.secret.map(|secret| secret.expose().to_owned()),
        deliveries: deliveries.into_iter().map(|delivery| line(own, delivery)).collect(),
        fields: fields.shown(t, &occasion.problems),
        problems: occasion.problems,
        change: own.form_to("change"),
        ping: is_active.then(|| own.form_to("ping")),
        rotate: making_form(own, format!("{}/rotate-secret", page_of(webhook))),
        enable: (!is_active).then(|| own.form_to("enable")),
        disable: is_active.then(|| own.form_to("disable")),
        delete: own.form_to("delete"),
    };
    let page = own.page(&view);
    Ok(if view.secret.is_some() { own.having_shown_secret(page) } else { page })
}

fn line(own: &OwnedWebhook, delivery: Delivery) -> DeliveryLine {
    let (message, is_over) = (delivery.message, delivery.state.next_attempt_at().is_none());
    let can_be_sent = own.webhook.state == WebhookState::Active && delivery.is_repeatable;
    let line = DeliveryLine::of(PortalMessages::of(own.language), delivery, own.now());
    // What is due is on its way already.
    let can_be_sent = can_be_sent && (is_over || line.next.is_some());
    DeliveryLine {
        message: Some(format!("msg_{message}")),
        again: can_be_sent.then(|| own.form_to(&format!("messages/{message}/again"))),
        ..line
    }
}
