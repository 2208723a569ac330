//! `/account/export`: the button that downloads all that is known of a person.

use askama::Template;

use super::Form;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page before the file.
#[derive(Debug, Template)]
#[template(path = "pages/export_account.html")]
pub(in crate::http) struct ExportAccount {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// Where the click goes.
    pub(in crate::http) form: Form,
    /// Back to the account.
    pub(in crate::http) back: String,
}
