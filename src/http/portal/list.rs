//! `/portal/applications`: everything one looks after.

use std::time::Duration;

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};

use super::APPLICATIONS;
use super::application::address_of;
use super::frame::{Frame, Here, viewer};
use super::life;
use super::view::{ApplicationLine, ApplicationsPage, DeletedLine, InvitedLine, ListNotice};
use super::{invitation, kinds};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::language::Language;
use crate::domain::life_cycle::Outlook;
use crate::domain::ownership::{Invitation, InvitationPurpose};
use crate::flows::authorize::SignedInPerson;
use crate::http::pages::fields::query;
use crate::http::pages::flow::shown;
use crate::http::pages::page::page;
use crate::http::pages::problem::refused_page;
use crate::http::pages::texts::Texts;
use crate::http::pages::visit::Visit;
use crate::protocol::refusal::Refusal;

/// From when on the end of an application's life stands out: when its owners are warned of it.
const SOON: Duration = Duration::from_hours(7 * 24);

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
    let server = &visit.edge.server;
    let own = server.own_applications(person.user.id).await?;
    let outlooks = server.life_cycle_of_all(&own).await?;
    let both = || own.iter().zip(&outlooks);
    let view = ApplicationsPage {
        t: Texts::of(Language::English),
        frame: Frame::of(visit, person, Here::Applications),
        now: visit.now(),
        notice,
        invitations: server.invitations_for(&person.user).await?.iter().map(invited_line).collect(),
        applications: both().filter_map(|(application, outlook)| line(visit, application, outlook)).collect(),
        deleted: both().filter_map(|(application, outlook)| deleted_line(visit, application, outlook)).collect(),
    };
    Ok(page(&view).into_response())
}

fn line(visit: &Visit, application: &Application, outlook: &Outlook) -> Option<ApplicationLine> {
    if matches!(application.state, ApplicationState::Deleted { .. }) {
        return None;
    }
    let end = outlook.deactivated_at.or(outlook.deleted_at);
    Some(ApplicationLine {
        app: shown(application),
        href: address_of(&application.client_id),
        kind: kinds::words(application.settings.kind).short,
        active: application.state == ApplicationState::Active,
        last_used_at: application.last_used_at,
        outlook: life::sentence(application, outlook),
        soon: end.is_some_and(|end| end < visit.now().plus(SOON)),
    })
}

fn invited_line((invitation, application): &(Invitation, Application)) -> InvitedLine {
    InvitedLine {
        app: shown(application),
        href: invitation::address_of(&invitation.id.to_string()),
        hands_over: invitation.purpose == InvitationPurpose::Transfer,
        until: invitation.expires_at,
    }
}

fn deleted_line(visit: &Visit, application: &Application, outlook: &Outlook) -> Option<DeletedLine> {
    let ApplicationState::Deleted { at } = application.state else { return None };
    let until = outlook.purged_at.filter(|until| visit.now() < *until)?;
    let undelete = visit.form(format!("{}/undelete", address_of(&application.client_id)));
    Some(DeletedLine { app: shown(application), at, until, undelete })
}
