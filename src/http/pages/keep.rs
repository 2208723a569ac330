//! `/keep/<token>`: the link in the warning that an application will be deactivated. It works without signing in, and
//! opening it changes nothing, because mail scanners follow links.

use axum::extract::Path;
use axum::response::Response;

use super::fields::Fields;
use super::page::Page;
use super::page_error::PageResult;
use super::problem::problem_page;
use super::view::{App, Keep, Message, MessagePage, Problem};
use super::visit::{Visit, see};
use crate::domain::one_time::KeepToken;
use crate::flows::life_cycle::{KeepState, KeepView};

/// `GET`: the question, or what became of it.
pub(in crate::http) async fn show(Path(token): Path<String>, mut visit: Visit) -> PageResult {
    let token = read(&visit, &token)?;
    let view = visit.edge.life_cycle().keep_view(&token).await?;
    let view = view.ok_or_else(|| problem_page(&visit, Problem::NotFound, None))?;
    // It speaks the language of its mail.
    visit.speak(Some(&view.locale));
    Ok(shown(&visit, view, &token))
}

/// `POST`: the button. The page that follows says what became of it, however often it is pressed.
pub(in crate::http) async fn keep(
    Path(token): Path<String>,
    visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    let token = read(&visit, &token)?;
    visit.check_form(fields.value("csrf"), &address(&token), None)?;
    visit.edge.life_cycle().keep_application(&token).await?;
    Ok(see(&address(&token)))
}

fn read(visit: &Visit, token: &str) -> PageResult<KeepToken> {
    token.parse().map_err(|_| problem_page(visit, Problem::NotFound, None))
}

fn shown(visit: &Visit, view: KeepView, token: &KeepToken) -> Page {
    let t = visit.messages();
    let app = App::named(view.name, None);
    let message_page = |message, app| visit.page(&MessagePage { t, message, app: Some(app), onward: None });
    match view.state {
        KeepState::Asks { deactivated_at } => {
            visit.page(&Keep { t, app, deactivated_at, form: visit.form(address(token)) })
        }
        KeepState::Kept => message_page(Message::ApplicationKept, app),
        KeepState::TooLate => message_page(Message::ApplicationDeactivated, app),
    }
}

fn address(token: &KeepToken) -> String {
    format!("/keep/{}", token.expose())
}
