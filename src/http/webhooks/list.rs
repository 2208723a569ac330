//! The page with the server's webhooks.

use axum::response::{IntoResponse as _, Response};

use super::place::At;
use super::view::ListPage;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::visit::see;
use crate::http::portal::messages::PortalMessages;
use crate::http::webhook_list::hooks;

/// `GET /admin/webhooks`. An application's are on the page of the application.
pub(super) async fn show(at: At) -> PageResult<Response> {
    if let At::Application(_) = at {
        return Ok(see(&at.list().href));
    }
    let deleted = at.done.as_deref() == Some("deleted");
    let t = PortalMessages::of(at.language);
    let view = ListPage {
        t,
        around: at.around().await?,
        now: at.now(),
        notice: deleted.then_some(t.webhooks.done.deleted),
        hooks: hooks(&at, &at.owner()).await?,
    };
    Ok(at.page(&view).into_response())
}
