//! `/l/<token>`: the link was opened; one more click goes on.

use askama::Template;

use super::{App, Form, RequestedFrom};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page behind a link that asks before it goes on. A program that fetches it does not sign in.
#[derive(Debug, Template)]
#[template(path = "pages/confirm_login.html")]
pub(in crate::http) struct ConfirmLogin {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application.
    pub(in crate::http) app: App,
    /// The address, masked, so that a link does not reveal it.
    pub(in crate::http) address: String,
    /// Where and when the sign-in was asked for.
    pub(in crate::http) asked: RequestedFrom,
    /// The four characters in the mail's subject.
    pub(in crate::http) reference: String,
    /// Where the click goes.
    pub(in crate::http) form: Form,
}
