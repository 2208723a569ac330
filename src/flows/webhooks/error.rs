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
    /// The address leads nowhere, or where it may not.
    #[error("this address cannot be used: {0}")]
    Address(#[from] FetchError),
    /// Its events are those of an application that is not there.
    #[error("there is no application {0}")]
    NoApplication(ClientId),
    /// Enough is enough.
    #[error("there are {0} webhooks already, and no more are allowed")]
    TooMany(i64),
    /// An application is told its own events only.
    #[error("the event {0} is not told to the webhooks of an application")]
    NotForApplications(EventType),
    /// No such webhook, or not in reach.
    #[error("there is no such webhook")]
    Unknown,
    /// No such message, or its text is forgotten, or it is on its way at this moment.
    #[error("this message cannot be sent again: it is unknown, too old, or being sent right now")]
    NotRepeatable,
    /// The test event before it has not arrived yet.
    #[error("a test event waits to be delivered already; its deliveries say why")]
    PingWaits,
    /// Nothing is sent to it.
    #[error("the webhook is disabled; enable it first")]
    Disabled,
    /// Its secret does not open.
    #[error("the webhook's secret cannot be read: {0}")]
    Sealed(#[from] SealError),
}

impl From<WebhookError> for Refusal {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::Store(error) => return error.into(),
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
