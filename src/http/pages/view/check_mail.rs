//! `/login/check`: a mail was sent, and its code can be typed here.

use std::time::Duration;

use askama::Template;
use serde::Serialize;

use super::{App, Form};
use crate::flows::sign_in::Progress;
use crate::http::pages::assets;
use crate::http::pages::messages::{Around, Messages};

/// The page that waits for the code. Posts `code`.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/check_mail.html")]
pub(in crate::http) struct CheckMail {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// The application; none for this server's own pages.
    pub(in crate::http) app: Option<App>,
    /// The address as it was entered.
    pub(in crate::http) address: String,
    /// The four characters in the mail's subject.
    pub(in crate::http) reference: String,
    /// What the page may say about the mail.
    pub(in crate::http) delivery: Delivery,
    /// The lifetime of link and code.
    #[serde(skip)]
    pub(in crate::http) link_ttl: Duration,
    /// What was wrong with the code.
    #[serde(skip)]
    pub(in crate::http) problem: Option<CodeProblem>,
    /// What happened otherwise.
    #[serde(skip)]
    pub(in crate::http) notice: Option<CheckMailNotice>,
    /// Where [`WaitingFrame`] is.
    pub(in crate::http) watch: String,
    /// Where the code goes.
    pub(in crate::http) form: Form,
    /// Where asking for another mail goes.
    pub(in crate::http) resend: Form,
    /// Back to the address.
    pub(in crate::http) change: String,
    /// The address of the caught mail, with `serve --dev`.
    pub(in crate::http) dev_mail: Option<String>,
}

/// What stands in a frame of [`CheckMail`]: it is loaded anew every few seconds until the sign-in is completed, so that
/// what is typed around it stays where it is. Without a script it is the person who goes on from there.
#[derive(Debug, Template)]
#[template(path = "pages/waiting.html")]
pub(in crate::http) struct WaitingFrame {
    /// The texts of its language.
    pub(in crate::http) t: &'static Messages,
    /// How far the sign-in is.
    pub(in crate::http) progress: Progress,
    /// Where one goes on, if there is anything left to do.
    pub(in crate::http) onward: Option<String>,
}

impl WaitingFrame {
    const fn text(&self) -> &'static str {
        let texts = &self.t.check_mail;
        match self.progress {
            Progress::Waiting => texts.waiting,
            Progress::OpenedElsewhere => texts.opened_elsewhere,
            Progress::Completed => texts.signed_in,
            Progress::Over => texts.over,
        }
    }

    /// The words of the way on.
    const fn onward_text(&self) -> &'static str {
        if self.is_completed() { self.t.check_mail.go_on } else { self.t.check_mail.start_again }
    }

    const fn is_completed(&self) -> bool {
        matches!(self.progress, Progress::Completed)
    }
}

/// How much may be said about the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Delivery {
    /// It was sent.
    Sent,
    /// It was sent if the address has an account, which the page does not say.
    SentIfKnown,
}

/// Why the code was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum CodeProblem {
    /// It cannot be a code.
    Malformed,
    /// It is not the code.
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
    /// The sign-in has ended after too many wrong ones.
    TooManyTries,
    /// The sign-in has taken too long.
    Expired,
}

/// What happened after asking for another mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum CheckMailNotice {
    /// It was sent.
    SentAgain,
    /// It was too early.
    WaitBeforeResend {
        /// Until when to wait.
        wait: Duration,
    },
}

impl CheckMail {
    pub(in crate::http::pages) fn problem_text(&self) -> Option<String> {
        let texts = &self.t.check_mail;
        Some(match self.problem? {
            CodeProblem::Malformed => texts.malformed.to_owned(),
            CodeProblem::Wrong { tries_left } => {
                format!("{} {}", texts.wrong, self.t.count(texts.tries_left, tries_left.into()))
            }
            CodeProblem::TooManyTries => texts.too_many_tries.to_owned(),
            CodeProblem::Expired => texts.expired.to_owned(),
        })
    }

    pub(in crate::http::pages) fn notice_text(&self) -> Option<String> {
        let texts = &self.t.check_mail;
        Some(match self.notice? {
            CheckMailNotice::SentAgain => texts.sent_again.to_owned(),
            CheckMailNotice::WaitBeforeResend { wait } => texts.wait.with(self.t.length(wait)),
        })
    }

    pub(in crate::http::pages) fn sent(&self) -> Around {
        match self.delivery {
            Delivery::Sent => self.t.check_mail.sent,
            Delivery::SentIfKnown => self.t.check_mail.sent_if_known,
        }
    }

    /// The field that the problem points to; none if there is no field any more.
    fn code_field(&self) -> &'static str {
        if self.is_over() { "" } else { "login-code" }
    }

    pub(in crate::http::pages) fn heading(&self) -> &'static str {
        if self.is_over() { self.t.check_mail.over } else { self.t.check_mail.title }
    }

    /// Whether the sign-in has ended.
    fn is_over(&self) -> bool {
        matches!(self.problem, Some(CodeProblem::TooManyTries | CodeProblem::Expired))
    }
}
