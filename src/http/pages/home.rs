//! `GET /`: the home page.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::response::{IntoResponse as _, Response};

use super::locale::negotiate;
use super::messages::Messages;
use super::page::page;
use super::view::Home;
use crate::http::Edge;

/// Shows the page. It needs no database.
pub(in crate::http) async fn show(State(edge): State<Edge>, headers: HeaderMap) -> Response {
    let language = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let view = Home {
        t: Messages::of(negotiate(language)),
        host: edge.config().server.issuer.host().to_owned(),
        catches_mail: edge.mail().caught_mails().is_some(),
    };
    page(&view).into_response()
}
