//! `/l/<token>` in another browser than the one that began.

use askama::Template;

use super::{App, RequestedFrom};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page behind a link of a browser flow, opened elsewhere. It approves nothing: otherwise an attacker could start a
/// sign-in with another person's address and wait for a careless click.
#[derive(Debug, Template)]
#[template(path = "pages/link_elsewhere.html")]
pub(in crate::http) struct LinkElsewhere {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application; none for this server's own pages.
    pub(in crate::http) app: Option<App>,
    /// The address, masked.
    pub(in crate::http) address: String,
    /// Where and when the sign-in was asked for.
    pub(in crate::http) asked: RequestedFrom,
    /// What the page that waits for the code shows too.
    pub(in crate::http) reference: String,
    /// The code to type there, in two groups; without it the page points to the mail.
    pub(in crate::http) code: Option<String>,
    /// Leads to [`super::StopSignIn`].
    pub(in crate::http) not_me: Option<String>,
}
