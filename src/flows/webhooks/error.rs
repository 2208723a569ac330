//! Why something could not be done with a webhook.

use crate::adapters::fetch::FetchError;
use crate::domain::encryption::SealError;
use crate::domain::ids::ClientId;
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_url::WebhookUrlError;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::StoreError;

/// Why a webhook could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No address for messages.
    #[error(transparent)]
    Url(#[from] WebhookUrlError),
    /// The address resolves to no permitted address.
    #[error("this address cannot be used: {0}")]
    Address(#[from] FetchError),
    /// There is no such application.
    #[error("there is no application {0}")]
    NoApplication(ClientId),
    /// The limit of webhooks is reached.
    #[error("there are {0} webhooks already, and no more are allowed")]
    TooMany(i64),
    /// The event is not sent to webhooks of an application.
    #[error("the event {0} is not told to the webhooks of an application")]
    NotForApplications(EventType),
    /// No such webhook, or not in reach.
    #[error("there is no such webhook")]
    Unknown,
    /// No such message, or its body was deleted, or it is being sent.
    #[error("this message cannot be sent again: it is unknown, too old, or being sent right now")]
    NotRepeatable,
    /// The test event before it was not delivered yet.
    #[error("a test event waits to be delivered already; its deliveries say why")]
    PingWaits,
    /// The webhook is disabled.
    #[error("the webhook is disabled; enable it first")]
    Disabled,
    /// Its secret cannot be decrypted.
    #[error("the webhook's secret cannot be read: {0}")]
    Sealed(#[from] SealError),
    /// The actor may not do it, or not any more.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl From<Refusal> for WebhookError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<WebhookError> for Refusal {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::Store(error) => return error.into(),
            WebhookError::Refused(refusal) => return refusal,
            WebhookError::Sealed(_) => return Self::server_error(error.to_string()),
            WebhookError::Url(_) | WebhookError::Address(_) | WebhookError::NotForApplications(_) => {
                ErrorCode::InvalidRequest
            }
            WebhookError::NoApplication(_) | WebhookError::Unknown => ErrorCode::NotFound,
            WebhookError::TooMany(_)
            | WebhookError::NotRepeatable
            | WebhookError::PingWaits
            | WebhookError::Disabled => ErrorCode::Conflict,
        };
        Self::new(code, error.to_string())
    }
}
