//! `GET /`: the home page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};

use super::locale::requested;
use super::messages::Messages;
use super::page::page;
use super::view::Home;
use crate::config::Config;
use crate::flows::mail::Mail;

/// Shows the page. It needs no database.
pub(in crate::http) async fn show(
    State(config): State<Arc<Config>>,
    State(mail): State<Arc<Mail>>,
    headers: HeaderMap,
) -> Response {
    let view = Home {
        t: Messages::of(requested(&headers)),
        host: config.server.issuer.host().to_owned(),
        catches_mail: mail.caught_mails().is_some(),
    };
    page(&view).into_response()
}
