//! `/admin/audit`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// Who did what to what.
#[derive(Debug, Template)]
#[template(path = "admin/audit.html")]
pub(in crate::http::admin) struct AuditPage {
    /// The words that all pages share.
    pub(in crate::http::admin) t: &'static Messages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// What is looked for.
    pub(in crate::http::admin) asked: AuditFilterForm,
    /// What was wrong with that.
    pub(in crate::http::admin) problem: Option<&'static str>,
    /// What happened, newest first.
    pub(in crate::http::admin) rows: Vec<AuditRow>,
    /// Where the list begins, unless it begins here.
    pub(in crate::http::admin) first: Option<String>,
    /// Where it goes on.
    pub(in crate::http::admin) next: Option<String>,
    /// The same as a table.
    pub(in crate::http::admin) csv: String,
    /// The same as JSON, an object a line.
    pub(in crate::http::admin) ndjson: String,
}

/// What is looked for, as it was typed.
#[derive(Clone, Debug, Default)]
pub(in crate::http::admin) struct AuditFilterForm {
    /// What happened.
    pub(in crate::http::admin) event: String,
    /// Who did it.
    pub(in crate::http::admin) actor: String,
    /// To what.
    pub(in crate::http::admin) subject: String,
    /// Since which day.
    pub(in crate::http::admin) from: String,
    /// Until which day.
    pub(in crate::http::admin) to: String,
}

impl AuditFilterForm {
    /// The same in an address.
    pub(in crate::http::admin) fn parameters(&self) -> [(&str, &str); 5] {
        [
            ("event", &self.event),
            ("actor", &self.actor),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct AuditRow {
    /// When.
    pub(in crate::http::admin) at: Timestamp,
    /// What.
    pub(in crate::http::admin) event: String,
    /// Who, by address where there is one.
    pub(in crate::http::admin) by: String,
    /// To what.
    pub(in crate::http::admin) subject: String,
    /// What else there is to say.
    pub(in crate::http::admin) detail: String,
    /// Where the page of that is.
    pub(in crate::http::admin) about: Option<String>,
    /// Everything of the kind.
    pub(in crate::http::admin) only_event: String,
    /// Everything that they did.
    pub(in crate::http::admin) only_actor: String,
    /// Everything that happened to it.
    pub(in crate::http::admin) only_subject: String,
}
