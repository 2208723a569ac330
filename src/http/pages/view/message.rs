//! Pages that only tell something.

use askama::Template;

use super::{App, Link};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that says what has been done.
#[derive(Debug, Template)]
#[template(path = "pages/message.html")]
pub(in crate::http) struct MessagePage {
    /// The texts of its language.
    pub(in crate::http) t: &'static Messages,
    /// What.
    pub(in crate::http) message: Message,
    /// The application that is concerned.
    pub(in crate::http) app: Option<App>,
    /// Where one can go on.
    pub(in crate::http) onward: Option<Link>,
}

/// What has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Message {
    /// This session has ended.
    SignedOut,
    /// All have.
    SignedOutEverywhere,
    /// None has.
    StillSignedIn,
    /// The sign-in was ended by the owner of its address.
    SignInStopped,
    /// The account is gone.
    AccountDeleted,
    /// The application stays.
    ApplicationKept,
    /// It is too late to keep the application.
    ApplicationDeactivated,
}

impl MessagePage {
    fn words(&self) -> [&'static str; 2] {
        let texts = &self.t.message;
        match self.message {
            Message::SignedOut => texts.signed_out,
            Message::SignedOutEverywhere => texts.signed_out_everywhere,
            Message::StillSignedIn => texts.still_signed_in,
            Message::SignInStopped => texts.sign_in_stopped,
            Message::AccountDeleted => texts.account_deleted,
            Message::ApplicationKept => texts.application_kept,
            Message::ApplicationDeactivated => texts.application_deactivated,
        }
    }
}
