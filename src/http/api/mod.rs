//! The API under `/api/v1`: what the portal and the operator's pages do, for programs.
//!
//! One file for each noun. The router and the `OpenAPI` document are both made from the attribute above a handler, so
//! they agree.

mod account_invitations;
mod applications;
mod approvals;
mod audit;
mod catalogue;
mod confirmed;
mod deliveries;
pub(super) mod docs;
mod extract;
mod groups;
pub(super) mod hello;
mod insight;
mod keys;
mod life_cycle;
mod me;
mod merge_patch;
mod openapi;
mod owners;
mod paging;
mod passkeys;
pub(super) mod problem;
mod registration;
mod registration_tokens;
mod secrets;
mod sessions;
mod users;
mod webhooks;

use std::sync::LazyLock;

use axum::Router;
use axum::middleware::map_response;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Edge;

/// The URL table of the management API, and its `OpenAPI` document.
fn table() -> (Router<Edge>, OpenApi) {
    let nouns = OpenApiRouter::new()
        .routes(routes!(me::show))
        .routes(routes!(applications::list, applications::create))
        .routes(routes!(applications::show, applications::change, applications::delete))
        .routes(routes!(life_cycle::deactivate))
        .routes(routes!(life_cycle::activate))
        .routes(routes!(life_cycle::undelete))
        .routes(routes!(life_cycle::outlook))
        .routes(routes!(life_cycle::exempt))
        .routes(routes!(secrets::list, secrets::create))
        .routes(routes!(secrets::revoke))
        .routes(routes!(owners::list))
        .routes(routes!(owners::remove))
        .routes(routes!(owners::invitations, owners::invite))
        .routes(routes!(owners::withdraw))
        .routes(routes!(insight::activity))
        .routes(routes!(insight::requests))
        .routes(routes!(insight::flights))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::grant))
        .routes(routes!(approvals::refuse))
        .routes(routes!(webhooks::list_of_application, webhooks::create_of_application))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::delete))
        .routes(routes!(webhooks::rotate_secret))
        .routes(routes!(webhooks::ping))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::redeliver))
        .routes(routes!(registration_tokens::list, registration_tokens::create))
        .routes(routes!(registration_tokens::revoke))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::show, users::change, users::delete))
        .routes(routes!(users::disable))
        .routes(routes!(users::enable))
        .routes(routes!(sessions::list, sessions::end))
        .routes(routes!(passkeys::list))
        .routes(routes!(passkeys::remove))
        .routes(routes!(account_invitations::list, account_invitations::create))
        .routes(routes!(account_invitations::withdraw))
        .routes(routes!(groups::of_account))
        .routes(routes!(groups::list, groups::create))
        .routes(routes!(groups::show, groups::change, groups::delete))
        .routes(routes!(groups::members))
        .routes(routes!(groups::add, groups::remove))
        .routes(routes!(keys::list))
        .routes(routes!(keys::rotate))
        .routes(routes!(keys::revoke))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .routes(routes!(catalogue::scopes))
        .routes(routes!(catalogue::resources))
        .routes(routes!(openapi::document));
    OpenApiRouter::with_openapi(openapi::frame()).nest("/api/v1", nouns).split_for_parts()
}

/// The document, finished.
static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| openapi::finished(table().1));

/// The routes of the management API.
pub(super) fn routes() -> Router<Edge> {
    table().0.layer(map_response(openapi::not_kept))
}
