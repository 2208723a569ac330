//! `/admin/set-up/<token>`: the link that a server without an operator prints when it starts.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::frame::nowhere;
use super::view::SetUpPage;
use crate::domain::language::Language;
use crate::domain::one_time::SetUpToken;
use crate::http::pages::fields::Fields;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::{refused_page, stale_form_page};
use crate::http::pages::visit::{Visit, see};

/// `GET`: asks for the address. Opening it spends nothing.
pub(in crate::http) async fn show(Path(token): Path<String>, visit: Visit) -> Response {
    let Ok(token) = token.parse::<SetUpToken>() else { return refused_page(&visit, &nowhere()) };
    match visit.edge.sign_ins().set_up_is_open(&token).await {
        Ok(()) => visit.remembered(form_page(&visit, &token, "", None)),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

/// `POST`: makes the operator and signs them in.
pub(in crate::http) async fn set_up(Path(token): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let Ok(token) = token.parse::<SetUpToken>() else { return refused_page(&visit, &nowhere()) };
    if !visit.sent_form(fields.value("csrf")) {
        return stale_form_page(&visit, &format!("/admin/set-up/{}", token.expose()), None);
    }
    let typed = fields.value("email").unwrap_or_default().trim();
    let Ok(email) = typed.parse() else {
        return form_page(&visit, &token, typed, Some("This is not an e-mail address such as name@example.com."));
    };
    match visit.edge.sign_ins().set_up(&token, email, &visit.requester.device).await {
        Ok(session) => visit.signed_in(&session, see("/admin")),
        Err(refusal) => refused_page(&visit, &refusal),
    }
}

fn form_page(visit: &Visit, token: &SetUpToken, email: &str, problem: Option<&'static str>) -> Response {
    let status = if problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let view = SetUpPage {
        t: Messages::of(Language::English),
        email: email.to_owned(),
        problem,
        form: visit.form(format!("/admin/set-up/{}", token.expose())),
    };
    page(&view).with_status(status).into_response()
}
