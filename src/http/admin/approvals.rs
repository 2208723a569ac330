//! `/admin/approvals`: requests of developers.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here, caller, fresh_sender, nowhere, operator, sender};
use super::view::{ApprovalLine, ApprovalsPage};
use crate::domain::approval::Decision;
use crate::domain::ids::ApprovalId;
use crate::domain::language::Language;
use crate::flows::self_service::MOST_WAITING;
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::{Fields, query};
use crate::http::pages::flow::shown;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::{page_or_refusal, refused_page};
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

/// `GET /admin/approvals`.
pub(in crate::http) async fn show(uri: Uri, visit: Visit) -> Response {
    let person = match operator(&visit, Here::Approvals.href()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let notice = query(&uri).ok().and_then(|parameters| match parameters.value("done")? {
        "granted" => Some("Granted. It holds from now on, and the owners are told by mail."),
        "refused" => Some("Refused. The owners are told by mail."),
        _ => None,
    });
    page_or_refusal(&visit, list(&visit, person, notice).await)
}

/// `POST /admin/approvals/{id}/grant`.
pub(in crate::http) async fn grant(Path(id): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    match fresh_sender(&visit, &fields, Here::Approvals.href()) {
        Ok(person) => decide(&visit, person, &id, Decision::Granted).await,
        Err(response) => *response,
    }
}

/// `POST /admin/approvals/{id}/refuse`.
pub(in crate::http) async fn refuse(Path(id): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    match sender(&visit, &fields, Here::Approvals.href()) {
        Ok(person) => decide(&visit, person, &id, Decision::Refused).await,
        Err(response) => *response,
    }
}

async fn decide(visit: &Visit, person: &SignedInPerson, id: &str, decision: Decision) -> Response {
    let Ok(id) = id.parse::<ApprovalId>() else { return refused_page(visit, &nowhere()) };
    match visit.edge.self_service().approval_decide(&caller(person), id, decision).await {
        Ok(()) => see(&format!("{}?done={}", Here::Approvals.href(), decision.name())),
        Err(refusal) => refused_page(visit, &refusal),
    }
}

async fn list(visit: &Visit, person: &SignedInPerson, notice: Option<&'static str>) -> Result<Response, Refusal> {
    let (edge, caller) = (&visit.edge, caller(person));
    let waiting = edge.self_service().approvals_waiting(&caller).await?;
    let more = i64::try_from(waiting.len()).is_ok_and(|shown| shown == MOST_WAITING);
    let asking = waiting.iter().map(|(approval, _)| approval.requested_by).collect();
    let people = edge.people().accounts_named(&caller, asking).await?;
    let lines = waiting.into_iter().map(|(approval, application)| {
        let form = |what: &str| visit.form(format!("{}/{}/{what}", Here::Approvals.href(), approval.id));
        let by = people.get(&approval.requested_by);
        ApprovalLine {
            app: shown(&application),
            href: format!("/portal/applications/{}", application.client_id),
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
    });
    let view = ApprovalsPage {
        t: Messages::of(Language::English),
        bar: Bar::of(visit, person, Here::Approvals),
        now: visit.now(),
        notice,
        more,
        lines: lines.collect(),
    };
    Ok(page(&view).into_response())
}
