//! The owners of an application: inviting, handing over, removing, leaving.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::APPLICATIONS;
use super::application::Occasion;
use super::messages::{PeopleMessages, PortalMessages};
use super::owned_application::OwnedApplication;
use super::tab::Tab;
use super::view::{FieldProblem, Input, InvitationLine, OwnerLine, People, sentence};
use crate::domain::application::Application;
use crate::domain::ids::InvitationId;
use crate::domain::ownership::{InvitationPurpose, Owner};
use crate::domain::user::EmailAddress;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::see;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `POST …/owners/invite`.
pub(in crate::http) async fn invite(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let CsrfForm { sender: own, posted } = form;
    let t = &PortalMessages::of(own.language).people;
    let not_invited = |text: &str, status| Occasion {
        invited: Some(posted.text("email").to_owned()),
        ..Occasion::with_problem(FieldProblem::at("invite-email", text), status)
    };
    let Ok(email) = posted.text("email").trim_ascii().parse::<EmailAddress>() else {
        return own.page(not_invited(t.no_email, StatusCode::BAD_REQUEST)).await;
    };
    let purpose = InvitationPurpose::from_name(posted.text("purpose")).unwrap_or(InvitationPurpose::Share);
    match own.edge.ownership().invite_owner(&own.caller(), &own.application, email, purpose).await {
        Err(refusal) if refusal.code == ErrorCode::Conflict => {
            let text = sentence(PortalMessages::of(own.language).refusal(&refusal).trim_end_matches('.'));
            own.page(not_invited(&text, StatusCode::CONFLICT)).await
        }
        invited => own.answer(invited, "invited").await,
    }
}

/// `POST …/owners/remove`.
pub(in crate::http) async fn remove(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let CsrfForm { sender: own, posted } = form;
    let stranger = |_| Refusal::new(ErrorCode::NotFound, "they do not look after this application");
    let email: EmailAddress = posted.text("email").parse().map_err(stranger)?;
    let removed = own.edge.ownership().remove_owner(&own.caller(), &own.application, &email).await;
    own.answer(removed, "removed").await
}

/// `POST …/leave`.
pub(in crate::http) async fn leave(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    match own.edge.ownership().leave_application(&own.person.user, &own.application).await {
        Ok(()) => Ok(see(&format!("{APPLICATIONS}?done=left"))),
        Err(refusal) => own.could_not(refusal).await,
    }
}

/// `POST …/invitations/{id}/withdraw`.
pub(in crate::http) async fn withdraw(
    Path((_, invitation)): Path<(String, String)>,
    form: CsrfForm<OwnedApplication>,
) -> PageResult<Response> {
    let (own, unknown) = (form.sender, |_| Refusal::new(ErrorCode::NotFound, "there is no such open invitation"));
    let invitation: InvitationId = invitation.parse().map_err(unknown)?;
    let withdrawn = own.edge.ownership().invitation_withdraw(&own.caller(), &own.application, invitation).await;
    own.answer(withdrawn, "withdrawn").await
}

/// The part of the page that is about people.
pub(super) async fn people(viewer: &Viewer, application: &Application, occasion: &Occasion) -> Result<People, Refusal> {
    let edge = &viewer.edge;
    let owners = edge.access().owners_of(application).await?;
    let invitations = edge.ownership().invitations_of(application).await?;
    let changeable = application.origin.is_changed_here();
    let form = |action: &str| viewer.form(format!("{}/{action}", Tab::Overview.address_of(&application.client_id)));
    let active = owners.iter().filter(|owner| owner.active).count();
    let line = |owner: Owner| {
        let you = owner.user == Some(viewer.person.user.id);
        let replaceable = owner.user.is_none() || active > usize::from(owner.active);
        OwnerLine {
            remove: (changeable && !you && replaceable)
                .then(|| form("owners/remove").carrying("email", owner.email.to_string())),
            email: owner.email.to_string(),
            name: owner.name,
            since: owner.since,
            proven: owner.user.is_some(),
            you,
        }
    };
    let owners: Vec<OwnerLine> = owners.into_iter().map(line).collect();
    Ok(People {
        leave: (changeable && active > 1 && owners.iter().any(|owner| owner.you)).then(|| form("leave")),
        invitations: invitations
            .into_iter()
            .map(|invitation| InvitationLine {
                email: invitation.email.to_string(),
                hands_over: invitation.purpose == InvitationPurpose::Transfer,
                until: invitation.expires_at,
                withdraw: form(&format!("invitations/{}/withdraw", invitation.id)),
            })
            .collect(),
        invite: changeable.then(|| form("owners/invite")),
        owners,
        email: address_field(&PortalMessages::of(viewer.language).people, occasion),
    })
}

fn address_field(t: &PeopleMessages, occasion: &Occasion) -> Input {
    let mut email = Input::line("invite-email", "email", t.email_label)
        .hinted(t.email_hint)
        .holding(occasion.invited.clone().unwrap_or_default());
    email.problem = occasion.problems.iter().find(|problem| problem.id == email.id).map(|found| found.text.clone());
    email
}
