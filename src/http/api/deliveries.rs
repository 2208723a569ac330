//! `/api/v1/webhooks/{webhook_id}/deliveries`: the messages of a webhook.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Id, ReadApplications, WriteApplications};
use super::paging::Page;
use super::webhooks::OwnedWebhook;
use crate::domain::ids::MessageId;
use crate::domain::webhook_delivery;
use crate::http::reply::Answer;

/// A message to a webhook.
#[derive(Serialize, ToSchema)]
pub(super) struct Delivery {
    /// Its id.
    id: String,
    /// The event's name.
    event: String,
    /// When the event happened.
    #[schema(format = DateTime)]
    created_at: String,
    /// `pending`, `delivered` or `given_up`.
    state: &'static str,
    /// How often it was tried.
    attempts: i64,
    /// When it was last tried.
    #[schema(format = DateTime)]
    last_attempt_at: Option<String>,
    /// The status that the receiver answered then.
    last_status: Option<u16>,
    /// What went wrong then.
    last_error: Option<String>,
    /// When it is tried next, if it is.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// Whether it can be sent again.
    is_repeatable: bool,
}

impl From<webhook_delivery::Delivery> for Delivery {
    fn from(delivery: webhook_delivery::Delivery) -> Self {
        let (last_attempt_at, last_status, last_error) = match delivery.last {
            Some(last) => (Some(last.at.to_string()), last.status, last.error),
            None => (None, None, None),
        };
        Self {
            id: delivery.message.to_string(),
            event: delivery.event,
            created_at: delivery.created_at.to_string(),
            state: delivery.state.name(),
            attempts: delivery.attempts,
            last_attempt_at,
            last_status,
            last_error,
            next_attempt_at: delivery.state.next_attempt_at().map(|at| at.to_string()),
            is_repeatable: delivery.is_repeatable,
        }
    }
}

/// Lists the newest messages to a webhook.
#[utoipa::path(get, path = "/webhooks/{webhook_id}/deliveries", tag = "Webhooks",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Delivery>)))]
pub(super) async fn list(OwnedWebhook(webhook, call): OwnedWebhook<ReadApplications>) -> Answer<Page<Delivery>> {
    Ok(Page::of(call.edge.webhooks().webhook_deliveries(&webhook).await?))
}

/// Sends a message again.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/deliveries/{message_id}/redeliver", tag = "Webhooks",
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "It will be sent")))]
pub(super) async fn redeliver(
    OwnedWebhook(webhook, call): OwnedWebhook<WriteApplications>,
    Id(message): Id<MessageId>,
) -> Answer<StatusCode> {
    call.edge.webhooks().webhook_redeliver(&webhook, message, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
