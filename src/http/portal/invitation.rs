//! `/portal/invitations/{token}`: the page of an invitation, from the link in the mail or from the list.

use axum::extract::Path;
use axum::response::Response;

use super::APPLICATIONS;
use super::frame::{Frame, Here};
use super::kinds;
use super::messages::PortalMessages;
use super::tab::Tab;
use super::view::InvitationPage;
use crate::domain::ownership::{InvitationPath, InvitationPurpose};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::flow::shown;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::see;
use crate::protocol::refusal::{ErrorCode, Refusal};

pub(super) fn address_of(path: &str) -> String {
    format!("/portal/invitations/{path}")
}

fn read(path: &str) -> Result<InvitationPath, Refusal> {
    path.parse().map_err(|_| Refusal::new(ErrorCode::NotFound, "this invitation is not, or no longer, for you"))
}

/// `GET /portal/invitations/{token}`.
pub(in crate::http) async fn show(Path(path): Path<String>, viewer: Viewer) -> PageResult {
    let edge = &viewer.edge;
    let (invitation, application) = edge.ownership().invitation_for(&viewer.person.user, &read(&path)?).await?;
    let inviter = edge.people().address_of_user(invitation.invited_by).await?;
    Ok(viewer.page(&InvitationPage {
        t: PortalMessages::of(viewer.language),
        frame: Frame::of(&viewer, Here::Applications),
        app: shown(&application),
        kind: kinds::words(PortalMessages::of(viewer.language), application.settings.kind).short,
        inviter: inviter.map(|address| address.to_string()).unwrap_or_default(),
        hands_over: invitation.purpose == InvitationPurpose::Transfer,
        until: invitation.expires_at,
        accept: viewer.form(format!("{}/accept", address_of(&path))),
        decline: viewer.form(format!("{}/decline", address_of(&path))),
    }))
}

/// `POST …/accept`.
pub(in crate::http) async fn accept(Path(path): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let client_id = viewer.edge.ownership().invitation_accept(&viewer.person.user, &read(&path)?).await?;
    Ok(see(&format!("{}?done=joined", Tab::Overview.address_of(&client_id))))
}

/// `POST …/decline`.
pub(in crate::http) async fn decline(Path(path): Path<String>, form: CsrfForm<Viewer>) -> PageResult<Response> {
    let viewer = form.sender;
    viewer.edge.ownership().invitation_decline(&viewer.person.user, &read(&path)?).await?;
    Ok(see(&format!("{APPLICATIONS}?done=declined")))
}
