//! Pages with only a message.

use askama::Template;
use serde::Serialize;

use super::{App, Link};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that says what has been done.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/message.html")]
pub(in crate::http) struct MessagePage {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// What.
    #[serde(skip)]
    pub(in crate::http) message: Message,
    /// The application.
    pub(in crate::http) app: Option<App>,
    /// A link to go on.
    pub(in crate::http) onward: Option<Link>,
}

/// What has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Message {
    /// This session has ended.
    SignedOut,
    /// All sessions have ended.
    SignedOutEverywhere,
    /// No session has ended.
    StillSignedIn,
    /// The sign-in was ended by the recipient of its mail.
    SignInStopped,
    /// The device's request was allowed.
    DeviceAllowed,
    /// The device's request was denied.
    DeviceDenied,
    /// The device's request expired, or is another browser's.
    DeviceOver,
    /// The account was deleted.
    AccountDeleted,
    /// The account has its old address again.
    AddressRestored,
    /// A link of a change of address does nothing any more.
    AddressLinkOver,
    /// The application was kept.
    ApplicationKept,
    /// It is too late to keep the application.
    ApplicationDeactivated,
}

impl MessagePage {
    pub(in crate::http::pages) fn words(&self) -> [&'static str; 2] {
        let texts = &self.t.message;
        match self.message {
            Message::SignedOut => texts.signed_out,
            Message::SignedOutEverywhere => texts.signed_out_everywhere,
            Message::StillSignedIn => texts.still_signed_in,
            Message::SignInStopped => texts.sign_in_stopped,
            Message::DeviceAllowed => texts.device_allowed,
            Message::DeviceDenied => texts.device_denied,
            Message::DeviceOver => texts.device_over,
            Message::AccountDeleted => texts.account_deleted,
            Message::AddressRestored => texts.address_restored,
            Message::AddressLinkOver => texts.address_link_over,
            Message::ApplicationKept => texts.application_kept,
            Message::ApplicationDeactivated => texts.application_deactivated,
        }
    }
}
