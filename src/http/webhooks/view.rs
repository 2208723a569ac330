//! One struct for each page: everything that it shows, and nothing else.

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::domain::webhook::{DisabledBecause, Webhook, WebhookState};
use crate::domain::webhook_delivery::DeliveryState;
use crate::http::admin::frame::Bar;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{Form, Link};
use crate::http::portal::frame::Frame;
use crate::http::portal::view::{FieldProblem, Input};

/// The bar at the top: the portal's or the operators'.
#[derive(Clone, Debug)]
pub(super) enum Around {
    Portal {
        frame: Frame,
        /// Whether the application is somebody else's, seen by an operator.
        as_operator: bool,
    },
    Operator(Bar),
}

impl Around {
    const fn as_operator(&self) -> bool {
        matches!(self, Self::Portal { as_operator: true, .. })
    }
}

/// The webhooks of an owner.
#[derive(Clone, Debug)]
pub(in crate::http) struct Hooks {
    /// Each of them, oldest first.
    pub(in crate::http) lines: Vec<HookLine>,
    /// Where another one is made, if there may be one.
    pub(in crate::http) add: Option<String>,
    /// How many there may be.
    pub(in crate::http) most: i64,
}

/// A webhook in a list.
#[derive(Clone, Debug)]
pub(in crate::http) struct HookLine {
    /// Its page.
    pub(in crate::http) href: String,
    /// Where it sends to.
    pub(in crate::http) url: String,
    /// What it is told.
    pub(in crate::http) events: String,
    /// How it fares.
    pub(in crate::http) standing: HookStanding,
}

/// How a webhook fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum HookStanding {
    /// Nothing was sent yet.
    Untried,
    /// A message got through then, and none failed since.
    Works(Timestamp),
    /// None gets through since then.
    Failing(Timestamp),
    /// Nothing is sent since then.
    Disabled(Timestamp, DisabledBecause),
}

impl HookStanding {
    /// That of this webhook.
    pub(super) fn of(webhook: &Webhook) -> Self {
        match (webhook.state, webhook.failing_since, webhook.last_delivered_at) {
            (WebhookState::Disabled { at, reason }, _, _) => Self::Disabled(at, reason),
            (WebhookState::Active, Some(since), _) => Self::Failing(since),
            (WebhookState::Active, None, Some(at)) => Self::Works(at),
            (WebhookState::Active, None, None) => Self::Untried,
        }
    }

    pub(in crate::http) const fn badge(self) -> &'static str {
        match self {
            Self::Untried | Self::Works(_) => "good",
            Self::Failing(_) => "bad",
            Self::Disabled(..) => "warn",
        }
    }

    pub(in crate::http) const fn name(self) -> &'static str {
        match self {
            Self::Untried | Self::Works(_) => "Active",
            Self::Failing(_) => "Failing",
            Self::Disabled(..) => "Disabled",
        }
    }

    const fn is_working(self) -> bool {
        matches!(self, Self::Works(_))
    }

    /// Why nothing is sent; empty where it is.
    pub(in crate::http) const fn why(self) -> &'static str {
        match self {
            Self::Disabled(_, DisabledBecause::Requested) => "by hand",
            Self::Disabled(_, DisabledBecause::Failing) => "because nothing got through for days",
            Self::Disabled(_, DisabledBecause::Gone) => "because the receiver answered 410 Gone",
            _ => "",
        }
    }
}

/// The server's webhooks.
#[derive(Debug, Template)]
#[template(path = "webhooks/list.html")]
pub(super) struct ListPage {
    pub(super) t: &'static Messages,
    pub(super) around: Around,
    /// The present.
    pub(super) now: Timestamp,
    /// What was just done.
    pub(super) notice: Option<&'static str>,
    pub(super) hooks: Hooks,
}

/// What is typed about a webhook.
#[derive(Clone, Debug)]
pub(super) struct FieldsPart {
    /// Where messages are sent.
    pub(super) url: Input,
    /// Whether every event is wanted.
    pub(super) all: bool,
    /// What can be wanted.
    pub(super) events: Vec<EventLine>,
    /// What is wrong with that.
    pub(super) events_problem: Option<String>,
}

/// An event that can be wanted.
#[derive(Clone, Debug)]
pub(super) struct EventLine {
    pub(super) name: &'static str,
    pub(super) sentence: &'static str,
    pub(super) chosen: bool,
}

/// A webhook to be made.
#[derive(Debug, Template)]
#[template(path = "webhooks/new.html")]
pub(super) struct NewPage {
    pub(super) t: &'static Messages,
    pub(super) around: Around,
    /// The list that it will be in.
    pub(super) trail: Link,
    /// All that has to be put right.
    pub(super) problems: Vec<FieldProblem>,
    pub(super) fields: FieldsPart,
    pub(super) form: Form,
}

/// A webhook.
#[derive(Debug, Template)]
#[template(path = "webhooks/webhook.html")]
pub(super) struct WebhookPage {
    pub(super) t: &'static Messages,
    pub(super) around: Around,
    /// The present.
    pub(super) now: Timestamp,
    /// The list that it is in.
    pub(super) trail: Link,
    /// What was just done.
    pub(super) notice: Option<&'static str>,
    /// What could not be done.
    pub(super) problems: Vec<FieldProblem>,
    /// A new secret, shown this once.
    pub(super) secret: Option<String>,
    /// Its address, as long as there is room.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) url: String,
    pub(super) standing: HookStanding,
    pub(super) created_at: Timestamp,
    pub(super) last_delivered_at: Option<Timestamp>,
    /// What it is told; none means everything.
    pub(super) events: Vec<&'static str>,
    /// Its newest messages, the newest first.
    pub(super) deliveries: Vec<DeliveryLine>,
    pub(super) fields: FieldsPart,
    /// Changes address and events.
    pub(super) change: Form,
    /// Sends it a message that tells of nothing.
    pub(super) ping: Option<Form>,
    /// Gives it another secret.
    pub(super) rotate: Form,
    pub(super) enable: Option<Form>,
    pub(super) disable: Option<Form>,
    pub(super) delete: Form,
}

/// A message and what became of it.
#[derive(Clone, Debug)]
pub(super) struct DeliveryLine {
    /// Its name, as the receiver sees it.
    pub(super) message: String,
    /// What it tells.
    pub(super) event: String,
    /// When that happened.
    pub(super) created_at: Timestamp,
    pub(super) state: DeliveryState,
    /// How often it was tried.
    pub(super) attempts: i64,
    /// When it was last tried.
    pub(super) tried_at: Option<Timestamp>,
    /// How that ended.
    pub(super) answer: Option<String>,
    /// When it is tried again.
    pub(super) next: Option<Timestamp>,
    /// Sends it once more, or now.
    pub(super) again: Option<Form>,
}

impl DeliveryLine {
    const fn badge(&self) -> &'static str {
        match self.state {
            DeliveryState::Pending(_) if self.tried_at.is_some() => "warn",
            DeliveryState::Pending(_) => "",
            DeliveryState::Delivered(_) => "good",
            DeliveryState::GivenUp => "bad",
        }
    }

    const fn outcome(&self) -> &'static str {
        match self.state {
            DeliveryState::Pending(_) if self.tried_at.is_some() => "Not taken yet",
            DeliveryState::Pending(_) => "On its way",
            DeliveryState::Delivered(_) => "Delivered",
            DeliveryState::GivenUp => "Given up",
        }
    }
}
