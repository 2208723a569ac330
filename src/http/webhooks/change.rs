//! Changing a webhook's URL and events.

use axum::response::Response;

use super::fields::{Fields, NotDone};
use super::place::{Address, At, page_of};
use super::show::{Occasion, could_not};
use crate::flows::webhooks::WebhookChange;
use crate::http::pages::visit::{Visit, see};
use crate::http::portal::frame::caller;
use crate::http::portal::posted_form::PostedForm;
use crate::protocol::refusal::Refusal;

/// `POST …/change`.
pub(super) async fn change(address: Address, visit: Visit, typed: PostedForm) -> Response {
    let (at, webhook) = match At::changing(&visit, &address, &typed).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let fields = Fields::typed(&webhook.owner, &typed);
    let (url, events) = match fields.read() {
        Ok(read) => read,
        Err(problems) => {
            let refusal = Refusal::invalid_request("a field of the form is not right");
            return could_not(&at, &webhook, &refusal, Occasion::refused(problems).with(fields)).await;
        }
    };
    let change = WebhookChange { url: Some(url), events: Some(events), sending: None };
    match visit.edge.webhooks().webhook_update(&webhook, change, &caller(at.person).actor()).await {
        Ok(webhook) => see(&format!("{}?done=saved", page_of(&webhook))),
        Err(error) => {
            let NotDone { problem, refusal } = error.into();
            could_not(&at, &webhook, &refusal, Occasion::refused(vec![problem]).with(fields)).await
        }
    }
}
