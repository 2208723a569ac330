//! `/admin/approvals`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::view::{App, Form};

/// The requests of developers.
#[derive(Debug, Template)]
#[template(path = "admin/approvals.html")]
pub(in crate::http::admin) struct ApprovalsPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Whether there are more open requests.
    pub(in crate::http::admin) more: bool,
    /// The open requests, oldest first.
    pub(in crate::http::admin) lines: Vec<ApprovalLine>,
}

/// An open request.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct ApprovalLine {
    /// The application.
    pub(in crate::http::admin) app: App,
    /// The address of its page.
    pub(in crate::http::admin) href: String,
    /// The address of the developer.
    pub(in crate::http::admin) by: Option<String>,
    /// When.
    pub(in crate::http::admin) at: Timestamp,
    /// Scopes.
    pub(in crate::http::admin) scope: String,
    /// Those of them that are requested as default scopes.
    pub(in crate::http::admin) default_scope: String,
    /// Grants.
    pub(in crate::http::admin) grants: Vec<&'static str>,
    /// Audiences.
    pub(in crate::http::admin) audiences: Vec<String>,
    /// The developer's reason.
    pub(in crate::http::admin) reason: String,
    /// Grants it.
    pub(in crate::http::admin) grant: Form,
    /// Refuses it.
    pub(in crate::http::admin) refuse: Form,
}
