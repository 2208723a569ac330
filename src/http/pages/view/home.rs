//! `/`: what this server is.

use askama::Template;

use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page at the root.
#[derive(Debug, Template)]
#[template(path = "pages/home.html")]
pub(in crate::http) struct Home {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The server's public name.
    pub(in crate::http) host: String,
    /// Whether mail is caught instead of sent.
    pub(in crate::http) catches_mail: bool,
}
