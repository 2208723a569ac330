//! The application that an address below `/portal/applications/` is about, with the one who looks after it.

use std::ops::Deref;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::application::{Occasion, application_page, seen};
use super::messages::PortalMessages;
use super::tab::Tab;
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::flows::access::{Need, unknown_application};
use crate::http::Edge;
use crate::http::pages::csrf_form::check_token;
use crate::http::pages::page_error::{PageError, PageResult};
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

/// An application that is not deleted, and a viewer who may see it, where it is fetched, or change it, where a form
/// is sent: one who looks after it, or an operator. For others it is not there.
pub(in crate::http) struct OwnedApplication {
    viewer: Viewer,
    /// The application.
    pub(in crate::http) application: Application,
}

impl Deref for OwnedApplication {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.viewer
    }
}

impl AsRef<Visit> for OwnedApplication {
    fn as_ref(&self) -> &Visit {
        self.viewer.as_ref()
    }
}

/// What the address names; it may name more.
#[derive(Deserialize)]
struct Named {
    client_id: String,
}

impl FromRequestParts<Edge> for OwnedApplication {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let Path(Named { client_id }) = Path::from_request_parts(parts, edge).await.map_err(PageError::explained)?;
        let viewer = Viewer::from_request_parts(parts, edge).await?;
        check_token(&viewer, parts)?;
        let client_id: ClientId = client_id.parse().map_err(|_| unknown_application())?;
        let need = if parts.method.is_safe() { Need::ReadApplications } else { Need::WriteApplications };
        let application = edge.access().application_for(&viewer.caller(), &client_id, need).await?;
        Ok(Self { viewer, application })
    }
}

impl OwnedApplication {
    /// The application's public name.
    pub(in crate::http) const fn client_id(&self) -> &ClientId {
        &self.application.client_id
    }

    /// The address of the tab that showed the form, which says what was done.
    pub(super) fn done(&self, what: &str) -> String {
        format!("{}?done={what}", Tab::at(&self.path).address_of(self.client_id()))
    }

    /// The tab that showed the form once more, which says what was done; or why it was not.
    pub(super) async fn answer<T, E>(&self, outcome: Result<T, E>, what: &str) -> PageResult<Response>
    where
        T: Send,
        E: Into<Refusal> + Send,
    {
        match outcome {
            Ok(_) => Ok(see(&self.done(what))),
            Err(error) => self.could_not(error.into()).await,
        }
    }

    /// The page with why something could not be done; as a page of its own where there is nothing to show.
    pub(super) async fn could_not(&self, refusal: Refusal) -> PageResult<Response> {
        could_not(&self.viewer, self.client_id(), refusal).await
    }

    /// The page with something to say besides.
    pub(super) async fn page(&self, occasion: Occasion) -> PageResult<Response> {
        Ok(application_page(&self.viewer, &self.application, occasion).await?.into_response())
    }
}

/// The same for an application that may be deleted.
pub(super) async fn could_not(viewer: &Viewer, client_id: &ClientId, refusal: Refusal) -> PageResult<Response> {
    if status_on_page(&refusal).is_none() {
        return Err(refusal.into());
    }
    // What is there now, not what it was when the form was shown.
    let now = seen(viewer, client_id).await?;
    Ok(application_page(viewer, &now, Occasion::refused(PortalMessages::of(viewer.language), &refusal))
        .await?
        .into_response())
}

/// The status of a page that is shown again because of this; none where a page of its own says it.
pub(in crate::http) fn status_on_page(refusal: &Refusal) -> Option<StatusCode> {
    let status = StatusCode::from_u16(refusal.code.status()).ok()?;
    let elsewhere = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND);
    (status.is_client_error() && !elsewhere).then_some(status)
}
