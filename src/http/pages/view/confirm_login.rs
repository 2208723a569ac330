//! `/l/<token>`: the link was opened; one more click goes on.

use askama::Template;

use super::{App, Form, RequestedFrom};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page behind a link that asks before it goes on. A machine that fetches it has signed nobody in.
#[derive(Debug, Template)]
#[template(path = "pages/confirm_login.html")]
pub(in crate::http) struct ConfirmLogin {
    /// The texts of its language.
    pub(in crate::http) t: &'static Messages,
    /// What one signs in to.
    pub(in crate::http) app: App,
    /// The address, masked: whoever has the link is not shown more than they know.
    pub(in crate::http) address: String,
    /// Where and when the sign-in was asked for.
    pub(in crate::http) asked: RequestedFrom,
    /// What the mail's subject shows too.
    pub(in crate::http) reference: String,
    /// Where the click goes.
    pub(in crate::http) form: Form,
}
