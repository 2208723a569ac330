//! `/consent`: may this application use your account?

use askama::Template;

use super::{App, Form, ScopeLine};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that asks what an application may do. Posts `decision`, `allow` or `deny`.
#[derive(Debug, Template)]
#[template(path = "pages/consent.html")]
pub(in crate::http) struct Consent {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application.
    pub(in crate::http) app: App,
    /// Who offers the application.
    pub(in crate::http) publisher: Publisher,
    /// The address of the account that it is about.
    pub(in crate::http) account: String,
    /// What it asks for.
    pub(in crate::http) scopes: Vec<ScopeLine>,
    /// The host that either answer leads to.
    pub(in crate::http) redirect_host: String,
    /// Leads to signing in with another address.
    pub(in crate::http) switch_account: String,
    /// Where the answer goes.
    pub(in crate::http) form: Form,
}

/// Who offers an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) enum Publisher {
    /// The operator of this server.
    Operator,
    /// A developer with an account here.
    Named(String),
    /// Who registered it: it did so by itself, and what it says of itself is unchecked.
    Unknown,
}
