//! `/oauth/logout`: the confirmation page of a logout.

use askama::Template;

use super::{App, Form};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that asks before signing out. Posts `decision`, `yes` or `no`.
#[derive(Debug, Template)]
#[template(path = "pages/confirm_logout.html")]
pub(in crate::http) struct ConfirmLogout {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application that asks; none if the person does.
    pub(in crate::http) app: Option<App>,
    /// The address of the account.
    pub(in crate::http) address: String,
    /// Why the application's request does not count, in English, for its developer.
    pub(in crate::http) fault: Option<String>,
    /// Where the answer goes.
    pub(in crate::http) form: Form,
}
