//! `/device`: the code of a device, and whether it may use your account.

use std::time::Duration;

use askama::Template;

use super::{App, Form, Publisher, RequestedFrom, ScopeLine};
use crate::domain::device_name::DeviceName;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that asks for the code. Posts `user_code`.
#[derive(Debug, Template)]
#[template(path = "pages/device_code.html")]
pub(in crate::http) struct DeviceCode {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// What the field holds to begin with.
    pub(in crate::http) entered: String,
    /// What was wrong with what was sent.
    pub(in crate::http) problem: Option<DeviceProblem>,
    /// Where it goes.
    pub(in crate::http) form: Form,
}

/// Why a code leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum DeviceProblem {
    /// No device waits with this code.
    Wrong,
    /// It was entered in another browser.
    Taken,
    /// Too many wrong codes from this network.
    TooMany {
        /// Until when to wait.
        wait: Duration,
    },
}

impl DeviceCode {
    fn problem_text(&self) -> Option<String> {
        let texts = &self.t.device;
        Some(match self.problem? {
            DeviceProblem::Wrong => texts.wrong.to_owned(),
            DeviceProblem::Taken => texts.taken.to_owned(),
            DeviceProblem::TooMany { wait } => texts.too_many.with(self.t.length(wait)),
        })
    }
}

/// The page that asks whether the device may use the account. Posts `decision`, `allow` or `deny`.
#[derive(Debug, Template)]
#[template(path = "pages/allow_device.html")]
pub(in crate::http) struct AllowDevice {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The application on the device.
    pub(in crate::http) app: App,
    /// Who offers the application.
    pub(in crate::http) publisher: Publisher,
    /// The code that the device shows.
    pub(in crate::http) code: String,
    /// Where and when the device asked.
    pub(in crate::http) asked: RequestedFrom,
    /// Whether that was in another network than this browser's.
    pub(in crate::http) elsewhere: bool,
    /// The address of the account that it is about.
    pub(in crate::http) account: String,
    /// Leads to signing in with another address.
    pub(in crate::http) switch_account: String,
    /// What it asks for.
    pub(in crate::http) scopes: Vec<ScopeLine>,
    /// Where the answer goes.
    pub(in crate::http) form: Form,
}

impl AllowDevice {
    /// What asked, as far as it is known. The `User-Agent` itself is free text of its sender.
    fn program(&self) -> String {
        let known = DeviceName::of(&self.asked.device.user_agent).phrase(self.t.asked.browser_on);
        known.unwrap_or_else(|| self.t.device.unknown_program.to_owned())
    }
}
