//! The life of applications: deactivating them, bringing them back, and what lies ahead of them.

use axum::body::Body;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::api_request::{ApiRequest, Named};
use super::applications::{Application, answer};
use super::precondition::seen;
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::life_cycle::Exempt;
use crate::flows::access::{Need, unknown_application};
use crate::flows::manage_application::{ACTIVATE, DEACTIVATE, StateChange};
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::Refusal;

/// What happens to an application if nobody uses it and no server goes down; nothing where a step does not lie ahead.
#[derive(Serialize, ToSchema)]
struct LifeCycle {
    /// Whether it stays, used or not.
    exempt: bool,
    /// When its owners are warned next.
    #[schema(format = DateTime)]
    warned_at: Option<String>,
    /// When it is deactivated.
    #[schema(format = DateTime)]
    deactivated_at: Option<String>,
    /// When it is deleted.
    #[schema(format = DateTime)]
    deleted_at: Option<String>,
}

/// Whether an application is to stay, used or not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Exemption {
    /// Whether it is.
    exempt: bool,
}

/// Deactivates an application: it gets no tokens, and those it has are not honoured, until it is activated again.
#[utoipa::path(post, path = "/applications/{client_id}/deactivate", tag = "Applications",
    params(("client_id" = String, Path, description = "The application"),
        ("If-Match" = Option<String>, Header, description = "Do it only if this is still its ETag")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn deactivate(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    change_state(&asked, &client_id, body, DEACTIVATE).await
}

/// Activates a deactivated application.
#[utoipa::path(post, path = "/applications/{client_id}/activate", tag = "Applications",
    params(("client_id" = String, Path, description = "The application"),
        ("If-Match" = Option<String>, Header, description = "Do it only if this is still its ETag")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn activate(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    change_state(&asked, &client_id, body, ACTIVATE).await
}

async fn change_state(
    asked: &ApiRequest,
    client_id: &str,
    body: Body,
    change: StateChange,
) -> Result<Response, Refused> {
    let application = asked.application(client_id, Need::WriteApplications).await?;
    asked.nothing(&asked.bytes(body).await?)?;
    let seen = seen(&asked.headers, &application)?;
    let (server, actor) = (&asked.edge.server, asked.caller.actor());
    let changed = server.application_change_state_seen(&application.client_id, change, seen, &actor).await;
    Ok(answer(changed.map_err(Refusal::from)?))
}

/// Brings back a deleted application, with its secrets, while it is remembered.
#[utoipa::path(post, path = "/applications/{client_id}/undelete", tag = "Applications",
    params(("client_id" = String, Path, description = "The application"),
        ("If-Match" = Option<String>, Header, description = "Do it only if this is still its ETag")),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn undelete(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    asked.reach(Need::WriteApplications)?;
    let client_id: ClientId = client_id.parse().map_err(|_| unknown_application())?;
    let server = &asked.edge.server;
    let deleted = server.remembered_application_for(&asked.caller, &client_id, Need::WriteApplications).await?;
    asked.nothing(&asked.bytes(body).await?)?;
    let seen = seen(&asked.headers, &deleted)?;
    Ok(answer(server.undelete_for(&asked.caller, &client_id, seen).await?))
}

/// Tells what happens to an application if nobody uses it.
#[utoipa::path(get, path = "/applications/{client_id}/life-cycle", tag = "Applications",
    params(("client_id" = String, Path, description = "The application")),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = LifeCycle)))]
pub(super) async fn outlook(asked: ApiRequest, Named(client_id): Named<String>) -> Result<Response, Refused> {
    let application = asked.application(&client_id, Need::ReadApplications).await?;
    let outlook = asked.edge.server.life_cycle_of(&application).await.map_err(Refusal::from)?;
    let shown = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(json_no_store(&LifeCycle {
        exempt: application.is_exempt(),
        warned_at: shown(outlook.warned_at),
        deactivated_at: shown(outlook.deactivated_at),
        deleted_at: shown(outlook.deleted_at),
    }))
}

/// Says whether an application stays, used or not.
#[utoipa::path(put, path = "/applications/{client_id}/exempt", tag = "Applications", request_body = Exemption,
    params(("client_id" = String, Path, description = "The application"),
        ("If-Match" = Option<String>, Header, description = "Do it only if this is still its ETag")),
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn exempt(
    asked: ApiRequest,
    Named(client_id): Named<String>,
    body: Body,
) -> Result<Response, Refused> {
    asked.reach(Need::Operate)?;
    let application = asked.application(&client_id, Need::WriteApplications).await?;
    let exemption: Exemption = asked.object(&asked.bytes(body).await?)?;
    let seen = seen(&asked.headers, &application)?;
    if exemption.exempt == (application.life.exempt == Exempt::Yes) {
        return Ok(answer(application));
    }
    let exempt = if exemption.exempt { Exempt::Yes } else { Exempt::No };
    let (server, actor) = (&asked.edge.server, asked.caller.actor());
    let changed = server.application_set_exempt_seen(&application.client_id, exempt, seen, &actor).await;
    Ok(answer(changed.map_err(Refusal::from)?))
}
