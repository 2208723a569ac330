//! The life cycle of applications: deactivating them, bringing them back, and the dates that lie ahead.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::applications::Application;
use super::extract::{
    Id, IfMatch, May, Nothing, Object, Operate, Optional, Owned, ReadApplications, Tagged, WriteApplications,
};
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::life_cycle::Outlook;
use crate::domain::life_marks::Exempt;
use crate::flows::access::Need;
use crate::flows::applications::{ACTIVATE, DEACTIVATE, StateChange};
use crate::http::reply::{Answer, Unkept};

/// The dates that lie ahead of an application if it is not used and no server goes down; null where a step does not lie
/// ahead.
#[derive(Serialize, ToSchema)]
pub(super) struct LifeCycle {
    /// Whether it is exempt from the life cycle of unused applications.
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

impl LifeCycle {
    fn of(outlook: &Outlook, exempt: Exempt) -> Self {
        let shown = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            exempt: exempt == Exempt::Yes,
            warned_at: shown(outlook.warned_at),
            deactivated_at: shown(outlook.deactivated_at),
            deleted_at: shown(outlook.deleted_at),
        }
    }
}

/// Whether an application is exempt from the life cycle of unused applications.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Exemption {
    /// Whether it is exempt.
    exempt: bool,
}

/// Deactivates an application: until it is activated again it gets no tokens, and its tokens are refused here.
#[utoipa::path(post, path = "/applications/{client_id}/deactivate", tag = "Applications", params(IfMatch),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn deactivate(
    owned: Owned<WriteApplications>,
    if_match: IfMatch,
    _: Optional<Nothing>,
) -> Answer<Tagged<Application>> {
    change_state(owned, &if_match, DEACTIVATE).await
}

/// Activates a deactivated application.
#[utoipa::path(post, path = "/applications/{client_id}/activate", tag = "Applications", params(IfMatch),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn activate(
    owned: Owned<WriteApplications>,
    if_match: IfMatch,
    _: Optional<Nothing>,
) -> Answer<Tagged<Application>> {
    change_state(owned, &if_match, ACTIVATE).await
}

async fn change_state(
    Owned(application, call): Owned<WriteApplications>,
    if_match: &IfMatch,
    change: StateChange,
) -> Answer<Tagged<Application>> {
    let seen = if_match.seen(&application)?.map(|seen| seen.version);
    let client_id = &application.client_id;
    Ok(Tagged::of(call.edge.applications().application_change_state_for(&call.caller, client_id, change, seen).await?))
}

/// Brings back a deleted application, with its secrets, until it is purged.
#[utoipa::path(post, path = "/applications/{client_id}/undelete", tag = "Applications", params(IfMatch),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn undelete(
    call: May<WriteApplications>,
    Id(client_id): Id<ClientId>,
    if_match: IfMatch,
    _: Optional<Nothing>,
) -> Answer<Tagged<Application>> {
    let need = Need::WriteApplications;
    let deleted = call.edge.access().remembered_application_for(&call.caller, &client_id, need).await?;
    let seen = if_match.seen(&deleted)?.map(|seen| seen.version);
    Ok(Tagged::of(call.edge.life_cycle().undelete_for(&call.caller, &client_id, seen).await?))
}

/// Shows the dates that lie ahead of an application if it is not used.
#[utoipa::path(get, path = "/applications/{client_id}/life-cycle", tag = "Applications",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = LifeCycle)))]
pub(super) async fn outlook(Owned(application, call): Owned<ReadApplications>) -> Answer<Unkept<LifeCycle>> {
    let outlook = call.edge.life_cycle().life_cycle_of(&application).await?;
    Ok(Unkept(LifeCycle::of(&outlook, application.life.exempt)))
}

/// Exempts an application from the life cycle of unused applications, or ends that.
#[utoipa::path(put, path = "/applications/{client_id}/exempt", tag = "Applications", request_body = Exemption,
    params(IfMatch), security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Application, headers(("ETag" = String)))))]
pub(super) async fn exempt(
    Owned(application, call): Owned<Operate>,
    if_match: IfMatch,
    Object(exemption): Object<Exemption>,
) -> Answer<Tagged<Application>> {
    let seen = if_match.seen(&application)?.map(|seen| seen.version);
    let exempt = if exemption.exempt { Exempt::Yes } else { Exempt::No };
    if exempt == application.life.exempt {
        return Ok(Tagged::of(application));
    }
    let client_id = &application.client_id;
    Ok(Tagged::of(call.edge.life_cycle().application_set_exempt_seen(client_id, exempt, seen, &call.actor()).await?))
}
