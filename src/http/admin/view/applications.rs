//! `/admin/applications`

use askama::Template;

use crate::domain::application::ApplicationState;
use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::view::App;

/// The applications of all owners.
#[derive(Debug, Template)]
#[template(path = "admin/applications.html")]
pub(in crate::http::admin) struct ApplicationsPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// The search text.
    pub(in crate::http::admin) search: String,
    /// The state to filter by.
    pub(in crate::http::admin) state: String,
    /// The rows of this page.
    pub(in crate::http::admin) lines: Vec<ApplicationLine>,
    /// The address of the first page, unless this is it.
    pub(in crate::http::admin) first: Option<String>,
    /// The address of the next page.
    pub(in crate::http::admin) next: Option<String>,
}

/// An application in the list.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct ApplicationLine {
    /// Its name.
    pub(in crate::http::admin) app: App,
    /// The address of its page.
    pub(in crate::http::admin) href: String,
    /// Its public name.
    pub(in crate::http::admin) client_id: String,
    /// What it is.
    pub(in crate::http::admin) kind: &'static str,
    /// Its state.
    pub(in crate::http::admin) state: ApplicationState,
    /// An owner, if there is one.
    pub(in crate::http::admin) owner: Option<String>,
    /// Whether it registered itself.
    pub(in crate::http::admin) dynamic: bool,
    /// The host of the document that describes it, if one does.
    pub(in crate::http::admin) host: Option<String>,
    /// Since when it is registered.
    pub(in crate::http::admin) created_at: Timestamp,
    /// When it was last used, if ever.
    pub(in crate::http::admin) last_used_at: Option<Timestamp>,
}

impl ApplicationLine {
    /// The class of the badge that tells its state.
    const fn badge(&self) -> &'static str {
        match self.state {
            ApplicationState::Active => "good",
            ApplicationState::Deactivated { .. } => "warn",
            ApplicationState::Deleted { .. } => "bad",
        }
    }
}
