//! `/admin/approvals`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::{App, Form};

/// What developers have asked for.
#[derive(Debug, Template)]
#[template(path = "admin/approvals.html")]
pub(in crate::http::admin) struct ApprovalsPage {
    /// The words that all pages share.
    pub(in crate::http::admin) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The present.
    pub(in crate::http::admin) now: Timestamp,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Whether more waits than is shown.
    pub(in crate::http::admin) more: bool,
    /// What waits, longest first.
    pub(in crate::http::admin) lines: Vec<ApprovalLine>,
}

/// A request that waits.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct ApprovalLine {
    /// For which application.
    pub(in crate::http::admin) app: App,
    /// Where its page is.
    pub(in crate::http::admin) href: String,
    /// Who asks.
    pub(in crate::http::admin) by: Option<String>,
    /// When.
    pub(in crate::http::admin) at: Timestamp,
    /// Scopes.
    pub(in crate::http::admin) scope: String,
    /// Those of them that are to be in every token.
    pub(in crate::http::admin) default_scope: String,
    /// Grants.
    pub(in crate::http::admin) grants: Vec<&'static str>,
    /// Audiences.
    pub(in crate::http::admin) audiences: Vec<String>,
    /// Why, in the developer's words.
    pub(in crate::http::admin) reason: String,
    /// Says yes.
    pub(in crate::http::admin) grant: Form,
    /// Says no.
    pub(in crate::http::admin) refuse: Form,
}
