//! `/admin/mail`, `/admin/scopes` and `/admin/settings`: the server itself.

use askama::Template;

use crate::domain::catalogue::Catalogue;
use crate::domain::ids::Timestamp;
use crate::flows::mail::UnsentMail;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;

/// What was not delivered.
#[derive(Debug, Template)]
#[template(path = "admin/mail.html")]
pub(in crate::http::admin) struct MailPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// Newest first.
    pub(in crate::http::admin) mails: Vec<UnsentMail>,
}

/// The catalogue of scopes and resources.
#[derive(Debug, Template)]
#[template(path = "admin/scopes.html")]
pub(in crate::http::admin) struct ScopesPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// As the configuration names them.
    pub(in crate::http::admin) catalogue: Catalogue,
}

/// Every setting with its source.
#[derive(Debug, Template)]
#[template(path = "admin/settings.html")]
pub(in crate::http::admin) struct SettingsPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The file that was read.
    pub(in crate::http::admin) file: Option<String>,
    /// In the order of the documentation.
    pub(in crate::http::admin) parts: Vec<SettingsPart>,
}

/// A section, or what was declared in a list.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct SettingsPart {
    /// Its name.
    pub(in crate::http::admin) name: String,
    /// What it sets.
    pub(in crate::http::admin) lines: Vec<SettingLine>,
}

/// A setting.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct SettingLine {
    /// Its name.
    pub(in crate::http::admin) name: String,
    /// Its value; none if it is not set. Secrets are masked.
    pub(in crate::http::admin) value: Option<String>,
    /// Its source.
    pub(in crate::http::admin) place: String,
}
