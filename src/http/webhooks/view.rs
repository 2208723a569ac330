//! One struct for each page: everything that it shows, and nothing else.

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::pages::assets;
use crate::http::pages::view::{Form, Link};
use crate::http::portal::frame::Frame;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::view::{DeliveryLine, FieldProblem, Input};
use crate::http::webhook_list::{HookStanding, Hooks};

/// The bar at the top: the portal's or the operators'.
#[derive(Clone, Debug)]
pub(super) enum Around {
    Portal {
        frame: Frame,
        /// Whether an operator sees another owner's application.
        as_operator: bool,
    },
    Operator(Bar),
}

impl Around {
    const fn as_operator(&self) -> bool {
        matches!(self, Self::Portal { as_operator: true, .. })
    }
}

/// The server's webhooks.
#[derive(Debug, Template)]
#[template(path = "webhooks/list.html")]
pub(super) struct ListPage {
    pub(super) t: &'static PortalMessages,
    pub(super) around: Around,
    /// The current time.
    pub(super) now: Timestamp,
    /// What was just done.
    pub(super) notice: Option<&'static str>,
    pub(super) hooks: Hooks,
}

/// The fields of a webhook.
#[derive(Clone, Debug)]
pub(super) struct FieldsPart {
    /// Where messages are sent.
    pub(super) url: Input,
    /// Whether all events are subscribed.
    pub(super) all: bool,
    /// The events.
    pub(super) events: Vec<EventLine>,
    /// What is wrong with the events.
    pub(super) events_problem: Option<String>,
}

/// An event to subscribe to.
#[derive(Clone, Debug)]
pub(super) struct EventLine {
    pub(super) name: &'static str,
    pub(super) sentence: &'static str,
    pub(super) chosen: bool,
}

/// A new webhook.
#[derive(Debug, Template)]
#[template(path = "webhooks/new.html")]
pub(super) struct NewPage {
    pub(super) t: &'static PortalMessages,
    pub(super) around: Around,
    /// The list that it will be in, as a link.
    pub(super) trail: Link,
    /// The problems.
    pub(super) problems: Vec<FieldProblem>,
    pub(super) fields: FieldsPart,
    pub(super) form: Form,
}

/// A webhook.
#[derive(Debug, Template)]
#[template(path = "webhooks/webhook.html")]
pub(super) struct WebhookPage {
    pub(super) t: &'static PortalMessages,
    pub(super) around: Around,
    /// The current time.
    pub(super) now: Timestamp,
    /// The list that it is in.
    pub(super) trail: Link,
    /// What was just done.
    pub(super) notice: Option<&'static str>,
    /// The problems.
    pub(super) problems: Vec<FieldProblem>,
    /// A new secret, shown this once.
    pub(super) secret: Option<String>,
    /// Its URL, shortened.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) url: String,
    pub(super) standing: HookStanding,
    pub(super) created_at: Timestamp,
    pub(super) last_delivered_at: Option<Timestamp>,
    /// The subscribed events; none means all.
    pub(super) events: Vec<&'static str>,
    /// Its newest messages, the newest first.
    pub(super) deliveries: Vec<DeliveryLine>,
    pub(super) fields: FieldsPart,
    /// Changes address and events.
    pub(super) change: Form,
    /// Sends it a test message.
    pub(super) ping: Option<Form>,
    /// Gives it another secret.
    pub(super) rotate: Form,
    pub(super) enable: Option<Form>,
    pub(super) disable: Option<Form>,
    pub(super) delete: Form,
}
