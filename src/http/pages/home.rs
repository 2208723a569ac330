//! `GET /`: the home page.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};

use super::locale::requested;
use super::messages::Messages;
use super::page::page;
use super::view::Home;
use crate::http::Edge;

/// Shows the page. It needs no database.
pub(in crate::http) async fn show(State(edge): State<Edge>, headers: HeaderMap) -> Response {
    let view = Home {
        t: Messages::of(requested(&headers)),
        host: edge.config().server.issuer.host().to_owned(),
        catches_mail: edge.mail().caught_mails().is_some(),
    };
    page(&view).into_response()
}
