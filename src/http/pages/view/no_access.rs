//! `/no-access`: you may not use this application.

use askama::Template;
use serde::Serialize;

use super::{App, Form, Publisher};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page for a person who may not use an application. It says so and whom to ask.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/no_access.html")]
pub(in crate::http) struct NoAccess {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// The application.
    pub(in crate::http) app: App,
    /// Whom to ask.
    pub(in crate::http) publisher: Publisher,
    /// The address of the account that has no access.
    pub(in crate::http) account: Option<String>,
    /// Leads to signing in with another address.
    pub(in crate::http) switch_account: Option<String>,
    /// The way back to the application.
    pub(in crate::http) back: WayBack,
}

/// A way back to an application.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "to", rename_all = "snake_case")]
pub(in crate::http) enum WayBack {
    /// A form of this server, which answers the application.
    Form(Form),
    /// The address that carries the answer.
    Link(String),
    /// The application is on a device, which asks by itself.
    Nowhere,
}
