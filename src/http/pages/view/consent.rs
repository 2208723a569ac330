//! `/consent`: may this application use your account?

use askama::Template;
use serde::Serialize;

use super::{App, Form, ScopeLine};
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The page that asks what an application may do. Posts `decision`, `allow` or `deny`.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/consent.html")]
pub(in crate::http) struct Consent {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// The application.
    pub(in crate::http) app: App,
    /// Who offers the application.
    pub(in crate::http) publisher: Publisher,
    /// The address of the account that it is about.
    pub(in crate::http) account: String,
    /// What it asks for.
    #[serde(skip)]
    pub(in crate::http) scopes: Vec<ScopeLine>,
    /// The host that either answer leads to.
    pub(in crate::http) redirect_host: String,
    /// Where else its answers could go.
    pub(in crate::http) called_back: CalledBack,
    /// Leads to signing in with another address.
    pub(in crate::http) switch_account: String,
    /// Where the answer goes.
    pub(in crate::http) form: Form,
}

/// Who offers an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub(in crate::http) enum Publisher {
    /// The operator of this server.
    Operator,
    /// A developer with an account here.
    Named(String),
    /// Nobody but whoever publishes a document at this host, which is all that people can judge.
    Host(String),
    /// Who registered it: it did so by itself, and what it says of itself is unchecked.
    Unknown,
}

/// Where the answers go of an application that nobody here has registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum CalledBack {
    /// To a place of its own.
    Somewhere,
    /// To this device, whatever is listening there: it names no other place.
    OnThisDevice,
}

impl Consent {
    /// Whether the person is not asked again. Of an application that a document describes they are.
    fn is_remembered(&self) -> bool {
        !matches!(self.publisher, Publisher::Host(_))
    }

    /// Whether any program of the device could be the one that asks.
    fn is_anybody(&self) -> bool {
        self.called_back == CalledBack::OnThisDevice
    }
}
