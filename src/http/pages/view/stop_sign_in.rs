//! `/l/<token>/not-me`: the last question before a sign-in is stopped.

use askama::Template;

use super::{App, Form};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that stops a sign-in. Posts `email`, which it does not show: a program that reads mail and presses every
/// button it finds is not to stop a sign-in.
#[derive(Debug, Template)]
#[template(path = "pages/stop_sign_in.html")]
pub(in crate::http) struct StopSignIn {
    /// The texts of its language.
    pub(in crate::http) t: &'static Messages,
    /// What was to be signed in to; none for this server's own pages.
    pub(in crate::http) app: Option<App>,
    /// What the mail shows too.
    pub(in crate::http) reference: String,
    /// What was wrong with what was sent.
    pub(in crate::http) problem: Option<StopProblem>,
    /// Where it goes.
    pub(in crate::http) form: Form,
}

/// Why the sign-in was not stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum StopProblem {
    /// What was typed is not the address of the mail.
    AddressDiffers,
}

impl StopSignIn {
    fn problem_text(&self) -> Option<&'static str> {
        self.problem.map(|StopProblem::AddressDiffers| self.t.stop_sign_in.address_differs)
    }
}
