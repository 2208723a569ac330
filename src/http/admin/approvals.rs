//! `/admin/approvals`: requests of developers.

use axum::extract::Path;
use axum::response::Response;

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{ApprovalLine, ApprovalsPage};
use crate::domain::application::Application;
use crate::domain::approval::{Approval, Decision};
use crate::domain::ids::ApprovalId;
use crate::domain::user::User;
use crate::flows::self_service::MOST_WAITING;
use crate::http::pages::csrf_form::CsrfForm;
use crate::http::pages::flow::shown;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::{FreshOperator, Operator, nothing_here};
use crate::http::pages::visit::{Visit, see};

/// `GET /admin/approvals`.
pub(in crate::http) async fn show(operator: Operator) -> PageResult {
    let (edge, caller) = (&operator.edge, operator.caller());
    let waiting = edge.self_service().approvals_waiting(&caller).await?;
    let asking = waiting.iter().map(|(approval, _)| approval.requested_by).collect();
    let people = edge.people().accounts_named(&caller, asking).await?;
    let t = OperatorMessages::of(operator.language);
    Ok(operator.page(&ApprovalsPage {
        t,
        bar: Bar::of(&operator, Here::Approvals),
        now: operator.now(),
        notice: operator.done.as_deref().and_then(|done| notice(t, done)),
        more: i64::try_from(waiting.len()).is_ok_and(|shown| shown == MOST_WAITING),
        lines: waiting
            .into_iter()
            .map(|(approval, application)| {
                line(&operator, (people.get(&approval.requested_by), approval), &application)
            })
            .collect(),
    }))
}

fn notice(t: &OperatorMessages, done: &str) -> Option<&'static str> {
    match done {
        "granted" => Some(t.approvals.granted),
        "refused" => Some(t.approvals.refused),
        _ => None,
    }
}

/// `POST /admin/approvals/{id}/grant`.
pub(in crate::http) async fn grant(Path(id): Path<String>, form: CsrfForm<FreshOperator>) -> PageResult<Response> {
    decide(&form.sender, &id, Decision::Granted).await
}

/// `POST /admin/approvals/{id}/refuse`.
pub(in crate::http) async fn refuse(Path(id): Path<String>, form: CsrfForm<Operator>) -> PageResult<Response> {
    decide(&form.sender, &id, Decision::Refused).await
}

async fn decide(operator: &Operator, id: &str, decision: Decision) -> PageResult<Response> {
    let id: ApprovalId = id.parse().map_err(|_| nothing_here())?;
    operator.edge.self_service().approval_decide(&operator.caller(), id, decision).await?;
    Ok(see(&Here::Approvals.after(decision.name())))
}

fn line(visit: &Visit, (by, approval): (Option<&User>, Approval), application: &Application) -> ApprovalLine {
    let form = |what: &str| visit.form(format!("{}/{}/{what}", Here::Approvals.href(), approval.id));
    ApprovalLine {
        app: shown(application),
        href: format!("/portal/applications/{}", application.client_id.in_path()),
        by: by.and_then(|user| user.email.as_ref()).map(ToString::to_string),
        at: approval.created_at,
        scope: approval.extras.scope.to_string(),
        default_scope: approval.extras.default_scope.to_string(),
        grants: approval.extras.grants.iter().map(|grant| grant.name()).collect(),
        audiences: approval.extras.audiences.iter().map(ToString::to_string).collect(),
        grant: form("grant"),
        refuse: form("refuse"),
        reason: approval.reason,
    }
}
