//! `/portal/applications`: everything one looks after.

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};

use super::APPLICATIONS;
use super::application::address_of;
use super::frame::{Frame, Here, viewer};
use super::kinds;
use super::view::{ApplicationLine, ApplicationsPage, DeletedLine, ListNotice};
use crate::domain::application::{Application, ApplicationState};
use crate::flows::authorize::SignedInPerson;
use crate::http::pages::fields::query;
use crate::http::pages::flow::shown;
use crate::http::pages::locale::Locale;
use crate::http::pages::page::page;
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

/// `GET /portal/applications`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let person = match viewer(&visit, APPLICATIONS) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let notice = query(&uri).ok().and_then(|parameters| ListNotice::from_name(parameters.value("done")?));
    match list(&visit, person, notice).await {
        Ok(response) => visit.remembered(response),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

async fn list(visit: &Visit, person: &SignedInPerson, notice: Option<ListNotice>) -> Result<Response, Refusal> {
    let own = visit.edge.server.own_applications(person.user.id).await?;
    let deleted = own.iter().filter_map(|application| deleted_line(visit, application)).collect();
    let view = ApplicationsPage {
        t: Locale::En.texts(),
        frame: Frame::of(visit, person, Here::Applications),
        now: visit.now(),
        notice,
        applications: own.iter().filter_map(line).collect(),
        deleted,
    };
    Ok(page(&view).into_response())
}

fn line(application: &Application) -> Option<ApplicationLine> {
    if matches!(application.state, ApplicationState::Deleted { .. }) {
        return None;
    }
    Some(ApplicationLine {
        app: shown(application),
        href: address_of(&application.client_id),
        kind: kinds::words(application.settings.kind).short,
        active: application.state == ApplicationState::Active,
        last_used_at: application.last_used_at,
        outlook: None,
    })
}

fn deleted_line(_visit: &Visit, _application: &Application) -> Option<DeletedLine> {
    None
}
