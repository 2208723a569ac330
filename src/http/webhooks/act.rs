//! The buttons of a webhook's page.

use axum::response::Response;

use super::fields::NotDone;
use super::place::OwnedWebhook;
use super::show::could_not;
use crate::flows::webhooks::{Sending, WebhookChange};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::visit::see;
use crate::http::portal::idempotent_form::{Made, submit_once};
use crate::http::webhook_list::page_of;

/// The actions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Ping,
    RotateSecret,
    Enable,
    Disable,
    Delete,
    SendAgain,
}

/// `POST …` of each of them.
pub(super) async fn act(act: Act, form: CsrfForm<OwnedWebhook>) -> PageResult<Response> {
    let CsrfForm { sender: own, posted } = form;
    match carry_out(act, &own, &posted).await {
        Ok(response) => Ok(response),
        Err(not_done) => could_not(&own, not_done, None).await,
    }
}

/// A new secret, shown once on the page that follows.
async fn rotate_secret(own: &OwnedWebhook, posted: &PostedForm) -> Result<Response, NotDone> {
    let (edge, actor, webhook) = (own.edge.clone(), own.actor(), own.webhook.clone());
    let making = async move {
        let made = edge.webhooks().webhook_rotate_secret(&webhook, &actor).await?;
        Ok(Made::at(page_of(&webhook), webhook.id.to_string(), made.secret.expose()))
    };
    submit_once(own, posted, ("rotated", &page_of(&own.webhook)), Box::pin(making)).await
}

async fn carry_out(act: Act, own: &OwnedWebhook, posted: &PostedForm) -> Result<Response, NotDone> {
    let (edge, actor, webhook) = (&own.edge, own.actor(), &own.webhook);
    let sending = |sending| WebhookChange { sending: Some(sending), ..WebhookChange::default() };
    let done = match act {
        Act::Ping => edge.webhooks().webhook_ping(webhook, &actor).await.map(|_| "pinged")?,
        Act::SendAgain => {
            edge.webhooks().webhook_redeliver(webhook, own.message()?, &actor).await.map(|()| "sent-again")?
        }
        Act::Enable => {
            edge.webhooks().webhook_update(webhook, sending(Sending::On), &actor).await.map(|_| "enabled")?
        }
        Act::Disable => {
            edge.webhooks().webhook_update(webhook, sending(Sending::Off), &actor).await.map(|_| "disabled")?
        }
        Act::Delete => {
            edge.webhooks().webhook_delete(webhook, &actor).await?;
            return Ok(see(&own.without()));
        }
        Act::RotateSecret => return rotate_secret(own, posted).await,
    };
    Ok(see(&format!("{}?done={done}", page_of(webhook))))
}
