//! The answer to an application in a form (OAuth 2.0 Form Post Response Mode §2).

use askama::Template;

use super::App;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that carries an answer to the application. A script presses its button; without scripts the person does.
/// The form has no CSRF token, because it goes to the application.
#[derive(Debug, Template)]
#[template(path = "pages/form_post.html")]
pub(in crate::http) struct FormPost {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application.
    pub(in crate::http) app: App,
    /// The redirect URI.
    pub(in crate::http) action: String,
    /// The parameters of the answer.
    pub(in crate::http) fields: Vec<(String, String)>,
}
