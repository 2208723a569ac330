//! `/no-access`: a person who is signed in and may not use the application.

use axum::response::{IntoResponse as _, Response};

use super::consent::{mine, publisher};
use super::fields::{Fields, Query};
use super::flow::{continue_flow, follow, refuse, shown};
use super::page_error::PageResult;
use super::view::{NoAccess, WayBack};
use super::visit::Visit;
use crate::domain::activity::Endpoint;
use crate::domain::authorization::Step;
use crate::flows::authorization_response::Answer;
use crate::flows::authorize::Refused;
use crate::http::reply::report_refusal;

/// `GET /no-access`.
pub(in crate::http) async fn show(mut visit: Visit, Query(parameters): Query) -> PageResult<Response> {
    let open = mine(&mut visit, &parameters).await?;
    // They may have been let in meanwhile, or another person may be signed in.
    let step = visit.edge.authorizations().peek_authorization(&open, visit.person.as_ref()).await?;
    if step != Step::NoAccess {
        return continue_flow(&visit, open.authorization.id).await;
    }
    let id = open.authorization.id;
    let person = visit.person.as_ref().and_then(|person| person.user.email.as_ref());
    let view = NoAccess {
        t: visit.messages(),
        app: shown(&open.application),
        publisher: publisher(&open.application),
        account: person.map(ToString::to_string),
        switch_account: Some(format!("/login/switch?flow={id}")),
        back: WayBack::Form(visit.form("/no-access").carrying("flow", id.to_string())),
    };
    Ok(visit.page(&view).leaving().into_response())
}

/// `POST /no-access`: back to the application, which is told.
pub(in crate::http) async fn turn_away(mut visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let open = mine(&mut visit, &fields).await?;
    let again = format!("/no-access?flow={}", open.authorization.id);
    visit.check_form(fields.value("csrf"), &again, Some(shown(&open.application)))?;
    let continuation = visit.edge.authorizations().turn_away(&open).await?;
    follow(&visit, continuation, &open.application)
}

/// The same for the person who opened the link of an application's own mail.
pub(super) fn by_link(visit: &Visit, refused: Refused) -> Response {
    let Answer::Redirect(href) = &refused.answer else { return refuse(visit, refused) };
    let view = NoAccess {
        t: visit.messages(),
        app: shown(&refused.application),
        publisher: publisher(&refused.application),
        account: None,
        switch_account: None,
        back: WayBack::Link(href.clone()),
    };
    visit.named_client.names(Endpoint::Authorize, refused.application.client_id.as_str());
    report_refusal(&refused.refusal, visit.page(&view).into_response())
}
