//! Upstreams on pages: the buttons that lead there, the lines of the account page, and the question whether an account
//! there belongs to one here.

use askama::Template;
use serde::Serialize;

use super::{App, Form};
use crate::domain::ids::Timestamp;
use crate::flows::upstreams::UpstreamProblem;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// A button that leads to an upstream. It is a form, and works without a script.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http) struct UpstreamButton {
    /// The upstream's name, for the id of the button.
    pub(in crate::http) name: String,
    /// What people know it by.
    pub(in crate::http) label: String,
    /// Where it goes.
    pub(in crate::http) form: Form,
}

/// A connected identity on the account page.
#[derive(Clone, Debug)]
pub(in crate::http) struct IdentityLine {
    /// What people know its upstream by.
    pub(in crate::http) label: String,
    /// Its address there.
    pub(in crate::http) address: Option<String>,
    /// When it was connected.
    pub(in crate::http) since: Timestamp,
    /// When it last signed in.
    pub(in crate::http) last_used: Option<Timestamp>,
    /// Whether its upstream is among those of the server now.
    pub(in crate::http) offered: bool,
    /// Disconnects it.
    pub(in crate::http) disconnect: Form,
}

/// The page that asks whether an account at an upstream is to sign in to the account of the person. Posts `connect`, or
/// nothing.
#[derive(Debug, Template)]
#[template(path = "pages/connect_upstream.html")]
pub(in crate::http) struct ConnectUpstream {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application that the person wants to reach.
    pub(in crate::http) app: Option<App>,
    /// What people know the upstream by.
    pub(in crate::http) label: String,
    /// The address there.
    pub(in crate::http) there: Option<String>,
    /// The address here.
    pub(in crate::http) here: String,
    /// What is in the way.
    pub(in crate::http) problem: Option<ConnectProblem>,
    /// Connects them.
    pub(in crate::http) connect: Form,
    /// Goes on without.
    pub(in crate::http) later: Form,
    /// Signs in to another account here first.
    pub(in crate::http) other_account: String,
}

/// Why an identity was not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ConnectProblem {
    /// There are as many as there may be.
    TooMany,
}

impl ConnectUpstream {
    fn problem_text(&self) -> Option<&'static str> {
        self.problem.map(|ConnectProblem::TooMany| {
            const { assert!(crate::domain::upstream::MOST_IDENTITIES == 10, "the messages say so") };
            self.t.upstream.too_many
        })
    }
}

/// What people are told of a sign-in at an upstream that did not work.
pub(super) const fn problem_text(t: &'static Messages, problem: UpstreamProblem) -> &'static str {
    let texts = &t.upstream;
    match problem {
        UpstreamProblem::Cancelled => texts.cancelled,
        UpstreamProblem::Unavailable => texts.unavailable,
        UpstreamProblem::Unusable => texts.unusable,
        UpstreamProblem::Over => texts.over,
        UpstreamProblem::NotAdmitted => texts.not_admitted,
        UpstreamProblem::NotRecent => texts.not_recent,
    }
}
