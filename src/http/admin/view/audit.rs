//! `/admin/audit`

use askama::Template;

use crate::domain::ids::Timestamp;
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;

/// Who did what to what.
#[derive(Debug, Template)]
#[template(path = "admin/audit.html")]
pub(in crate::http::admin) struct AuditPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The search text.
    pub(in crate::http::admin) form: AuditFilterForm,
    /// What is wrong with the input.
    pub(in crate::http::admin) problem: Option<&'static str>,
    /// The events, newest first.
    pub(in crate::http::admin) rows: Vec<AuditRow>,
    /// The address of the first page, unless this is it.
    pub(in crate::http::admin) first: Option<String>,
    /// The address of the next page.
    pub(in crate::http::admin) next: Option<String>,
    /// The address of the CSV file.
    pub(in crate::http::admin) csv: String,
    /// The address of the NDJSON file.
    pub(in crate::http::admin) ndjson: String,
}

/// The filter as it was entered.
#[derive(Clone, Debug, Default)]
pub(in crate::http::admin) struct AuditFilterForm {
    /// The event's name.
    pub(in crate::http::admin) event: String,
    /// The actor.
    pub(in crate::http::admin) actor: String,
    /// The subject.
    pub(in crate::http::admin) subject: String,
    /// The first day.
    pub(in crate::http::admin) from: String,
    /// The last day.
    pub(in crate::http::admin) to: String,
}

impl AuditFilterForm {
    /// The query parameters.
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

/// A row of the audit log.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct AuditRow {
    /// When.
    pub(in crate::http::admin) at: Timestamp,
    /// What.
    pub(in crate::http::admin) event: String,
    /// The actor, by address if it has one.
    pub(in crate::http::admin) by: String,
    /// The subject.
    pub(in crate::http::admin) subject: String,
    /// More about it.
    pub(in crate::http::admin) detail: String,
    /// The address of the subject's page.
    pub(in crate::http::admin) about: Option<String>,
    /// A filter for the same event.
    pub(in crate::http::admin) only_event: String,
    /// A filter for the same actor.
    pub(in crate::http::admin) only_actor: String,
    /// A filter for the same subject.
    pub(in crate::http::admin) only_subject: String,
}
