//! `/login`: which address is yours?

use std::time::Duration;

use askama::Template;
use serde::Serialize;

use super::{App, Form, PasskeyButton, UpstreamButton, upstream};
use crate::flows::upstreams::UpstreamProblem;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that asks for an address. Posts `email` and, where the sign-in may make an account, `name`.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/sign_in.html")]
pub(in crate::http) struct SignIn {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// The application; none for this server's own pages.
    pub(in crate::http) app: Option<App>,
    /// What the field holds to begin with.
    pub(in crate::http) email: String,
    /// What was wrong with what was sent.
    #[serde(skip)]
    pub(in crate::http) problem: Option<SignInProblem>,
    /// Whether an address without an account gets one.
    pub(in crate::http) sign_up: SignUp,
    /// Signs in with a passkey instead, if there can be passkeys here.
    pub(in crate::http) passkey: Option<PasskeyButton>,
    /// Whether a passkey is asked for, and mail is not enough.
    pub(in crate::http) wants_passkey: bool,
    /// The upstreams at which people may sign in instead.
    pub(in crate::http) upstreams: Vec<UpstreamButton>,
    /// What people know the upstream by whose account is to be connected with the one that signs in now.
    pub(in crate::http) connecting: Option<String>,
    /// Where it goes.
    pub(in crate::http) form: Form,
}

/// Whether people make their own accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum SignUp {
    /// By their first sign-in.
    Open,
    /// No.
    Closed,
    /// Not shown: the person has an account and signs in again.
    Again,
}

/// Why no mail was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum SignInProblem {
    /// It was no address.
    NotAnAddress,
    /// Too many mails, to this address or from this network.
    TooMany {
        /// Until when to wait.
        wait: Duration,
    },
    /// A passkey was refused.
    Passkey,
    /// A sign-in at an upstream did not work.
    Upstream(UpstreamProblem),
}

impl SignIn {
    pub(in crate::http::pages) fn problem_text(&self) -> Option<String> {
        let texts = &self.t.sign_in;
        Some(match self.problem? {
            SignInProblem::NotAnAddress => texts.not_an_address.to_owned(),
            SignInProblem::TooMany { wait } => texts.too_many.with(self.t.length(wait)),
            SignInProblem::Passkey => self.t.passkey.refused.to_owned(),
            SignInProblem::Upstream(problem) => upstream::problem_text(self.t, problem).to_owned(),
        })
    }
}
