//! `/portal/applications`: a person's own applications.

use std::time::Duration;

use super::APPLICATIONS;
use super::frame::{Frame, Here};
use super::life;
use super::messages::PortalMessages;
use super::tab::Tab;
use super::view::{ApplicationLine, ApplicationsPage, DeletedLine, InvitedLine, ListNotice};
use super::{invitation, kinds};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::life_cycle::Outlook;
use crate::domain::listing::{ApplicationPlace, ApplicationStates};
use crate::domain::ownership::{Invitation, InvitationPurpose};
use crate::http::pages::fields::{Query, cut};
use crate::http::pages::flow::shown;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::Visit;

/// From when on the next step is highlighted: when the first warning is due by default.
const SOON: Duration = Duration::from_hours(7 * 24);

/// How many applications a page shows, and how many deleted ones the first one shows.
const PAGE: u16 = 50;

/// `GET /portal/applications`.
pub(in crate::http) async fn show(viewer: Viewer, Query(parameters): Query) -> PageResult {
    let (edge, user) = (&viewer.edge, &viewer.person.user);
    let sent = |name: &str| parameters.value(name).unwrap_or_default().to_owned();
    let after = ApplicationPlace { name: sent("after"), client_id: sent("id") };
    let begins = after == ApplicationPlace::default();
    let mut own = edge.access().own_applications(user.id, None, &after, PAGE + 1).await?;
    let next = cut(&mut own, PAGE).map(behind);
    if begins {
        own.extend(edge.access().own_applications(user.id, Some(ApplicationStates::Deleted), &after, PAGE).await?);
    }
    let outlooks = edge.life_cycle().life_cycle_of_all(&own).await?;
    let both = || own.iter().zip(&outlooks);
    Ok(viewer.page(&ApplicationsPage {
        t: PortalMessages::of(viewer.language),
        frame: Frame::of(&viewer, Here::Applications),
        now: viewer.now(),
        notice: viewer.done.as_deref().and_then(ListNotice::from_name),
        invitations: edge.ownership().invitations_for(user).await?.iter().map(invited_line).collect(),
        applications: both().filter_map(|(application, outlook)| line(&viewer, application, outlook)).collect(),
        deleted: both().filter_map(|(application, outlook)| deleted_line(&viewer, application, outlook)).collect(),
        first: (!begins).then(|| APPLICATIONS.to_owned()),
        next,
    }))
}

/// The address of the page after this application.
fn behind(last: &Application) -> String {
    let place = [("after", last.settings.name.as_str()), ("id", last.client_id.as_str())];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(place).finish();
    format!("{APPLICATIONS}?{query}")
}

fn line(visit: &Visit, application: &Application, outlook: &Outlook) -> Option<ApplicationLine> {
    if matches!(application.state, ApplicationState::Deleted { .. }) {
        return None;
    }
    let t = PortalMessages::of(visit.language);
    let end = outlook.deactivated_at.or(outlook.deleted_at);
    Some(ApplicationLine {
        app: shown(application),
        href: Tab::Overview.address_of(&application.client_id),
        kind: kinds::words(t, application.settings.kind).short,
        active: application.state == ApplicationState::Active,
        last_used_at: application.last_used_at,
        outlook: life::sentence(t, application, outlook),
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
    let undelete = visit.form(format!("{}/undelete", Tab::Overview.address_of(&application.client_id)));
    Some(DeletedLine { app: shown(application), at, until, undelete })
}
