//! Pages of problems.

use std::time::Duration;

use askama::Template;
use serde::Serialize;

use super::{App, Link};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page for when something went wrong.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/error.html")]
pub(in crate::http) struct ErrorPage {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// The problem.
    #[serde(skip)]
    pub(in crate::http) problem: Problem,
    /// The application, if it is known for sure.
    pub(in crate::http) app: Option<App>,
    /// The exact reason, in English, for the owner of the application.
    pub(in crate::http) sentence: String,
    /// The code of the refusal.
    pub(in crate::http) code: String,
    /// The trace id of the log line.
    pub(in crate::http) trace_id: String,
    /// A link to go on.
    pub(in crate::http) onward: Option<Link>,
}

/// The kinds of problems that people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Problem {
    /// The application's request makes no sense.
    BadRequest,
    /// So does that of an application that nobody here has checked.
    Unchecked,
    /// The sign-in took too long, or was ended.
    SignInExpired,
    /// The link was used before.
    LinkUsed,
    /// The link's time is over.
    LinkExpired,
    /// The cookie or the form's token is missing.
    BrowserLost,
    /// The form was shown for a session that has ended.
    FormTooOld,
    /// The account is disabled.
    AccountDisabled,
    /// The person may not do this.
    NotAllowed,
    /// An address or form of this server is wrong, without an application.
    Mistake,
    /// There is no such page.
    NotFound,
    /// Too many requests.
    TooMany {
        /// Until when to wait.
        wait: Duration,
    },
    /// The server cannot answer now.
    Unavailable,
    /// A fault of this server.
    Broken,
}

impl ErrorPage {
    fn words(&self) -> [&'static str; 2] {
        let texts = &self.t.error;
        match self.problem {
            Problem::BadRequest => texts.bad_request,
            Problem::Unchecked => texts.unchecked,
            Problem::SignInExpired => texts.sign_in_expired,
            Problem::LinkUsed => texts.link_used,
            Problem::LinkExpired => texts.link_expired,
            Problem::BrowserLost => texts.browser_lost,
            Problem::FormTooOld => texts.form_too_old,
            Problem::NotAllowed => texts.not_allowed,
            Problem::Mistake => texts.mistake,
            Problem::AccountDisabled => texts.account_disabled,
            Problem::NotFound => texts.not_found,
            Problem::TooMany { .. } => texts.too_many,
            Problem::Unavailable => texts.unavailable,
            Problem::Broken => texts.broken,
        }
    }

    pub(in crate::http::pages) fn heading(&self) -> &'static str {
        self.words()[0]
    }

    pub(in crate::http::pages) fn advice(&self) -> String {
        let [_, advice] = self.words();
        match self.problem {
            Problem::TooMany { wait } => format!("{advice} {}", self.t.error.try_again_in.with(self.t.length(wait))),
            _ => advice.to_owned(),
        }
    }
}
