//! `/api/v1/webhooks`: who is told what happens. Those of an application are its owners', those of the server the
//! operators'.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::once::{Created, once};
use super::paging::Page;
use super::problem::Named as _;
use crate::domain::ids::{ClientId, WebhookId};
use crate::domain::webhook::{self, WebhookOwner, WebhookState};
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_url::WebhookUrl;
use crate::flows::access::Need;
use crate::flows::webhooks::{NewWebhook, Reach, Sending, WebhookChange, WebhookError};
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Somebody who is told what happens.
#[derive(Serialize, ToSchema)]
pub(super) struct Webhook {
    /// Its name.
    id: String,
    /// Whose events it is told; none for those of the server.
    client_id: Option<String>,
    /// Where messages are sent.
    url: String,
    /// The events it is told; none means all.
    events: Vec<&'static str>,
    /// `active` or `disabled`.
    state: &'static str,
    /// Since when it is disabled.
    #[schema(format = DateTime)]
    state_since: Option<String>,
    /// Why it is disabled, such as `failing`.
    state_reason: Option<&'static str>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When a message last got through.
    #[schema(format = DateTime)]
    last_delivered_at: Option<String>,
    /// Since when none gets through.
    #[schema(format = DateTime)]
    failing_since: Option<String>,
}

impl From<&webhook::Webhook> for Webhook {
    fn from(webhook: &webhook::Webhook) -> Self {
        let (state_since, state_reason) = match webhook.state {
            WebhookState::Active => (None, None),
            WebhookState::Disabled { at, reason } => (Some(at.to_string()), Some(reason.name())),
        };
        Self {
            id: webhook.id.to_string(),
            client_id: webhook.owner.application().map(ClientId::to_string),
            url: webhook.url.to_string(),
            events: webhook.events.iter().map(|event| event.name()).collect(),
            state: webhook.state.name(),
            state_since,
            state_reason,
            created_at: webhook.created_at.to_string(),
            last_delivered_at: webhook.last_delivered_at.map(|at| at.to_string()),
            failing_since: webhook.failing_since.map(|at| at.to_string()),
        }
    }
}

/// A webhook with the secret that its messages are signed with.
#[derive(Serialize, ToSchema)]
struct WebhookWithSecret {
    /// The secret. It is shown here and never again.
    secret: String,
    /// The webhook.
    #[serde(flatten)]
    webhook: Webhook,
}

/// A webhook to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookToMake {
    /// Where messages are to be sent: https.
    #[schema(example = "https://example.com/hooks/gatepost")]
    url: String,
    /// The events it is to be told; none means all.
    #[serde(default)]
    events: Option<Vec<String>>,
}

/// What is to change of a webhook; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookPatch {
    /// Where messages are to be sent.
    url: Option<String>,
    /// The events it is to be told; an empty list means all.
    events: Option<Vec<String>>,
    /// Whether messages are sent. What waits when it is disabled is given up.
    enabled: Option<bool>,
}

/// Lists the webhooks of an application.
#[utoipa::path(get, path = "/applications/{client_id}/webhooks", tag = "Webhooks",
    params(("client_id" = String, Path, description = "The application")),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<Webhook>)))]
pub(super) async fn list_of_application(
    asked: ApiRequest,
    Named(client_id): Named<String>,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::ReadApplications).await?;
    listed(&asked, &WebhookOwner::Application(application.client_id)).await
}

/// Makes a webhook that is told the events of an application.
#[utoipa::path(post, path = "/applications/{client_id}/webhooks", tag = "Webhooks", request_body = WebhookToMake,
    params(("client_id" = String, Path, description = "The application"),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, the request makes nothing and gets the same answer")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = WebhookWithSecret, headers(("Location" = String)))))]
pub(super) async fn create_of_application(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    made(&asked, WebhookOwner::Application(application.client_id), body).await
}

/// Lists the webhooks of the server.
#[utoipa::path(get, path = "/webhooks", tag = "Webhooks",
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, body = Page<Webhook>)))]
pub(super) async fn list(asked: ApiRequest) -> Result<Response, Refused> {
    asked.reach(Need::Oversee)?;
    listed(&asked, &WebhookOwner::Server).await
}

/// Makes a webhook that is told everything that happens on the server.
#[utoipa::path(post, path = "/webhooks", tag = "Webhooks", request_body = WebhookToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, the request makes nothing and gets the same answer")),
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 201, description = "Made", body = WebhookWithSecret, headers(("Location" = String)))))]
pub(super) async fn create(asked: ApiRequest, body: Body) -> Result<Response, Refused> {
    asked.reach(Need::Operate)?;
    made(&asked, WebhookOwner::Server, body).await
}

/// Shows a webhook.
#[utoipa::path(get, path = "/webhooks/{webhook_id}", tag = "Webhooks",
    params(("webhook_id" = String, Path, description = "The webhook's `id`")),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Webhook)))]
pub(super) async fn show(asked: ApiRequest, Named(id): Named<String>) -> Result<Response, Refused> {
    Ok(json_no_store(&Webhook::from(&found(&asked, &id, Need::ReadApplications).await?)))
}

/// Changes a webhook.
#[utoipa::path(patch, path = "/webhooks/{webhook_id}", tag = "Webhooks", request_body = WebhookPatch,
    params(("webhook_id" = String, Path, description = "The webhook's `id`")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Webhook)))]
