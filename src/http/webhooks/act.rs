//! The buttons of a webhook's page.

use axum::response::Response;

use super::fields::NotDone;
use super::place::{Address, At, page_of};
use super::show::{Occasion, could_not};
use crate::domain::webhook::Webhook;
use crate::flows::webhooks::{Sending, WebhookChange};
use crate::http::pages::visit::{Visit, see};
use crate::http::portal::frame::caller;
use crate::http::portal::idempotent_form::{Made, press};
use crate::http::portal::posted_form::PostedForm;

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
pub(super) async fn act(act: Act, address: Address, visit: Visit, typed: PostedForm) -> Response {
    let (at, webhook) = match At::changing(&visit, &address, &typed).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    match carry_out(act, (&at, &webhook), &address, &typed).await {
        Ok(response) => response,
        Err(NotDone { problem, refusal }) => could_not(&at, &webhook, &refusal, Occasion::refused(vec![problem])).await,
    }
}

/// A new secret, shown once on the page that follows.
async fn rotate_secret(at: &At<'_>, webhook: &Webhook, typed: &PostedForm) -> Result<Response, NotDone> {
    let (edge, actor) = (at.visit.edge.clone(), caller(at.person).actor());
    let (page, of) = (page_of(webhook), webhook.clone());
    let making = async move {
        let made = edge.webhooks().webhook_rotate_secret(&of, &actor).await?;
        Ok(Made::at(page_of(&of), of.id.to_string(), made.secret.expose()))
    };
    press(at.visit, at.person, typed, ("rotated", &page), Box::pin(making)).await
}

async fn carry_out(
    act: Act,
    (at, webhook): (&At<'_>, &Webhook),
    address: &Address,
    typed: &PostedForm,
) -> Result<Response, NotDone> {
    let (edge, actor) = (&at.visit.edge, caller(at.person).actor());
    let sending = |sending| WebhookChange { sending: Some(sending), ..WebhookChange::default() };
    let done = match act {
        Act::Ping => edge.webhooks().webhook_ping(webhook).await.map(|_| "pinged")?,
        Act::SendAgain => {
            edge.webhooks().webhook_redeliver(webhook, address.message()?).await.map(|()| "sent-again")?
        }
        Act::Enable => {
            edge.webhooks().webhook_update(webhook, sending(Sending::On), &actor).await.map(|_| "enabled")?
        }
        Act::Disable => {
            edge.webhooks().webhook_update(webhook, sending(Sending::Off), &actor).await.map(|_| "disabled")?
        }
        Act::Delete => {
            edge.webhooks().webhook_delete(webhook, &actor).await?;
            return Ok(see(&at.without()));
        }
        Act::RotateSecret => return rotate_secret(at, webhook, typed).await,
    };
    Ok(see(&format!("{}?done={done}", page_of(webhook))))
}
