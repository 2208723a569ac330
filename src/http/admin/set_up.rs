//! `/admin/set-up/<token>`: the link that a server without an operator prints when it starts.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::messages::OperatorMessages;
use super::view::SetUpPage;
use crate::domain::one_time::SetUpToken;
use crate::http::pages::fields::Fields;
use crate::http::pages::page::Page;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::viewer::nothing_here;
use crate::http::pages::visit::{Visit, see};

/// `GET`: asks for the address. Opening it uses nothing up.
pub(in crate::http) async fn show(Path(token): Path<String>, visit: Visit) -> PageResult {
    let token: SetUpToken = token.parse().map_err(|_| nothing_here())?;
    visit.edge.sign_ins().set_up_is_open(&token).await?;
    Ok(form_page(&visit, &token, "", None))
}

/// `POST`: makes the operator and signs them in.
pub(in crate::http) async fn set_up(
    Path(token): Path<String>,
    visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    let token: SetUpToken = token.parse().map_err(|_| nothing_here())?;
    visit.check_form(fields.value("csrf"), &address_of(&token), None)?;
    let entered = fields.value("email").unwrap_or_default().trim_ascii();
    let Ok(email) = entered.parse() else {
        let problem = Some(visit.messages().address.no_address);
        let page = form_page(&visit, &token, entered, problem).with_status(StatusCode::BAD_REQUEST);
        return Ok(page.into_response());
    };
    let session = visit.edge.sign_ins().set_up(&token, email, &visit.requester.device).await?;
    Ok(visit.signed_in(&session, see("/admin")))
}

fn address_of(token: &SetUpToken) -> String {
    format!("/admin/set-up/{}", token.expose())
}

fn form_page(visit: &Visit, token: &SetUpToken, email: &str, problem: Option<&'static str>) -> Page {
    visit.page(&SetUpPage {
        t: OperatorMessages::of(visit.language),
        email: email.to_owned(),
        problem,
        form: visit.form(address_of(token)),
    })
}
