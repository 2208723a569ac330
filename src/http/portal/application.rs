//! `/portal/applications/{client_id}`: the pages of an application.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::messages::PortalMessages;
use super::tab::Tab;
use super::tabs::Tabs;
use super::view::{ApplicationNotice, FieldProblem, Tried, TriedSignIn};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::ids::ClientId;
use crate::domain::secret::ClientSecret;
use crate::flows::access::{Need, unknown_application};
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::see;
use crate::protocol::refusal::Refusal;

/// What the page shows besides the application.
#[derive(Default)]
pub(super) struct Occasion {
    /// What was just done.
    pub(super) notice: Option<ApplicationNotice>,
    /// The problems.
    pub(super) problems: Vec<FieldProblem>,
    /// The status of the page.
    pub(super) status: StatusCode,
    /// A secret that is shown now only.
    pub(super) secret: Option<ClientSecret>,
    /// A token of "Try it".
    pub(super) tried: Option<Tried>,
    /// What the application would be told of the viewer.
    pub(super) told: Option<TriedSignIn>,
    /// An address that was refused, as it was entered.
    pub(super) invited: Option<String>,
    /// Whether the settings are only asked about: saved once more, they leave no person who may use the application.
    pub(super) asks_about_nobody: bool,
    /// Settings that were refused, as they were entered.
    pub(super) refused: Option<(PostedForm, Vec<FieldProblem>)>,
}

impl Occasion {
    /// The page after a refusal.
    pub(super) fn refused(t: &PortalMessages, refusal: &Refusal) -> Self {
        Self {
            problems: vec![FieldProblem::whole(t.refusal(refusal))],
            status: StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST),
            ..Self::default()
        }
    }

    /// Something has to be put right first.
    pub(super) fn with_problem(problem: FieldProblem, status: StatusCode) -> Self {
        Self { problems: vec![problem], status, ..Self::default() }
    }
}

/// `GET /portal/applications/{client_id}`, and of each tab below it.
pub(in crate::http) async fn show(Path(id): Path<String>, viewer: Viewer) -> PageResult<Response> {
    let application = seen(&viewer, &id.parse().map_err(|_| unknown_application())?).await?;
    let deleted = matches!(application.state, ApplicationState::Deleted { .. });
    if deleted && Tab::at(&viewer.path) != Tab::Overview {
        return Ok(see(&Tab::Overview.address_of(&application.client_id)));
    }
    let occasion = Occasion {
        notice: viewer.done.as_deref().and_then(ApplicationNotice::from_name),
        secret: viewer.secret_to_show(application.client_id.as_str()),
        ..Occasion::default()
    };
    Ok(application_page(&viewer, &application, occasion).await?.into_response())
}

/// The application of a page, deleted or not, if it is this viewer's to see.
pub(super) async fn seen(viewer: &Viewer, client_id: &ClientId) -> Result<Application, Refusal> {
    viewer.edge.access().remembered_application_for(&viewer.caller(), client_id, Need::ReadApplications).await
}

/// The page of the tab that the viewer is at.
pub(super) async fn application_page(viewer: &Viewer, application: &Application, occasion: Occasion) -> PageResult {
    let (status, shows_secret) = (occasion.status, occasion.secret.is_some());
    let page = Tabs::of(viewer, application).await?.page(occasion).await?.with_status(status);
    Ok(if shows_secret { viewer.having_shown_secret(page) } else { page })
}
