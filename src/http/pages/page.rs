//! Rendering a view.

use std::any::Any;

use askama::Template;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::own;
use crate::http::reply::Refused;
use crate::protocol::refusal::Refusal;

/// A rendered page. Its headers are set by [`super::headers`], the same for every page.
#[derive(Debug)]
pub(in crate::http) struct Page {
    status: StatusCode,
    html: Result<String, askama::Error>,
    exceptions: Exceptions,
    cookies: Vec<HeaderValue>,
}

/// Renders a view, by a template of the operator's where there is one.
pub(in crate::http) fn page<View: Template + Any>(view: &View) -> Page {
    let html = view.render().map(|html| own::laid_out(view, html));
    Page { status: StatusCode::OK, html, exceptions: Exceptions::default(), cookies: Vec::new() }
}

impl Page {
    /// The same page with another status than 200.
    #[must_use]
    pub(in crate::http) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same page, whose form ends at an application.
    #[must_use]
    pub(in crate::http) const fn leaving(mut self) -> Self {
        self.exceptions.leaves = true;
        self
    }

    /// The same page, whose script asks this server for more.
    #[must_use]
    pub(super) const fn asking(mut self) -> Self {
        self.exceptions.asks = true;
        self
    }

    /// The same page, which has a page of this server in a frame.
    #[must_use]
    pub(super) const fn with_frame(mut self) -> Self {
        self.exceptions.frames = true;
        self
    }

    /// The same page, which is shown in a frame of a page of this server.
    #[must_use]
    pub(super) const fn in_frame(mut self) -> Self {
        self.exceptions.is_framed = true;
        self
    }

    /// The same page with this cookie.
    #[must_use]
    pub(super) fn with_cookie(mut self, cookie: Option<HeaderValue>) -> Self {
        self.cookies.extend(cookie);
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        match self.html {
            Ok(html) => {
                let mut response = (self.status, Html(html)).into_response();
                response.extensions_mut().insert(self.exceptions);
                for cookie in self.cookies {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
                response
            }
            Err(error) => {
                Refused::from(Refusal::server_error(format!("a page was not written: {error}"))).into_response()
            }
        }
    }
}

/// What a page's policy allows beyond what every page may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each allows one thing, and any of them go together")]
pub(super) struct Exceptions {
    /// Its form ends at an application: by posting there, or by the redirect that answers it.
    pub(super) leaves: bool,
    /// Its script asks this server for more.
    pub(super) asks: bool,
    /// It has a page of this server in a frame.
    pub(super) frames: bool,
    /// It is shown in such a frame.
    pub(super) is_framed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<h1>{{ name }}</h1>", ext = "html")]
    struct Heading {
        name: &'static str,
    }

    #[test]
    fn a_view_is_answered_with_its_status_and_the_policy_that_it_needs() {
        let page = page(&Heading { name: "<b>" }).with_status(StatusCode::FORBIDDEN).leaving();
        assert!(page.html.as_ref().is_ok_and(|html| !html.contains("<b>")));
        let response = page.into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let expected = Exceptions { leaves: true, ..Exceptions::default() };
        assert_eq!(response.extensions().get::<Exceptions>(), Some(&expected));
    }
}
