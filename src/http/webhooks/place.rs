//! The owner of the webhooks of a page, and its visitor.

use std::ops::Deref;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::Deserialize;

use super::view::Around;
use crate::domain::ids::{MessageId, WebhookId};
use crate::domain::webhook::{Webhook, WebhookOwner};
use crate::flows::webhooks::{VisibleWebhooks, WebhookError};
use crate::http::Edge;
use crate::http::admin::frame::{self as admin_frame, Bar};
use crate::http::pages::csrf_form::check_token;
use crate::http::pages::flow::shown;
use crate::http::pages::page_error::PageError;
use crate::http::pages::view::{Form, Link};
use crate::http::pages::viewer::{FreshOperator, Operator, Viewer};
use crate::http::pages::visit::Visit;
use crate::http::portal::frame::{self as portal_frame, Frame};
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::owned_application::OwnedApplication;
use crate::http::portal::tab::Tab;
use crate::http::webhook_list::{base_of, page_of};
use crate::protocol::refusal::Refusal;

/// The parameters in the path of a page.
#[derive(Deserialize)]
struct Names {
    /// The application; none for the server's own.
    client_id: Option<String>,
    hook: Option<String>,
    message: Option<String>,
}

/// Whose webhooks a page is about, with a viewer who may see them: one who looks after the application, or an
/// operator. Those of the server are changed by an operator who signed in a moment ago.
pub(super) enum At {
    Application(Box<OwnedApplication>),
    Server(Box<Operator>),
}

impl Deref for At {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        match self {
            Self::Application(own) => own,
            Self::Server(operator) => operator,
        }
    }
}

impl AsRef<Visit> for At {
    fn as_ref(&self) -> &Visit {
        self
    }
}

impl FromRequestParts<Edge> for At {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let names = Names::read(parts, edge).await?;
        Ok(if names.client_id.is_some() {
            Self::Application(Box::new(OwnedApplication::from_request_parts(parts, edge).await?))
        } else if parts.method.is_safe() {
            Self::Server(Box::new(Operator::from_request_parts(parts, edge).await?))
        } else {
            Self::Server(Box::new(FreshOperator::from_request_parts(parts, edge).await?.into()))
        })
    }
}

impl Names {
    async fn read(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let Path(names) = Path::from_request_parts(parts, edge).await.map_err(PageError::explained)?;
        Ok(names)
    }
}

impl At {
    /// Whose webhooks they are.
    pub(super) fn owner(&self) -> WebhookOwner {
        match self {
            Self::Application(own) => WebhookOwner::Application(own.client_id().clone()),
            Self::Server(_) => WebhookOwner::Server,
        }
    }

    /// The page for a new one.
    pub(super) fn new_page(&self) -> String {
        format!("{}/new", base_of(&self.owner()))
    }

    /// The page after a webhook was deleted.
    pub(super) fn without(&self) -> String {
        match self {
            Self::Application(own) => format!("{}?done=webhook-deleted", Tab::Insight.address_of(own.client_id())),
            Self::Server(_) => format!("{}?done=deleted", base_of(&WebhookOwner::Server)),
        }
    }

    /// Where the list is that a webhook is in.
    pub(super) fn list(&self) -> Link {
        match self {
            Self::Application(own) => Link {
                href: format!("{}#webhooks", Tab::Insight.address_of(own.client_id())),
                text: shown(&own.application).called(),
            },
            Self::Server(_) => Link {
                href: base_of(&WebhookOwner::Server),
                text: PortalMessages::of(self.language).webhooks.hooks.title.to_owned(),
            },
        }
    }

    /// The frame of the page.
    pub(super) async fn around(&self) -> Result<Around, Refusal> {
        Ok(match self {
            Self::Application(own) => Around::Portal {
                frame: Frame::of(own, portal_frame::Here::Applications),
                as_operator: !own.edge.access().looks_after(own.person.user.id, &own.application).await?,
            },
            Self::Server(operator) => Around::Operator(Bar::of(operator, admin_frame::Here::Webhooks)),
        })
    }
}

/// A webhook of an owner whose webhooks are there for the viewer.
pub(super) struct OwnedWebhook {
    pub(super) at: At,
    pub(super) webhook: Webhook,
    message: Option<String>,
}

impl Deref for OwnedWebhook {
    type Target = At;

    fn deref(&self) -> &At {
        &self.at
    }
}

impl AsRef<Visit> for OwnedWebhook {
    fn as_ref(&self) -> &Visit {
        self
    }
}

impl FromRequestParts<Edge> for OwnedWebhook {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let at = At::from_request_parts(parts, edge).await?;
        check_token(&at, parts)?;
        let Names { hook, message, .. } = Names::read(parts, edge).await?;
        let named = hook.and_then(|id| id.parse::<WebhookId>().ok()).ok_or(WebhookError::Unknown)?;
        let webhook = edge.webhooks().webhook(named, &VisibleWebhooks::Everything).await?;
        if webhook.owner == at.owner() { Ok(Self { at, webhook, message }) } else { Err(WebhookError::Unknown.into()) }
    }
}

impl OwnedWebhook {
    /// The message that the address names.
    pub(super) fn message(&self) -> Result<MessageId, WebhookError> {
        let named = self.message.as_deref().and_then(|message| message.parse().ok());
        named.ok_or(WebhookError::NotRepeatable)
    }

    /// A form that is sent to the webhook.
    pub(super) fn form_to(&self, action: &str) -> Form {
        self.form(format!("{}/{action}", page_of(&self.webhook)))
    }
}
