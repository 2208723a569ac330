//! `/account/upstreams`: a person's accounts at other providers.

use axum::extract::Path;
use axum::response::Response;

use super::csrf_form::CsrfForm;
use super::page_error::PageResult;
use super::problem::problem_page;
use super::target::Target;
use super::upstream::buttons;
use super::view::{IdentityLine, Problem, UpstreamButton};
use super::viewer::{FreshViewer, Viewer};
use super::visit::see;
use crate::domain::ids::UpstreamIdentityId;
use crate::domain::upstream::UpstreamIdentity;
use crate::flows::sign_in::ACCOUNT_PAGE;
use crate::protocol::refusal::Refusal;

/// `POST /account/upstreams/{id}/disconnect`.
pub(in crate::http) async fn disconnect(Path(id): Path<String>, form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let id: UpstreamIdentityId = id.parse().map_err(|_| problem_page(&viewer, Problem::NotFound, None))?;
    viewer.edge.upstreams().disconnect_own(&viewer.person, id).await?;
    Ok(see("/account?done=upstream-gone"))
}

/// The lines of the account page, and the buttons that connect one more.
pub(super) async fn shown(viewer: &Viewer) -> Result<(Vec<IdentityLine>, Vec<UpstreamButton>), Refusal> {
    let identities = viewer.edge.upstreams().identities_of(viewer.person.user.id).await?;
    let lines = identities.into_iter().map(|(identity, label)| line(viewer, identity, label)).collect();
    Ok((lines, buttons(viewer, &Target::Page(ACCOUNT_PAGE.to_owned()))))
}

fn line(viewer: &Viewer, identity: UpstreamIdentity, label: Option<String>) -> IdentityLine {
    IdentityLine {
        offered: label.is_some(),
        label: label.unwrap_or_else(|| identity.upstream.to_string()),
        address: identity.address,
        since: identity.created_at,
        last_used: identity.last_used_at,
        disconnect: viewer.form(format!("/account/upstreams/{}/disconnect", identity.id)),
    }
}
