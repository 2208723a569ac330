//! `/account`: a person's sessions, and applications with access.

use askama::Template;
use serde::Serialize;

use super::{
    AddPasskeyProblem, App, AttributeField, Form, IdentityLine, Link, PasskeyButton, PasskeyLine, ScopeLine,
    UpstreamButton,
};
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::session::Device;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// A person's own page.
#[derive(Debug, Template, Serialize)]
#[template(path = "pages/account.html")]
pub(in crate::http) struct Account {
    /// The messages of its language.
    #[serde(skip)]
    pub(in crate::http) t: &'static Messages,
    /// The current time.
    #[serde(skip)]
    pub(in crate::http) now: Timestamp,
    /// The address of the account.
    pub(in crate::http) address: String,
    /// The person's name, if known.
    pub(in crate::http) name: Option<String>,
    /// What stands in the fields of the names.
    #[serde(skip)]
    pub(in crate::http) names: Names,
    /// What the person is described by.
    #[serde(skip)]
    pub(in crate::http) fields: Vec<AttributeField>,
    /// What was just done.
    #[serde(skip)]
    pub(in crate::http) notice: Option<AccountNotice>,
    /// The applications to begin at.
    pub(in crate::http) launcher: Vec<Link>,
    /// What happened to the account, newest first.
    #[serde(skip)]
    pub(in crate::http) events: Vec<EventLine>,
    /// The sessions.
    #[serde(skip)]
    pub(in crate::http) sessions: Vec<SessionLine>,
    /// The applications with access.
    #[serde(skip)]
    pub(in crate::http) applications: Vec<ApplicationLine>,
    /// The passkeys.
    #[serde(skip)]
    pub(in crate::http) passkeys: Vec<PasskeyLine>,
    /// Adds one, if there can be passkeys here, and one more.
    pub(in crate::http) add_passkey: Option<PasskeyButton>,
    /// Why a passkey was not added or not renamed.
    #[serde(skip)]
    pub(in crate::http) passkey_problem: Option<AddPasskeyProblem>,
    /// The accounts at other providers that sign in to this one.
    #[serde(skip)]
    pub(in crate::http) identities: Vec<IdentityLine>,
    /// Connects one more.
    pub(in crate::http) upstreams: Vec<UpstreamButton>,
    /// Changes the name.
    pub(in crate::http) rename: Form,
    /// Changes what the person is described by.
    pub(in crate::http) describe: Form,
    /// Ends this session.
    pub(in crate::http) sign_out: Form,
    /// Ends every session.
    pub(in crate::http) sign_out_everywhere: Form,
    /// Leads to [`super::ChangeAddress`].
    pub(in crate::http) change_address: String,
    /// Leads to [`super::ExportAccount`].
    pub(in crate::http) export: String,
    /// Leads to [`DeleteAccount`].
    pub(in crate::http) delete: String,
}

/// What a person wants to be called, and in which language, as it stands in the form. Posts `name`, `username` and `locale`.
#[derive(Clone, Debug)]
pub(in crate::http) struct Names {
    /// The name.
    pub(in crate::http) name: String,
    /// The user name.
    pub(in crate::http) username: String,
    /// The language; empty if it is the browser's.
    pub(in crate::http) locale: String,
    /// What was wrong with what was sent.
    pub(in crate::http) problem: Option<NameProblem>,
}

/// Why a person is not called so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum NameProblem {
    /// The name cannot be shown.
    NoName,
    /// The user name has other characters, or too many.
    NoUsername,
    /// Another account has the user name.
    Taken,
}

/// A session of a browser.
#[derive(Clone, Debug)]
pub(in crate::http) struct SessionLine {
    /// The browser.
    pub(in crate::http) device: Device,
    /// When the session began.
    pub(in crate::http) began: Timestamp,
    /// When it was last used.
    pub(in crate::http) last_seen: Timestamp,
    /// Whether it is this one.
    pub(in crate::http) which: WhichSession,
    /// Ends it.
    pub(in crate::http) end: Form,
}

/// Whether a session is that of the current browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum WhichSession {
    /// It is.
    This,
    /// It is another.
    Other,
}

