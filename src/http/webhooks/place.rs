//! The owner of the webhooks of a page, and its visitor.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;

use super::view::Around;
use crate::domain::application::Application;
use crate::domain::ids::{ClientId, MessageId, WebhookId};
use crate::domain::webhook::{Webhook, WebhookOwner};
use crate::flows::access::{Need, unknown_application};
use crate::flows::sessions::SignedInPerson;
use crate::flows::webhooks::{Reach, WebhookError};
use crate::http::Edge;
use crate::http::admin::frame::{self as admin_frame, Bar};
use crate::http::pages::flow::shown;
use crate::http::pages::problem::refused_page;
use crate::http::pages::view::{Form, Link};
use crate::http::pages::visit::Visit;
use crate::http::portal::frame::{self as portal_frame, Frame};
use crate::http::portal::posted_form::PostedForm;
use crate::protocol::refusal::Refusal;

/// The parameters in the path of a page.
#[derive(Deserialize)]
struct Names {
    /// The application; none for the server's own.
    client_id: Option<String>,
    hook: Option<String>,
    message: Option<String>,
}

/// The address of a page about webhooks.
pub(super) struct Address {
    names: Names,
    path: String,
}

impl FromRequestParts<Edge> for Address {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PathRejection> {
        let Path(names) = Path::from_request_parts(parts, edge).await?;
        Ok(Self { names, path: parts.uri.path().to_owned() })
    }
}

impl Address {
    /// The page that a form of this address belongs to.
    pub(super) fn page(&self) -> String {
        let parts = if self.names.client_id.is_some() { 6 } else { 4 };
        self.path.split('/').take(parts).collect::<Vec<_>>().join("/")
    }

    /// The message that it names.
    pub(super) fn message(&self) -> Result<MessageId, WebhookError> {
        let named = self.names.message.as_deref().and_then(|message| message.parse().ok());
        named.ok_or(WebhookError::NotRepeatable)
    }
}

/// The owner of the webhooks.
enum Place {
    Application(Box<Application>),
    Server,
}

/// A person at a page that they may see.
pub(super) struct At<'a> {
    pub(super) visit: &'a Visit,
    pub(super) person: &'a SignedInPerson,
    place: Place,
}

impl<'a> At<'a> {
    /// The visitor of a page: an owner of the application, or an operator.
    pub(super) async fn viewer(visit: &'a Visit, address: &Address) -> Result<Self, Box<Response>> {
        let Some(client_id) = &address.names.client_id else {
            let person = admin_frame::operator(visit, &address.path)?;
            return Ok(Self { visit, person, place: Place::Server });
        };
        let person = portal_frame::viewer(visit, &address.path)?;
        Self::of_application(visit, person, client_id, Need::ReadApplications).await
    }

    /// The person who sent a form with its valid token. For the server's webhooks it takes a fresh sign-in.
    pub(super) async fn sender(visit: &'a Visit, address: &Address, typed: &PostedForm) -> Result<Self, Box<Response>> {
        let Some(client_id) = &address.names.client_id else {
            let person = admin_frame::fresh_sender_of(visit, Some(typed.text("csrf")), &address.page())?;
            return Ok(Self { visit, person, place: Place::Server });
        };
        let person = portal_frame::sender(visit, typed, &address.page())?;
        Self::of_application(visit, person, client_id, Need::WriteApplications).await
    }

    /// The sender of a form of a webhook's page, and the webhook.
    pub(super) async fn changing(
        visit: &'a Visit,
        address: &Address,
        typed: &PostedForm,
    ) -> Result<(Self, Webhook), Box<Response>> {
        let at = Self::sender(visit, address, typed).await?;
        let webhook = at.webhook(address).await?;
        Ok((at, webhook))
    }

    async fn of_application(
        visit: &'a Visit,
        person: &'a SignedInPerson,
        client_id: &str,
        need: Need,
    ) -> Result<Self, Box<Response>> {
        let caller = portal_frame::caller(person);
        let found = match client_id.parse::<ClientId>() {
            Ok(client_id) => visit.edge.access().application_for(&caller, &client_id, need).await,
            Err(_) => Err(unknown_application()),
        };
        let application = found.map_err(|refusal| Box::new(refused_page(visit, &refusal)))?;
        Ok(Self { visit, person, place: Place::Application(Box::new(application)) })
    }

    /// The webhook in the path, if it belongs to this owner.
    pub(super) async fn webhook(&self, address: &Address) -> Result<Webhook, Box<Response>> {
        let named = address.names.hook.as_deref().and_then(|id| id.parse::<WebhookId>().ok());
        let found = match named {
            Some(id) => self.visit.edge.webhooks().webhook(id, &Reach::Everything).await,
            None => Err(WebhookError::Unknown),
        };
        let own =
            found.and_then(|found| if found.owner == self.owner() { Ok(found) } else { Err(WebhookError::Unknown) });
        own.map_err(|error| Box::new(refused_page(self.visit, &error.into())))
    }

    /// The owner of the webhooks.
    pub(super) fn owner(&self) -> WebhookOwner {
        match &self.place {
            Place::Application(application) => WebhookOwner::Application(application.client_id.clone()),
            Place::Server => WebhookOwner::Server,
        }
    }

    /// The page for a new one.
    pub(super) fn new_page(&self) -> String {
        format!("{}/new", base_of(&self.owner()))
    }

    /// The page after a webhook was deleted.
    pub(super) fn without(&self) -> String {
        match &self.place {
            Place::Application(application) => {
                format!("/portal/applications/{}?done=webhook-deleted", application.client_id)
            }
            Place::Server => format!("{}?done=deleted", base_of(&WebhookOwner::Server)),
        }
    }

    /// A form that is sent to the webhook.
    pub(super) fn form(&self, webhook: &Webhook, action: &str) -> Form {
        self.visit.form(format!("{}/{action}", page_of(webhook)))
    }

    /// The list of these webhooks.
    pub(super) fn list(&self) -> Link {
        match &self.place {
            Place::Application(application) => Link {
                href: format!("/portal/applications/{}#webhooks", application.client_id),
                text: shown(application).called(),
            },
            Place::Server => Link { href: base_of(&WebhookOwner::Server), text: "Webhooks".to_owned() },
        }
    }

    /// The frame of the page.
    pub(super) async fn around(&self) -> Result<Around, Refusal> {
        let (visit, person) = (self.visit, self.person);
        Ok(match &self.place {
            Place::Application(application) => Around::Portal {
                frame: Frame::of(visit, person, portal_frame::Here::Applications),
                as_operator: !visit.edge.access().looks_after(person.user.id, application).await?,
            },
            Place::Server => Around::Operator(Bar::of(visit, person, admin_frame::Here::Webhooks)),
        })
    }
}

/// The base path of an owner's webhooks. A client id needs no encoding.
pub(super) fn base_of(owner: &WebhookOwner) -> String {
    match owner {
        WebhookOwner::Application(client_id) => format!("/portal/applications/{client_id}/webhooks"),
        WebhookOwner::Server => admin_frame::Here::Webhooks.href().to_owned(),
    }
}

/// The address of a webhook's page.
pub(super) fn page_of(webhook: &Webhook) -> String {
    format!("{}/{}", base_of(&webhook.owner), webhook.id)
}
