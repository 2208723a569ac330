//! `/api/v1/approvals`: requests of developers that an operator decides.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Id, May, Operate, Oversee};
use super::paging::Page;
use crate::domain::approval::{self, Decision};
use crate::domain::ids::ApprovalId;
use crate::http::reply::Answer;

/// A request for what only an operator may grant.
#[derive(Serialize, ToSchema)]
pub(super) struct Approval {
    /// Its id.
    id: String,
    /// The application.
    client_id: String,
    /// The requested scopes.
    scope: String,
    /// Those of them that are to become default scopes.
    default_scope: String,
    /// The grants.
    grants: Vec<&'static str>,
    /// The audiences.
    audiences: Vec<String>,
    /// The developer's reason.
    reason: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Approval {
    /// A request for the application of this client id.
    pub(super) fn of(approval: &approval::Approval, client_id: &str) -> Self {
        let extras = &approval.extras;
        Self {
            id: approval.id.to_string(),
            client_id: client_id.to_owned(),
            scope: extras.scope.to_string(),
            default_scope: extras.default_scope.to_string(),
            grants: extras.grants.iter().map(|grant| grant.name()).collect(),
            audiences: extras.audiences.iter().map(ToString::to_string).collect(),
            reason: approval.reason.clone(),
            created_at: approval.created_at.to_string(),
        }
    }
}

/// Lists the open requests, oldest first, 200 at most.
#[utoipa::path(get, path = "/approvals", tag = "Approvals", security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, body = Page<Approval>)))]
pub(super) async fn list(call: May<Oversee>) -> Answer<Page<Approval>> {
    let waiting = call.edge.self_service().approvals_waiting(&call.caller).await?;
    let shown = waiting.iter().map(|(approval, application)| Approval::of(approval, application.client_id.as_str()));
    Ok(Page::of(shown))
}

/// Grants a request.
#[utoipa::path(post, path = "/approvals/{approval_id}/grant", tag = "Approvals",
    security(("bearer" = ["gatepost:admin"]), ("session" = [])), responses((status = 204, description = "Granted")))]
pub(super) async fn grant(call: May<Operate>, Id(id): Id<ApprovalId>) -> Answer<StatusCode> {
    call.edge.self_service().approval_decide(&call.caller, id, Decision::Granted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a request.
#[utoipa::path(post, path = "/approvals/{approval_id}/refuse", tag = "Approvals",
    security(("bearer" = ["gatepost:admin"]), ("session" = [])), responses((status = 204, description = "Refused")))]
pub(super) async fn refuse(call: May<Operate>, Id(id): Id<ApprovalId>) -> Answer<StatusCode> {
    call.edge.self_service().approval_decide(&call.caller, id, Decision::Refused).await?;
    Ok(StatusCode::NO_CONTENT)
}