/// An application with access.
#[derive(Clone, Debug)]
pub(in crate::http) struct ApplicationLine {
    /// The application.
    pub(in crate::http) app: App,
    /// The host of the document that describes it, if one does.
    pub(in crate::http) host: Option<String>,
    /// The scopes it has access to.
    pub(in crate::http) scopes: Vec<ScopeLine>,
    /// Since when.
    pub(in crate::http) since: Timestamp,
    /// Withdraws it.
    pub(in crate::http) end: Form,
}

/// Something that happened to the account.
#[derive(Clone, Debug)]
pub(in crate::http) struct EventLine {
    /// When.
    pub(in crate::http) at: Timestamp,
    /// What, in words, or by its name in the audit log where there are none.
    pub(in crate::http) what: String,
    /// The application or group that it is about, if it is about one.
    pub(in crate::http) subject: Option<String>,
    /// From where, if it is a sign-in.
    pub(in crate::http) device: Option<Device>,
}

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum AccountNotice {
    /// A link is on its way to another address.
    AddressAsked,
    /// The address is another.
    AddressChanged,
    /// A session was ended.
    SessionEnded,
    /// An application's access was withdrawn.
    ApplicationRemoved,
    /// The name is another.
    NameChanged,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey has another name.
    PasskeyRenamed,
    /// An account at another provider was disconnected.
    Disconnected,
}

/// A language in the list.
struct LanguageChoice {
    value: String,
    name: &'static str,
    chosen: bool,
}

impl Account {
    /// Each language, as it can be chosen.
    fn languages(&self) -> Vec<LanguageChoice> {
        let choice = |language: Language| {
            let chosen = Language::from_tag(&self.names.locale) == Some(language);
            // A locale that says more than the language stays as it is.
            let value = if chosen { self.names.locale.clone() } else { language.tag().to_owned() };
            LanguageChoice { value, name: language.own_name(), chosen }
        };
        Language::ALL.into_iter().map(choice).collect()
    }

    fn bad_field(&self) -> Option<&AttributeField> {
        self.fields.iter().find(|field| field.problem.is_some())
    }

    pub(in crate::http::pages) fn notice_text(&self) -> Option<&'static str> {
        Some(match self.notice? {
            AccountNotice::AddressAsked => self.t.account.address_asked,
            AccountNotice::AddressChanged => self.t.account.address_changed,
            AccountNotice::SessionEnded => self.t.account.session_ended,
            AccountNotice::ApplicationRemoved => self.t.account.application_removed,
            AccountNotice::NameChanged => self.t.account.name_changed,
            AccountNotice::PasskeyAdded => self.t.passkey.added,
            AccountNotice::PasskeyRemoved => self.t.passkey.removed,
            AccountNotice::PasskeyRenamed => self.t.passkey.renamed,
            AccountNotice::Disconnected => self.t.upstream.disconnected,
        })
    }

    pub(in crate::http::pages) fn passkey_problem(&self) -> Option<&'static str> {
        self.passkey_problem.map(|problem| problem.text(self.t))
    }

    pub(in crate::http::pages) fn name_problem(&self) -> Option<&'static str> {
        (self.names.problem == Some(NameProblem::NoName)).then_some(self.t.account.no_name)
    }

    pub(in crate::http::pages) fn username_problem(&self) -> Option<&'static str> {
        match self.names.problem? {
            NameProblem::NoName => None,
            NameProblem::NoUsername => Some(self.t.account.no_username),
            NameProblem::Taken => Some(self.t.account.username_taken),
        }
    }
}

impl SessionLine {
    fn is_this(&self) -> bool {
        self.which == WhichSession::This
    }
}

/// The confirmation page before an account is deleted. Posts `email`.
#[derive(Debug, Template)]
#[template(path = "pages/delete_account.html")]
pub(in crate::http) struct DeleteAccount {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// The address that has to be typed.
    pub(in crate::http) address: String,
    /// What was wrong with what was sent.
    pub(in crate::http) problem: Option<DeleteProblem>,
    /// Where it goes.
    pub(in crate::http) form: Form,
    /// Back to the account.
    pub(in crate::http) back: String,
}

/// Why the account was not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum DeleteProblem {
    /// Another address was typed.
    AddressDiffers,
}

impl DeleteAccount {
    fn problem_text(&self) -> Option<&'static str> {
        self.problem.map(|DeleteProblem::AddressDiffers| self.t.delete_account.address_differs)
    }
}
