//! `/admin/set-up/<token>`

use askama::Template;

use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::view::Form;

/// The form for the first operator's address. Posts `email`.
#[derive(Debug, Template)]
#[template(path = "admin/set_up.html")]
pub(in crate::http::admin) struct SetUpPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// What the field holds to begin with.
    pub(in crate::http::admin) email: String,
    /// What was wrong with what was sent.
    pub(in crate::http::admin) problem: Option<&'static str>,
    /// Where it goes.
    pub(in crate::http::admin) form: Form,
}
