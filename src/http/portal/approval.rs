//! The open request of an application.

use axum::response::Response;

use super::owned_application::OwnedApplication;
use super::tab::Tab;
use super::view::Waiting;
use crate::domain::application::Application;
use crate::domain::approval::{Approval, Decision};
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::visit::Visit;
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
        withdraw: visit.form(format!("{}/approval/withdraw", Tab::Overview.address_of(&application.client_id))),
    }
}

/// `POST …/approval/withdraw`.
pub(in crate::http) async fn withdraw(form: CsrfForm<OwnedApplication>) -> PageResult<Response> {
    let own = form.sender;
    let withdrawn = withdrawn(&own).await;
    own.answer(withdrawn, "approval-withdrawn").await
}

async fn withdrawn(own: &OwnedApplication) -> Result<(), Refusal> {
    let edge = &own.edge;
    let approval = edge.access().approval_of(&own.application).await?;
    let approval =
        approval.ok_or_else(|| Refusal::new(ErrorCode::Conflict, "nothing waits for an operator any more"))?;
    edge.self_service().approval_decide(&own.caller(), approval.id, Decision::Withdrawn).await
}
