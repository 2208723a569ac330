//! `/account/address` and `/account/undo`: another address for the account, and the old one back.

use std::time::Duration;

use askama::Template;

use super::Form;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The form that asks for another address. Posts `email`.
#[derive(Debug, Template)]
#[template(path = "pages/change_address.html")]
pub(in crate::http) struct ChangeAddress {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The address of the account.
    pub(in crate::http) address: String,
    /// What was typed.
    pub(in crate::http) typed: String,
    /// What was wrong with it.
    pub(in crate::http) problem: Option<AddressProblem>,
    /// Where it goes.
    pub(in crate::http) form: Form,
    /// Back to the account.
    pub(in crate::http) back: String,
}

/// Why no link was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum AddressProblem {
    /// It is no address.
    NoAddress,
    /// It is the address of the account.
    Same,
    /// Too many mails were asked for.
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
}

impl ChangeAddress {
    fn problem_text(&self) -> Option<String> {
        Some(match self.problem? {
            AddressProblem::NoAddress => self.t.address.no_address.to_owned(),
            AddressProblem::Same => self.t.address.same.to_owned(),
            AddressProblem::TooMany { wait } => self.t.address.too_many.with(self.t.length(wait)),
        })
    }
}

/// The page behind the link in the mail to the new address.
#[derive(Debug, Template)]
#[template(path = "pages/confirm_address.html")]
pub(in crate::http) struct ConfirmAddress {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The address that the account has.
    pub(in crate::http) old: String,
    /// The address that it gets.
    pub(in crate::http) new: String,
    /// Where the click goes.
    pub(in crate::http) form: Form,
    /// Back to the account.
    pub(in crate::http) back: String,
}

/// The page behind the link in the mail to the old address.
#[derive(Debug, Template)]
#[template(path = "pages/undo_address.html")]
pub(in crate::http) struct UndoAddress {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The address that the account gets back.
    pub(in crate::http) old: String,
    /// Where the click goes.
    pub(in crate::http) form: Form,
}
