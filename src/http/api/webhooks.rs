//! `/api/v1/webhooks`: those of an application belong to its owners, those of the server to the operators.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{
    ApiCaller, Created, Creation, Id, May, Needed, Object, Once, Operate, Oversee, Owned, ReadApplications,
    WriteApplications,
};
use super::paging::Page;
use super::problem::Named as _;
use crate::domain::ids::{ClientId, WebhookId};
use crate::domain::webhook::{self, WebhookOwner, WebhookState};
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_url::WebhookUrl;
use crate::flows::access::Need;
use crate::flows::webhooks::{NewWebhook, Sending, VisibleWebhooks, WebhookChange, WebhookError, WithWebhookSecret};
use crate::http::Edge;
use crate::http::reply::{Answer, Refused, Unkept};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// A webhook.
#[derive(Serialize, ToSchema)]
pub(super) struct Webhook {
    /// Its id.
    id: String,
    /// The application whose events it gets; none for those of the server.
    client_id: Option<String>,
    /// Where messages are sent.
    url: String,
    /// The subscribed events; none means all.
    events: Vec<&'static str>,
    /// `active` or `disabled`.
    state: &'static str,
    /// When it was disabled.
    #[schema(format = DateTime)]
    state_since: Option<String>,
    /// Why it is disabled, such as `failing`.
    state_reason: Option<&'static str>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When a message was last delivered.
    #[schema(format = DateTime)]
    last_delivered_at: Option<String>,
    /// Since when every attempt fails.
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
pub(super) struct WebhookWithSecret {
    /// The secret. It is shown here and never again.
    secret: String,
    /// The webhook.
    #[serde(flatten)]
    webhook: Webhook,
}

impl From<WithWebhookSecret> for WebhookWithSecret {
    fn from(made: WithWebhookSecret) -> Self {
        Self { secret: made.secret.expose().to_owned(), webhook: Webhook::from(&made.webhook) }
    }
}

/// A new webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookToMake {
    /// Where messages are to be sent: https.
    #[schema(example = "https://example.com/hooks/gatepost")]
    url: String,
    /// The events to subscribe to; none means all.
    #[serde(default)]
    events: Option<Vec<String>>,
}

impl WebhookToMake {
    fn of(self, owner: WebhookOwner) -> Answer<NewWebhook> {
        let events = events(self.events.as_deref().unwrap_or_default())?;
        Ok(NewWebhook { owner, url: address(&self.url)?, events })
    }
}

/// A change of a webhook; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    /// Where messages are to be sent.
    url: Option<String>,
    /// The events to subscribe to; an empty list means all.
    events: Option<Vec<String>>,
    /// Whether messages are sent. Waiting messages are given up when it is disabled.
    enabled: Option<bool>,
}

impl WebhookPatch {
    fn change(&self) -> Answer<WebhookChange> {
        Ok(WebhookChange {
            url: self.url.as_deref().map(address).transpose()?,
            events: self.events.as_deref().map(events).transpose()?,
            sending: self.enabled.map(|enabled| if enabled { Sending::On } else { Sending::Off }),
        })
    }
}

/// Lists the webhooks of an application.
#[utoipa::path(get, path = "/applications/{client_id}/webhooks", tag = "Webhooks",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Webhook>)))]
pub(super) async fn list_of_application(Owned(application, call): Owned<ReadApplications>) -> Answer<Page<Webhook>> {
    listed(&call, &WebhookOwner::Application(application.client_id)).await
}

/// Creates a webhook for the events of an application.
#[utoipa::path(post, path = "/applications/{client_id}/webhooks", tag = "Webhooks", request_body = WebhookToMake,
    params(Once), security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = WebhookWithSecret, headers(("Location" = String)))))]
pub(super) async fn create_of_application(
    Owned(application, call): Owned<WriteApplications>,
    Creation(Object(new), once): Creation<Object<WebhookToMake>>,
) -> Answer<Created> {
    made(&call, new.of(WebhookOwner::Application(application.client_id))?, once).await
}

/// Lists the webhooks of the server.
#[utoipa::path(get, path = "/webhooks", tag = "Webhooks", security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, body = Page<Webhook>)))]
pub(super) async fn list(call: May<Oversee>) -> Answer<Page<Webhook>> {
    listed(&call, &WebhookOwner::Server).await
}

/// Creates a webhook for all events of the server.
#[utoipa::path(post, path = "/webhooks", tag = "Webhooks", request_body = WebhookToMake, params(Once),
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 201, description = "Made", body = WebhookWithSecret, headers(("Location" = String)))))]
pub(super) async fn create(
    call: May<Operate>,
    Creation(Object(new), once): Creation<Object<WebhookToMake>>,
) -> Answer<Created> {
    made(&call, new.of(WebhookOwner::Server)?, once).await
}

