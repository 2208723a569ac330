//! The owners of an application: inviting, handing over, removing, leaving.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::APPLICATIONS;
use super::application::{Occasion, address_of, application_page, changing, could_not, done};
use super::frame::caller;
use super::posted_form::PostedForm;
use super::view::{FieldProblem, Input, InvitationLine, OwnerLine, People, sentence};
use crate::domain::application::{Application, Origin};
use crate::domain::ids::InvitationId;
use crate::domain::ownership::{InvitationPurpose, Owner};
use crate::domain::user::EmailAddress;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::problem::refused_page;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// `POST …/owners/invite`.
pub(in crate::http) async fn invite(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let Ok(email) = typed.text("email").trim().parse::<EmailAddress>() else {
        let problem = FieldProblem::at("invite-email", "That is not an e-mail address.");
        return not_invited(&visit, (person, &application), typed, (problem, StatusCode::BAD_REQUEST)).await;
    };
    let purpose = InvitationPurpose::from_name(typed.text("purpose")).unwrap_or(InvitationPurpose::Share);
    match visit.edge.ownership().invite_owner(&caller(person), &application, email, purpose).await {
        Ok(_) => see(&done(&application.client_id, "invited")),
        Err(refusal) if refusal.code == ErrorCode::Conflict => {
            let problem = FieldProblem::at("invite-email", sentence(&refusal.description));
            not_invited(&visit, (person, &application), typed, (problem, StatusCode::CONFLICT)).await
        }
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}

async fn not_invited(
    visit: &Visit,
    (person, application): (&SignedInPerson, &Application),
    typed: PostedForm,
    (problem, status): (FieldProblem, StatusCode),
) -> Response {
    let invited = Some(typed.text("email").to_owned());
    let occasion = Occasion { problems: vec![problem], status, invited, ..Occasion::default() };
    application_page(visit, person, application, occasion).await
}

/// `POST …/owners/remove`.
pub(in crate::http) async fn remove(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let Ok(email) = typed.text("email").parse::<EmailAddress>() else {
        let refusal = Refusal::new(ErrorCode::NotFound, "this person does not own the application");
        return refused_page(&visit, &refusal);
    };
    match visit.edge.ownership().remove_owner(&caller(person), &application, &email).await {
        Ok(()) => see(&done(&application.client_id, "removed")),
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}

/// `POST …/leave`.
pub(in crate::http) async fn leave(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    match visit.edge.ownership().leave_application(&person.user, &application).await {
        Ok(()) => see(&format!("{APPLICATIONS}?done=left")),
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}

/// `POST …/invitations/{id}/withdraw`.
pub(in crate::http) async fn withdraw(
    Path((id, invitation)): Path<(String, String)>,
    visit: Visit,
    typed: PostedForm,
) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let Ok(invitation) = invitation.parse::<InvitationId>() else {
        return refused_page(&visit, &Refusal::new(ErrorCode::NotFound, "there is no such open invitation"));
    };
    match visit.edge.ownership().invitation_withdraw(&caller(person), &application, invitation).await {
        Ok(()) => see(&done(&application.client_id, "withdrawn")),
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}

/// The people part of the page.
pub(super) async fn people(
    visit: &Visit,
    person: &SignedInPerson,
    application: &Application,
    occasion: &Occasion,
) -> Result<People, Refusal> {
    let edge = &visit.edge;
    let owners = edge.access().owners_of(application).await?;
    let invitations = edge.ownership().invitations_of(application).await?;
    let changeable = application.origin == Origin::Registered;
    let form = |action: &str| visit.form(format!("{}/{action}", address_of(&application.client_id)));
    let active = owners.iter().filter(|owner| owner.active).count();
    let line = |owner: Owner| {
        let you = owner.user == Some(person.user.id);
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
    let mut email = Input::line("invite-email", "email", "E-mail address")
        .hinted("They get a mail with a link that is good for a week.")
        .holding(occasion.invited.clone().unwrap_or_default());
    email.problem = occasion.problems.iter().find(|problem| problem.id == email.id).map(|found| found.text.clone());
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
        email,
    })
}
