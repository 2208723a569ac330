//! A form of this server's own pages that came back.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

use super::page_error::PageError;
use super::place::page_of_form;
use super::posted_form::PostedForm;
use super::visit::Visit;
use crate::http::Edge;

/// A form with the token that ties it to this browser and session, sent by one who may send it: a
/// [`super::viewer::Viewer`], or an extractor that is one and more. Any other form does nothing, and is answered with
/// a link to the page that shows it anew.
pub(in crate::http) struct CsrfForm<Sender> {
    /// Who sent it.
    pub(in crate::http) sender: Sender,
    /// What was typed.
    pub(in crate::http) posted: PostedForm,
}

impl<Sender> FromRequest<Edge> for CsrfForm<Sender>
where
    Sender: FromRequestParts<Edge, Rejection = PageError> + AsRef<Visit> + Send,
{
    type Rejection = PageError;

    async fn from_request(request: Request<Body>, edge: &Edge) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        // All of it is read before anything is refused, so that a browser which still sends gets to see the answer.
        let posted = PostedForm::read(body).await?;
        parts.extensions.insert(SentToken(posted.text("csrf").to_owned()));
        let sender = Sender::from_request_parts(&mut parts, edge).await?;
        check_token(sender.as_ref(), &parts)?;
        Ok(Self { sender, posted })
    }
}

/// The token of the form whose sender is being found out.
#[derive(Clone)]
struct SentToken(String);

/// Refuses a form without its token. An extractor that looks more up than who sent it does so before, so that a form of
/// another site tells nothing of what is there.
pub(in crate::http) fn check_token(visit: &Visit, parts: &Parts) -> Result<(), PageError> {
    match parts.extensions.get() {
        Some(SentToken(token)) => visit.check_form(Some(token), &page_of_form(&visit.path), None),
        None => Ok(()),
    }
}
