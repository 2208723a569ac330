//! The open request of an application.

use axum::extract::Path;
use axum::response::Response;

use super::application::{address_of, changing, could_not, done};
use super::frame::caller;
use super::posted_form::PostedForm;
use super::view::Waiting;
use crate::domain::application::Application;
use crate::domain::approval::{Approval, Decision};
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::token::GrantType;

/// The part of the page about it.
pub(super) fn waiting(visit: &Visit, application: &Application, approval: Approval) -> Waiting {
    let grants = approval.extras.grants.iter().copied().map(GrantType::name).map(str::to_owned);
    let audiences = approval.extras.audiences.iter().map(ToString::to_string);
    Waiting {
        what: approval.extras.scope.iter().map(str::to_owned).chain(grants).chain(audiences).collect(),
        reason: approval.reason,
        since: approval.created_at,
        withdraw: visit.form(format!("{}/approval/withdraw", address_of(&application.client_id))),
    }
}

/// `POST …/approval/withdraw`.
pub(in crate::http) async fn withdraw(Path(id): Path<String>, visit: Visit, typed: PostedForm) -> Response {
    let (person, application) = match changing(&visit, &typed, &id).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let edge = &visit.edge;
    let withdrawn = match edge.access().approval_of(&application).await {
        Ok(Some(approval)) => {
            edge.self_service().approval_decide(&caller(person), approval.id, Decision::Withdrawn).await
        }
        Ok(None) => Err(Refusal::new(ErrorCode::Conflict, "nothing waits for an operator any more")),
        Err(refusal) => Err(refusal),
    };
    match withdrawn {
        Ok(()) => see(&done(&application.client_id, "approval-withdrawn")),
        Err(refusal) => could_not(&visit, person, &application, &refusal).await,
    }
}
