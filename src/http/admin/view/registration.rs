//! `/admin/registration`

use askama::Template;

use crate::config::DynamicRegistration;
use crate::domain::ids::Timestamp;
use crate::domain::registration::{RegistrationToken, TokenState};
use crate::http::admin::frame::Bar;
use crate::http::admin::messages::OperatorMessages;
use crate::http::pages::assets;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::view::Form;

/// Whether applications register themselves, and the tokens that let them.
#[derive(Debug, Template)]
#[template(path = "admin/registration.html")]
pub(in crate::http::admin) struct RegistrationPage {
    /// The messages of its language.
    pub(in crate::http::admin) t: &'static OperatorMessages,
    /// The bar at the top.
    pub(in crate::http::admin) bar: Bar,
    /// The current time.
    pub(in crate::http::admin) now: Timestamp,
    /// What was just done.
    pub(in crate::http::admin) notice: Option<&'static str>,
    /// Why nothing was.
    pub(in crate::http::admin) problem: Option<String>,
    /// Whether applications register themselves.
    pub(in crate::http::admin) dynamic: DynamicRegistration,
    /// The scopes that such an application may have.
    pub(in crate::http::admin) scopes: String,
    /// The hosts whose documents describe applications.
    pub(in crate::http::admin) hosts: String,
    /// What could not be read, the latest first.
    pub(in crate::http::admin) unread: Vec<UnreadLine>,
    /// A token that was just made, and is shown now only.
    pub(in crate::http::admin) token: Option<String>,
    /// Newest first.
    pub(in crate::http::admin) lines: Vec<TokenLine>,
    /// What was typed into the form.
    pub(in crate::http::admin) new: NewTokenForm,
    /// Makes a token.
    pub(in crate::http::admin) create: Form,
}

impl RegistrationPage {
    const fn state(&self) -> (&'static str, &'static str) {
        let ([off, token, open], meanings) = (self.t.registration.states, self.t.registration.meanings);
        match self.dynamic {
            DynamicRegistration::Off => (off, meanings[0]),
            DynamicRegistration::Token => (token, meanings[1]),
            DynamicRegistration::Open => (open, meanings[2]),
        }
    }
}

/// An address that could not be read.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct UnreadLine {
    /// The address, without its query.
    pub(in crate::http::admin) address: String,
    /// What was wrong.
    pub(in crate::http::admin) reason: String,
    /// When that was.
    pub(in crate::http::admin) at: Timestamp,
}

/// A token.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct TokenLine {
    /// What is stored of it.
    pub(in crate::http::admin) token: RegistrationToken,
    /// Whether it is good.
    pub(in crate::http::admin) state: TokenState,
    /// Revokes it, if it is good.
    pub(in crate::http::admin) revoke: Option<Form>,
}

impl TokenLine {
    const fn badge(&self, t: &OperatorMessages) -> (&'static str, &'static str) {
        let [good, used_up, expired, revoked] = t.registration.badges;
        match self.state {
            TokenState::Good => ("good", good),
            TokenState::UsedUp => ("", used_up),
            TokenState::Expired => ("", expired),
            TokenState::Revoked => ("bad", revoked),
        }
    }

    fn called<'a>(&'a self, t: &OperatorMessages) -> &'a str {
        let name = self.token.name.as_str();
        if name.is_empty() { t.registration.nameless } else { name }
    }

    fn uses(&self, t: &OperatorMessages) -> String {
        let uses = self.token.uses;
        match self.token.most_uses {
            Some(most) => {
                let (uses, most) = (uses.to_string(), most.to_string());
                t.registration.registered_of.with(&[("uses", &uses), ("most", &most)])
            }
            None => t.number_of(t.registration.registered, uses),
        }
    }

    fn besides(&self) -> String {
        let grants = self.token.grants.iter().map(|grant| grant.name());
        grants.chain(self.token.scope.iter()).collect::<Vec<_>>().join(" ")
    }
}

/// What the form that makes a token holds.
#[derive(Clone, Debug)]
pub(in crate::http::admin) struct NewTokenForm {
    name: String,
    uses: String,
    expires: String,
    scopes: String,
    machines: bool,
}

impl Default for NewTokenForm {
    fn default() -> Self {
        let empty = String::new;
        Self { name: empty(), uses: "1".to_owned(), expires: "1d".to_owned(), scopes: empty(), machines: false }
    }
}

impl NewTokenForm {
    /// As it was posted.
    pub(in crate::http::admin) fn of(posted: &PostedForm) -> Self {
        let text = |field: &str| posted.text(field).to_owned();
        Self {
            name: text("name"),
            uses: text("uses"),
            expires: text("expires"),
            scopes: text("scopes"),
            machines: posted.has("machines"),
        }
    }
}
