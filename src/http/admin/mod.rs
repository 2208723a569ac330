//! OPERATOR: the operators' pages.
//!
//! Owns the pages below `/admin`, and their texts. Does not own authorization: every handler asks a flow as
//! [`crate::flows::access::Caller`]. For other accounts the pages are 404. Everything works without JavaScript;
//! important changes need a fresh sign-in.

mod applications;
mod approvals;
mod audit;
mod audit_file;
pub(in crate::http) mod frame;
mod group;
mod groups;
mod invite;
mod keys;
mod mail;
pub(in crate::http) mod messages;
mod overview;
mod registration;
mod scopes;
mod set_up;
mod settings;
mod user;
mod users;
mod view;

use axum::Router;
use axum::routing::{get, post};

use super::Edge;

/// The URL table of the operator pages.
pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/admin", get(overview::show))
        .route("/admin/approvals", get(approvals::show))
        .route("/admin/approvals/{id}/grant", post(approvals::grant))
        .route("/admin/approvals/{id}/refuse", post(approvals::refuse))
        .route("/admin/applications", get(applications::show))
        .route("/admin/registration", get(registration::show))
        .route("/admin/registration/create", post(registration::create))
        .route("/admin/registration/revoke", post(registration::revoke))
        .route("/admin/users", get(users::show))
        .route("/admin/users/invite", post(invite::invite))
        .route("/admin/users/withdraw", post(users::withdraw))
        .route("/admin/users/{sub}", get(user::show))
        .route("/admin/users/{sub}/disable", post(user::disable))
        .route("/admin/users/{sub}/enable", post(user::enable))
        .route("/admin/users/{sub}/sign-out", post(user::sign_out))
        .route("/admin/users/{sub}/delete", post(user::delete))
        .route("/admin/users/{sub}/promote", post(user::promote))
        .route("/admin/users/{sub}/attributes", post(user::describe))
        .route("/admin/users/{sub}/demote", post(user::demote))
        .route("/admin/users/{sub}/passkeys/{id}/remove", post(user::remove_passkey))
        .route("/admin/users/{sub}/upstreams/{id}/disconnect", post(user::disconnect_upstream))
        .route("/admin/groups", get(groups::show).post(groups::create))
        .route("/admin/groups/{group}", get(group::show))
        .route("/admin/groups/{group}/add", post(group::add))
        .route("/admin/groups/{group}/remove", post(group::remove))
        .route("/admin/groups/{group}/visibility", post(group::visibility))
        .route("/admin/groups/{group}/require", post(group::require))
        .route("/admin/groups/{group}/delete", post(group::delete))
        .route("/admin/audit", get(audit::show))
        .route("/admin/audit/export", get(audit_file::export))
        .route("/admin/keys", get(keys::show))
        .route("/admin/keys/rotate", post(keys::rotate))
        .route("/admin/keys/revoke", post(keys::revoke))
        .route("/admin/mail", get(mail::show))
        .route("/admin/settings", get(settings::show))
        .route("/admin/scopes", get(scopes::show))
        .route("/admin/set-up/{token}", get(set_up::show).post(set_up::set_up))
}
