//! `/admin`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::flows::keys::KeyLife;
use crate::flows::oversight::Counts;
use crate::flows::upstreams::Condition;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;

/// Numbers, and what needs attention.
#[derive(Debug, Template)]
#[template(path = "admin/overview.html")]
pub(in crate::http::admin) struct OverviewPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// How many of what.
    pub(in crate::http::admin) counts: Counts,
    /// The keys that sign now.
    pub(in crate::http::admin) signing: Vec<KeyLife>,
    /// How the other providers do.
    pub(in crate::http::admin) upstreams: Vec<Condition>,
}
