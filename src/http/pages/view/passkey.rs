//! Passkeys on pages: the buttons whose script asks the browser, the lines of the account page, the offer.

use askama::Template;
use serde::Serialize;

use super::{App, Form};
use crate::domain::ids::Timestamp;
use crate::domain::passkey::MOST_PASSKEYS;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// A button that works with a script only, and is hidden without. The script posts what the browser answers to the
/// form, as `credential`.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http) struct PasskeyButton {
    /// Where the script gets the options for the browser.
    pub(in crate::http) ask: &'static str,
    /// Where the answer goes.
    pub(in crate::http) form: Form,
}

/// A passkey on the account page.
#[derive(Clone, Debug)]
pub(in crate::http) struct PasskeyLine {
    /// Its id, to tell the fields of one from those of another.
    pub(in crate::http) id: String,
    /// Its name.
    pub(in crate::http) name: String,
    /// When it was added.
    pub(in crate::http) added: Timestamp,
    /// When it was last used.
    pub(in crate::http) last_used: Option<Timestamp>,
    /// Whether it has copies on other devices.
    pub(in crate::http) backed_up: bool,
    /// Calls it otherwise. Posts `name`.
    pub(in crate::http) rename: Form,
    /// Removes it.
    pub(in crate::http) remove: Form,
}

/// Why a passkey was not added or not renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum AddPasskeyProblem {
    /// What the browser answered was refused.
    Refused,
    /// There are as many as there may be.
    TooMany,
    /// The name cannot be shown.
    NoName,
}

impl AddPasskeyProblem {
    pub(super) const fn text(self, t: &'static Messages) -> &'static str {
        match self {
            Self::Refused => t.passkey.not_added,
            Self::TooMany => {
                const { assert!(MOST_PASSKEYS == 20, "the messages say so") };
                t.passkey.too_many
            }
            Self::NoName => t.passkey.no_name,
        }
    }
}

/// The page between a sign-in by mail and what it was for: a passkey makes the next one quicker.
#[derive(Debug, Template)]
#[template(path = "pages/add_passkey.html")]
pub(in crate::http) struct AddPasskey {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application; none for this server's own pages.
    pub(in crate::http) app: Option<App>,
    /// What was wrong with the browser's answer.
    pub(in crate::http) problem: Option<AddPasskeyProblem>,
    /// Adds one.
    pub(in crate::http) add: PasskeyButton,
    /// Goes on without, or back to the application if it is for nobody without a passkey.
    pub(in crate::http) later: Form,
    /// Whether it is offered or required.
    pub(in crate::http) how: PasskeyNeed,
}

/// How much a passkey is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum PasskeyNeed {
    /// It makes signing in quicker.
    Offered,
    /// What the person wants to reach requires it.
    Required,
}

impl AddPasskey {
    fn problem_text(&self) -> Option<&'static str> {
        self.problem.map(|problem| problem.text(self.t))
    }

    /// Title, lead, hint, and the words of the button that goes on without.
    const fn words(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        let t = &self.t.passkey;
        match self.how {
            PasskeyNeed::Offered => (t.offer_title, t.offer_lead, t.offer_hint, t.later),
            PasskeyNeed::Required => (t.required_title, t.required_lead, t.required_hint, t.give_up),
        }
    }
}
