//! `/admin/applications`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::App;

/// Everybody's applications.
#[derive(Debug, Template)]
#[template(path = "admin/applications.html")]
pub(in crate::http::admin) struct ApplicationsPage {
    /// The words that all pages share.
    pub(in crate::http::admin) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The present.
    pub(in crate::http::admin) now: Timestamp,
    /// What is looked for.
    pub(in crate::http::admin) search: String,
    /// In which state.
    pub(in crate::http::admin) state: String,
    /// Those of this page.
    pub(in crate::http::admin) lines: Vec<ApplicationLine>,
    /// Where the list begins, unless it begins here.
    pub(in crate::http::admin) first: Option<String>,
    /// Where it goes on.
    pub(in crate::http::admin) next: Option<String>,
}

/// An application in the list.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct ApplicationLine {
    /// Its name.
    pub(in crate::http::admin) app: App,
    /// Where its page is.
    pub(in crate::http::admin) href: String,
    /// Its public name.
    pub(in crate::http::admin) client_id: String,
    /// What it is.
    pub(in crate::http::admin) kind: &'static str,
    /// Where in its life.
    pub(in crate::http::admin) state: &'static str,
    /// Who looks after it, if anybody does.
    pub(in crate::http::admin) owner: Option<String>,
    /// Since when it is registered.
    pub(in crate::http::admin) created_at: Timestamp,
    /// When it was last used, if ever.
    pub(in crate::http::admin) last_used_at: Option<Timestamp>,
}
