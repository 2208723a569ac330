//! PORTAL: developers manage their own applications.
//!
//! Owns the pages below `/portal`. Does not own applications or authorization: every handler asks a flow as
//! [`crate::flows::access::Caller`], and an application of another owner is 404. Everything works without JavaScript;
//! each change is a form that answers with 303, or with the page and what was wrong.

mod activity;
mod application;
mod approval;
mod create;
pub(in crate::http) mod frame;
pub(in crate::http) mod idempotent_form;
mod invitation;
mod kinds;
mod known_application;
mod life;
mod list;
mod logouts;
pub(in crate::http) mod messages;
pub(in crate::http) mod owned_application;
mod page_forms;
mod people;
mod read_settings;
mod scope_boxes;
mod secrets;
mod settings;
mod snippets;
mod state;
pub(in crate::http) mod tab;
mod tabs;
mod try_out;
pub(in crate::http) mod view;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use super::Edge;
use super::pages::place::back;

/// The list of one's own applications.
const APPLICATIONS: &str = "/portal/applications";

/// The URL table of the portal.
pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/portal", get(async || Redirect::to(APPLICATIONS)))
        .route("/portal/applications", get(list::show))
        .route("/portal/applications/new", get(create::show).post(create::create))
        .route("/portal/applications/{client_id}", get(application::show).post(settings::change))
        .route("/portal/applications/{client_id}/credentials", get(application::show).post(settings::change))
        .route("/portal/applications/{client_id}/sign-in", get(application::show).post(settings::change))
        .route("/portal/applications/{client_id}/access", get(application::show).post(settings::change))
        .route("/portal/applications/{client_id}/insight", get(application::show))
        .route("/portal/applications/{client_id}/danger", get(application::show))
        .route("/portal/applications/{client_id}/secrets", post(secrets::rotate).get(back))
        .route("/portal/applications/{client_id}/secrets/{id}/revoke", post(secrets::revoke).get(back))
        .route("/portal/applications/{client_id}/try", post(try_out::token).get(back))
        .route("/portal/applications/{client_id}/try-sign-in", post(try_out::sign_in).get(back))
        .route("/portal/applications/{client_id}/settings", post(settings::change).get(back))
        .route("/portal/applications/{client_id}/deactivate", post(state::deactivate).get(back))
        .route("/portal/applications/{client_id}/activate", post(state::activate).get(back))
        .route("/portal/applications/{client_id}/delete", post(state::delete).get(back))
        .route("/portal/applications/{client_id}/undelete", post(state::undelete).get(back))
        .route("/portal/applications/{client_id}/approval/withdraw", post(approval::withdraw).get(back))
        .route("/portal/applications/{client_id}/owners/invite", post(people::invite).get(back))
        .route("/portal/applications/{client_id}/owners/remove", post(people::remove).get(back))
        .route("/portal/applications/{client_id}/leave", post(people::leave).get(back))
        .route("/portal/applications/{client_id}/invitations/{id}/withdraw", post(people::withdraw).get(back))
        .route("/portal/invitations/{token}", get(invitation::show))
        .route("/portal/invitations/{token}/accept", post(invitation::accept))
        .route("/portal/invitations/{token}/decline", post(invitation::decline))
}
