//! `/portal/invitations/{path}`: the page of an invitation, from the link in the mail or from the list.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};

use super::APPLICATIONS;
use super::application::done;
use super::frame::{Frame, Here, sender, viewer};
use super::kinds;
use super::posted_form::PostedForm;
use super::view::InvitationPage;
use crate::domain::language::Language;
use crate::domain::ownership::{InvitationPath, InvitationPurpose};
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::flow::shown;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::{page_or_refusal, refused_page};
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::{ErrorCode, Refusal};

pub(super) fn address_of(path: &str) -> String {
    format!("/portal/invitations/{path}")
}

fn read(path: &str) -> Result<InvitationPath, Refusal> {
    path.parse().map_err(|_| Refusal::new(ErrorCode::NotFound, "this invitation is not, or no longer, for you"))
}

/// `GET /portal/invitations/{path}`.
pub(in crate::http) async fn show(Path(path): Path<String>, visit: Visit) -> Response {
    let person = match viewer(&visit, &address_of(&path)) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    page_or_refusal(&visit, invitation_page(&visit, person, &path).await)
}

async fn invitation_page(visit: &Visit, person: &SignedInPerson, path: &str) -> Result<Response, Refusal> {
    let edge = &visit.edge;
    let (invitation, application) = edge.ownership().invitation_for(&person.user, &read(path)?).await?;
    let view = InvitationPage {
        t: Messages::of(Language::English),
        frame: Frame::of(visit, person, Here::Applications),
        app: shown(&application),
        kind: kinds::words(application.settings.kind).short,
        inviter: edge
            .people()
            .address_of_user(invitation.invited_by)
            .await?
            .map(|address| address.to_string())
            .unwrap_or_default(),
        hands_over: invitation.purpose == InvitationPurpose::Transfer,
        until: invitation.expires_at,
        accept: visit.form(format!("{}/accept", address_of(path))),
        decline: visit.form(format!("{}/decline", address_of(path))),
    };
    Ok(page(&view).into_response())
}

/// `POST …/accept`.
pub(in crate::http) async fn accept(Path(path): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let person = match sender(&visit, &typed, &address_of(&path)) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let accepted = match read(&path) {
        Ok(path) => visit.edge.ownership().invitation_accept(&person.user, &path).await,
        Err(refusal) => Err(refusal),
    };
    match accepted {
        Ok(client_id) => see(&done(&client_id, "joined")),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `POST …/decline`.
pub(in crate::http) async fn decline(Path(path): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let person = match sender(&visit, &typed, &address_of(&path)) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let declined = match read(&path) {
        Ok(path) => visit.edge.ownership().invitation_decline(&person.user, &path).await,
        Err(refusal) => Err(refusal),
    };
    match declined {
        Ok(()) => see(&format!("{APPLICATIONS}?done=declined")),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}
