//! `/keep/<token>`: the link in the warning that an application will be deactivated. It works without signing in, and
//! opening it changes nothing, because mail scanners follow links.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};

use super::fields::Fields;
use super::page::page;
use super::problem::{problem_page, refused_page, stale_form_page};
use super::view::{App, Keep, Message, MessagePage, Problem};
use super::visit::{Visit, see};
use crate::domain::one_time::KeepToken;
use crate::flows::life_cycle::{KeepState, KeepView};

/// `GET`: the question, or the state of the application.
pub(in crate::http) async fn show(Path(token): Path<String>, mut visit: Visit) -> Response {
    let Ok(token) = token.parse::<KeepToken>() else { return problem_page(&visit, Problem::NotFound, None) };
    let view = match visit.edge.life_cycle().keep_view(&token).await {
        Ok(Some(view)) => view,
        Ok(None) => return problem_page(&visit, Problem::NotFound, None),
        Err(e) => return refused_page(&visit, &e.into()),
    };
    // It is in the language of its mail.
    visit.speak(Some(&view.locale));
    visit.remembered(shown(&visit, view, &token))
}

/// `POST`: the button. The page that follows shows the result, however often it is pressed.
pub(in crate::http) async fn keep(Path(token): Path<String>, visit: Visit, Fields(fields): Fields) -> Response {
    let Ok(token) = token.parse::<KeepToken>() else { return problem_page(&visit, Problem::NotFound, None) };
    if !visit.sent_form(fields.value("csrf")) {
        return stale_form_page(&visit, &address(&token), None);
    }
    match visit.edge.life_cycle().keep_application(&token).await {
        Ok(()) => see(&address(&token)),
        Err(e) => refused_page(&visit, &e.into()),
    }
}

fn shown(visit: &Visit, view: KeepView, token: &KeepToken) -> Response {
    let t = visit.messages();
    let app = App { name: view.name, domain: None };
    let told = |message, app| page(&MessagePage { t, message, app: Some(app), onward: None }).into_response();
    match view.state {
        KeepState::Asks { deactivated_at } => {
            page(&Keep { t, app, deactivated_at, form: visit.form(address(token)) }).into_response()
        }
        KeepState::Kept => told(Message::ApplicationKept, app),
        KeepState::TooLate => told(Message::ApplicationDeactivated, app),
    }
}

fn address(token: &KeepToken) -> String {
    format!("/keep/{}", token.expose())
}