/// Shows a webhook.
#[utoipa::path(get, path = "/webhooks/{webhook_id}", tag = "Webhooks",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Webhook)))]
pub(super) async fn show(OwnedWebhook(webhook, _): OwnedWebhook<ReadApplications>) -> Unkept<Webhook> {
    Unkept(Webhook::from(&webhook))
}

/// Changes a webhook.
#[utoipa::path(patch, path = "/webhooks/{webhook_id}", tag = "Webhooks", request_body = WebhookPatch,
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Webhook)))]
pub(super) async fn change(
    OwnedWebhook(webhook, call): OwnedWebhook<WriteApplications>,
    Object(patch): Object<WebhookPatch>,
) -> Answer<Unkept<Webhook>> {
    let changed = call.edge.webhooks().webhook_update(&webhook, patch.change()?, &call.actor()).await;
    Ok(Unkept(Webhook::from(&changed.map_err(refused)?)))
}

/// Deletes a webhook, with its waiting messages.
#[utoipa::path(delete, path = "/webhooks/{webhook_id}", tag = "Webhooks",
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(OwnedWebhook(webhook, call): OwnedWebhook<WriteApplications>) -> Answer<StatusCode> {
    call.edge.webhooks().webhook_delete(&webhook, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook a new secret. Messages carry the signatures of both for a day.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/rotate-secret", tag = "Webhooks",
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "With its new secret", body = WebhookWithSecret)))]
pub(super) async fn rotate_secret(
    OwnedWebhook(webhook, call): OwnedWebhook<WriteApplications>,
) -> Answer<Unkept<WebhookWithSecret>> {
    Ok(Unkept(call.edge.webhooks().webhook_rotate_secret(&webhook, &call.actor()).await?.into()))
}

/// Sends a webhook a test message, to see whether it arrives.
#[utoipa::path(post, path = "/webhooks/{webhook_id}/ping", tag = "Webhooks",
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "It will be sent")))]
pub(super) async fn ping(OwnedWebhook(webhook, call): OwnedWebhook<WriteApplications>) -> Answer<StatusCode> {
    call.edge.webhooks().webhook_ping(&webhook, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The webhook of the path, with its caller, who may do `N` with the webhooks of its owner.
pub(super) struct OwnedWebhook<N>(pub(super) webhook::Webhook, pub(super) May<N>);

impl<N: Needed> FromRequestParts<Edge> for OwnedWebhook<N> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let call = May::<N>::from_request_parts(parts, edge).await?;
        let Id(id) = Id::<WebhookId>::from_request_parts(parts, edge).await?;
        let webhook = call.edge.webhooks().webhook(id, &VisibleWebhooks::Everything).await?;
        match check_owner(&call, &webhook, N::NEED).await {
            Ok(()) => Ok(Self(webhook, call)),
            Err(refused) if is_foreign(refused.refusal.code) => Err(WebhookError::Unknown.into()),
            Err(refused) => Err(refused),
        }
    }
}

async fn check_owner(call: &ApiCaller, webhook: &webhook::Webhook, need: Need) -> Answer<()> {
    match (&webhook.owner, need) {
        (WebhookOwner::Server, Need::ReadApplications) => call.reach(Need::Oversee).map(drop),
        (WebhookOwner::Server, _) => call.reach(Need::Operate).map(drop),
        (WebhookOwner::Application(client_id), _) => {
            Ok(call.edge.access().application_for(&call.caller, client_id, need).await.map(drop)?)
        }
    }
}

/// Whether a refusal would reveal that it exists; it becomes `not_found`.
const fn is_foreign(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::NotFound | ErrorCode::AccessDenied | ErrorCode::InsufficientScope)
}

async fn listed(call: &ApiCaller, owner: &WebhookOwner) -> Answer<Page<Webhook>> {
    Ok(Page::of(&call.edge.webhooks().webhooks_of(owner).await?))
}

async fn made(call: &ApiCaller, new: NewWebhook, once: Once) -> Answer<Created> {
    let making = |call: ApiCaller| async move {
        let made = call.edge.webhooks().webhook_create(new, &call.actor()).await.map_err(refused)?;
        let location = call.url_of(&format!("webhooks/{}", made.webhook.id));
        Ok(Created::new(&WebhookWithSecret::from(made)).at(location))
    };
    once.make(call, making).await
}

fn address(text: &str) -> Answer<WebhookUrl> {
    text.parse().map_err(|e| Refusal::invalid_request(format!("'url': {e}")).of("url"))
}

fn events(names: &[String]) -> Answer<Vec<EventType>> {
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
    Refusal::from(error).about(field)
}