pub(super) async fn change(asked: ApiRequest, Named(id): Named<String>, body: Body) -> Result<Response, Refused> {
    let webhook = found(&asked, &id, Need::WriteApplications).await?;
    let patch: WebhookPatch = asked.object(&asked.bytes(body).await?)?;
    let change = WebhookChange {
        url: patch.url.as_deref().map(address).transpose()?,
        events: patch.events.as_deref().map(events).transpose()?,
        sending: patch.enabled.map(|enabled| if enabled { Sending::On } else { Sending::Off }),
    };
    let changed = asked.edge.server.webhook_update(&webhook, change, &asked.caller.actor()).await;
    Ok(json_no_store(&Webhook::from(&changed.map_err(refused)?)))
}

/// Deletes a webhook, with what waits to be sent to it.
#[utoipa::path(delete, path = "/webhooks/{webhook_id}", tag = "Webhooks",
    params(("webhook_id" = String, Path, description = "The webhook's `id`")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(asked: ApiRequest, Named(id): Named<String>) -> Result<Response, Refused> {
    let webhook = found(&asked, &id, Need::WriteApplications).await?;
    asked.edge.server.webhook_delete(&webhook, &asked.caller.actor()).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Gives a webhook another secret. Messages carry the signatures of both for a day.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/rotate-secret", tag = "Webhooks",
    params(("webhook_id" = String, Path, description = "The webhook's `id`")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "With its new secret", body = WebhookWithSecret)))]
pub(super) async fn rotate_secret(asked: ApiRequest, Named(id): Named<String>) -> Result<Response, Refused> {
    let webhook = found(&asked, &id, Need::WriteApplications).await?;
    let rotated = asked.edge.server.webhook_rotate_secret(&webhook, &asked.caller.actor()).await.map_err(refused)?;
    let secret = rotated.secret.expose().to_owned();
    Ok(json_no_store(&WebhookWithSecret { secret, webhook: Webhook::from(&rotated.webhook) }))
}

/// Sends a webhook a message that says nothing, to see whether it gets through.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/ping", tag = "Webhooks",
    params(("webhook_id" = String, Path, description = "The webhook's `id`")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "It will be sent")))]
pub(super) async fn ping(asked: ApiRequest, Named(id): Named<String>) -> Result<Response, Refused> {
    let webhook = found(&asked, &id, Need::WriteApplications).await?;
    asked.edge.server.webhook_ping(&webhook).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The webhook of this id, if the caller may see or change what it is told of.
pub(super) async fn found(asked: &ApiRequest, id: &str, need: Need) -> Result<webhook::Webhook, Refused> {
    asked.reach(need)?;
    let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such webhook");
    let id: WebhookId = id.parse().map_err(|_| unknown())?;
    let webhook = asked.edge.server.webhook(id, &Reach::Everything).await.map_err(refused)?;
    let seen = match (&webhook.owner, need) {
        (WebhookOwner::Server, Need::ReadApplications) => asked.reach(Need::Oversee).map(drop),
        (WebhookOwner::Server, _) => asked.reach(Need::Operate).map(drop),
        (WebhookOwner::Application(client_id), _) => asked.application(client_id.as_str(), need).await.map(drop),
    };
    match seen {
        Ok(()) => Ok(webhook),
        Err(refused) if is_foreign(refused.refusal.code) => Err(unknown().into()),
        Err(refused) => Err(refused),
    }
}

/// Whether somebody is refused because it is not theirs: then they do not learn that it is there.
const fn is_foreign(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::NotFound | ErrorCode::AccessDenied | ErrorCode::InsufficientScope)
}

async fn listed(asked: &ApiRequest, owner: &WebhookOwner) -> Result<Response, Refused> {
    let webhooks = asked.edge.server.webhooks_of(owner).await.map_err(refused)?;
    Ok(json_no_store(&Page::whole(webhooks.iter().map(Webhook::from).collect())))
}

async fn made(asked: &ApiRequest, owner: WebhookOwner, body: Body) -> Result<Response, Refused> {
    let body = asked.bytes(body).await?;
    let new: WebhookToMake = asked.object(&body)?;
    let new = NewWebhook { owner, url: address(&new.url)?, events: events(new.events.as_deref().unwrap_or_default())? };
    let (server, actor) = (asked.edge.server.clone(), asked.caller.actor());
    let making = async move {
        let made = server.webhook_create(new, &actor).await.map_err(refused)?;
        let location = server.config.server.issuer.url_of(&format!("/api/v1/webhooks/{}", made.webhook.id));
        let secret = made.secret.expose().to_owned();
        Ok(Created::new(&WebhookWithSecret { secret, webhook: Webhook::from(&made.webhook) }).at(location))
    };
    once(asked, &body, Box::pin(making)).await
}

fn address(text: &str) -> Result<WebhookUrl, Refused> {
    text.parse().map_err(|e| Refusal::invalid_request(format!("'url': {e}")).of("url"))
}

fn events(names: &[String]) -> Result<Vec<EventType>, Refused> {
    let read = |name: &String| {
        let unknown = |_| Refusal::invalid_request(format!("'events': '{name}' is no event")).of("events");
        name.parse::<EventType>().map_err(unknown)
    };
    names.iter().map(read).collect()
}

fn refused(error: WebhookError) -> Refused {
    let field = match &error {
        WebhookError::Url(_) | WebhookError::Address(_) => Some("url"),
        WebhookError::NotForApplications(_) => Some("events"),
        _ => None,
    };
    let refusal = Refusal::from(error);
    match field {
        Some(field) => refusal.of(field),
        None => refusal.into(),
    }
}
