//! Changing a webhook's URL and events.

use axum::response::Response;

use super::fields::{NotDone, WebhookFields};
use super::place::OwnedWebhook;
use super::show::could_not;
use crate::flows::webhooks::WebhookChange;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::visit::see;
use crate::http::webhook_list::page_of;

/// `POST …/change`.
pub(super) async fn change(form: CsrfForm<OwnedWebhook>) -> PageResult<Response> {
    let own = form.sender;
    let fields = WebhookFields::of_form(&own.webhook.owner, &form.posted);
    match changed(&own, &fields).await {
        Ok(()) => Ok(see(&format!("{}?done=saved", page_of(&own.webhook)))),
        Err(not_done) => could_not(&own, not_done, Some(fields)).await,
    }
}

async fn changed(own: &OwnedWebhook, fields: &WebhookFields) -> Result<(), NotDone> {
    let (url, events) = fields.read()?;
    let change = WebhookChange { url: Some(url), events: Some(events), sending: None };
    own.edge.webhooks().webhook_update(&own.webhook, change, &own.actor()).await?;
    Ok(())
}
