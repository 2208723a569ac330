//! `/keep/<token>`: the link in a warning was opened; the button keeps the application.

use askama::Template;

use super::{App, Form};
use crate::domain::ids::Timestamp;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that asks whether to keep an unused application.
#[derive(Debug, Template)]
#[template(path = "pages/keep.html")]
pub(in crate::http) struct Keep {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application.
    pub(in crate::http) app: App,
    /// When it is deactivated otherwise, if it is at all.
    pub(in crate::http) deactivated_at: Option<Timestamp>,
    /// Where the click goes.
    pub(in crate::http) form: Form,
}

impl Keep {
    fn lead(&self) -> Option<String> {
        self.deactivated_at.map(|at| self.t.keep.lead.with(self.t.moment(at)))
    }
}
