//! `/api/v1/approvals`: what developers have asked for and an operator decides.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::paging::Page;
use crate::domain::approval::{self, Decision};
use crate::domain::ids::ApprovalId;
use crate::flows::access::Need;
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// What an application is to have, once an operator says yes.
#[derive(Serialize, ToSchema)]
pub(super) struct Approval {
    /// Its name.
    id: String,
    /// For which application.
    client_id: String,
    /// The scopes that are asked for.
    scope: String,
    /// Those of them that it is to get when it asks for none.
    default_scope: String,
    /// The grants.
    grants: Vec<&'static str>,
    /// The audiences.
    audiences: Vec<String>,
    /// Why, in the developer's words.
    reason: String,
    /// Since when it waits.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Approval {
    /// What is asked for, for the application of this client id.
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

/// Lists what waits, the longest first; 200 at most, since those that are decided make room.
#[utoipa::path(get, path = "/approvals", tag = "Approvals",
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, body = Page<Approval>)))]
pub(super) async fn list(asked: ApiRequest) -> Result<Response, Refused> {
    asked.reach(Need::Oversee)?;
    let waiting = asked.edge.server.approvals_waiting(&asked.caller).await?;
    let shown = waiting.iter().map(|(approval, application)| Approval::of(approval, application.client_id.as_str()));
    Ok(json_no_store(&Page::whole(shown.collect())))
}

/// Gives an application what it waits for.
#[utoipa::path(post, path = "/approvals/{approval_id}/grant", tag = "Approvals",
    params(("approval_id" = String, Path, description = "The approval's `id`")),
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 204, description = "Granted")))]
pub(super) async fn grant(asked: ApiRequest, Named(id): Named<String>) -> Result<Response, Refused> {
    decide(&asked, &id, Decision::Granted).await
}

/// Refuses what an application waits for.
#[utoipa::path(post, path = "/approvals/{approval_id}/refuse", tag = "Approvals",
    params(("approval_id" = String, Path, description = "The approval's `id`")),
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 204, description = "Refused")))]
pub(super) async fn refuse(asked: ApiRequest, Named(id): Named<String>) -> Result<Response, Refused> {
    decide(&asked, &id, Decision::Refused).await
}

async fn decide(asked: &ApiRequest, id: &str, decision: Decision) -> Result<Response, Refused> {
    asked.reach(Need::Operate)?;
    let unknown = || Refusal::new(ErrorCode::NotFound, "nothing waits under this id");
    let id: ApprovalId = id.parse().map_err(|_| unknown())?;
    asked.edge.server.approval_decide(&asked.caller, id, decision).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
