//! What can be wrong with a webhook's form, or keep one of its buttons from being carried out.

use super::fields::{EVENTS, URL};
use crate::domain::language::Language;
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_url::{LONGEST_URL, WebhookUrlError};
use crate::flows::webhooks::WebhookError;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::view::{FieldProblem, sentence};
use crate::protocol::refusal::Refusal;

/// A problem, before it is told in the language of a page.
#[derive(Clone, Debug)]
pub(super) enum HookProblem {
    /// No event is ticked.
    NoEvent,
    /// An event that there is not.
    UnknownEvent,
    /// No address for messages.
    Url(WebhookUrlError),
    /// The address leads nowhere that messages are sent to; why, as the log has it.
    Address(String),
    /// The limit of webhooks is reached.
    TooMany(i64),
    /// An event that no application is told.
    NotForApplications(EventType),
    /// The message is unknown, too old, or on its way.
    NotRepeatable,
    /// The test event before it was not delivered yet.
    PingWaits,
    /// It is disabled.
    Disabled,
    /// Anything else.
    Refused(Refusal),
    /// What no reader can do anything about.
    Other(String),
}

impl HookProblem {
    /// What this error tells about a webhook.
    pub(super) fn of(error: &WebhookError) -> Self {
        match error {
            WebhookError::Url(error) => Self::Url(*error),
            WebhookError::Address(_) => Self::Address(error.to_string()),
            WebhookError::TooMany(most) => Self::TooMany(*most),
            WebhookError::NotForApplications(event) => Self::NotForApplications(*event),
            WebhookError::NotRepeatable => Self::NotRepeatable,
            WebhookError::PingWaits => Self::PingWaits,
            WebhookError::Disabled => Self::Disabled,
            WebhookError::Refused(refusal) => Self::Refused(refusal.clone()),
            WebhookError::Store(_)
            | WebhookError::NoApplication(_)
            | WebhookError::Unknown
            | WebhookError::Sealed(_) => Self::Other(error.to_string()),
        }
    }

    /// The element that it is about; empty if it is about the whole.
    pub(super) const fn element(&self) -> &'static str {
        match self {
            Self::NoEvent | Self::UnknownEvent | Self::NotForApplications(_) => EVENTS,
            Self::Url(_) | Self::Address(_) => URL,
            _ => "",
        }
    }

    /// The problem as a page tells it.
    pub(super) fn told(&self, t: &PortalMessages) -> FieldProblem {
        FieldProblem::at(self.element(), self.sentence(t))
    }

    fn sentence(&self, t: &PortalMessages) -> String {
        let of = &t.webhooks.problems;
        match self {
            Self::NoEvent => t.webhooks.hook.tick_one.to_owned(),
            Self::UnknownEvent => t.webhooks.hook.no_such_event.to_owned(),
            Self::Url(WebhookUrlError::NoUrl) => of.no_url.with(LONGEST_URL),
            Self::Url(WebhookUrlError::NotHttps) => of.not_https.to_owned(),
            Self::Url(WebhookUrlError::Extras) => of.extras.to_owned(),
            Self::Address(why) if t.language == Language::English => sentence(why),
            Self::Address(_) => of.unusable.to_owned(),
            Self::TooMany(most) => of.too_many_hooks.with(most),
            Self::NotForApplications(event) => of.not_for_applications.with(event.name()),
            Self::NotRepeatable => of.not_repeatable.to_owned(),
            Self::PingWaits => of.ping_waits.to_owned(),
            Self::Disabled => of.enable_first.to_owned(),
            Self::Refused(refusal) => t.refusal(refusal),
            Self::Other(why) if t.language == Language::English => sentence(why),
            Self::Other(_) => t.problems.not_accepted.to_owned(),
        }
    }
}
