//! What the page of this version would say, in the language of its reader, for templates that say the same.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::http::pages::view::{Account, CheckMail, Consent, ErrorPage, MessagePage, NoAccess, Publisher, SignIn};

/// The sentences of a page. What a page does not say is empty, or none.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Words {
    /// Its heading.
    heading: String,
    /// The sentence below.
    lead: String,
    /// What was wrong with what was sent.
    problem: Option<String>,
    /// What was just done.
    notice: Option<String>,
    /// What an application asks for, each in words; by its name where there are none.
    scopes: Vec<String>,
    /// What fields, buttons and links are called.
    labels: BTreeMap<&'static str, &'static str>,
}

/// A page that says something.
pub(super) trait Spoken {
    /// What it says.
    fn says(&self) -> Words;
}

fn labels<const N: usize>(labels: [(&'static str, &'static str); N]) -> BTreeMap<&'static str, &'static str> {
    labels.into()
}

impl Spoken for SignIn {
    fn says(&self) -> Words {
        let texts = &self.t.sign_in;
        let app = self.app.as_ref().map(|app| texts.heading.with(app.called()));
        Words {
            heading: app.unwrap_or_else(|| texts.title.to_owned()),
            lead: if self.wants_passkey { self.t.passkey.wanted } else { texts.lead }.to_owned(),
            problem: self.problem_text(),
            labels: labels([
                ("email", texts.email),
                ("name", texts.name),
                ("submit", texts.submit),
                ("passkey", self.t.passkey.sign_in),
                ("passkey_failed", self.t.passkey.failed),
                ("passkey_known", self.t.passkey.known),
            ]),
            ..Words::default()
        }
    }
}

impl Spoken for CheckMail {
    fn says(&self) -> Words {
        let texts = &self.t.check_mail;
        Words {
            heading: self.heading().to_owned(),
            lead: self.sent().with(&self.address),
            problem: self.problem_text(),
            notice: self.notice_text(),
            labels: labels([
                ("code", texts.code),
                ("submit", texts.submit),
                ("resend", texts.resend),
                ("change", texts.change),
                ("start_again", texts.start_again),
                ("waiting", texts.waiting),
            ]),
            ..Words::default()
        }
    }
}

impl Spoken for Consent {
    fn says(&self) -> Words {
        let texts = &self.t.consent;
        let scope = |line: &crate::http::pages::view::ScopeLine| {
            let known = self.t.scope(&line.name, line.description.as_deref());
            known.unwrap_or(&line.name).to_owned()
        };
        Words {
            heading: texts.heading.with(self.app.called()),
            lead: match &self.publisher {
                Publisher::Operator => texts.by_operator.to_owned(),
                Publisher::Named(name) => texts.by_named.with(name),
                Publisher::Host(host) => texts.by_host.with(host),
                Publisher::Unknown => texts.by_unknown.to_owned(),
            },
            scopes: self.scopes.iter().map(scope).collect(),
            labels: labels([
                ("allow", texts.allow),
                ("deny", texts.deny),
                ("account", texts.account),
                ("switch_account", texts.switch_account),
                ("scopes", texts.scopes),
                ("on_this_device", texts.on_this_device),
            ]),
            ..Words::default()
        }
    }
}

impl Spoken for MessagePage {
    fn says(&self) -> Words {
        let [heading, lead] = self.words().map(str::to_owned);
        Words { heading, lead, ..Words::default() }
    }
}

impl Spoken for ErrorPage {
    fn says(&self) -> Words {
        let texts = &self.t.error;
        Words {
            heading: self.heading().to_owned(),
            lead: self.advice(),
            labels: labels([
                ("details", texts.details),
                ("sentence", texts.sentence),
                ("code", texts.code),
                ("trace_id", texts.trace_id),
            ]),
            ..Words::default()
        }
    }
}

impl Spoken for NoAccess {
    fn says(&self) -> Words {
        let texts = &self.t.no_access;
        Words {
            heading: texts.heading.with(self.app.called()),
            lead: match &self.publisher {
                Publisher::Named(name) => texts.ask_owner.with(name),
                Publisher::Operator | Publisher::Unknown | Publisher::Host(_) => texts.ask_operator.to_owned(),
            },
            labels: labels([
                ("back", texts.back),
                ("account", self.t.consent.account),
                ("switch_account", self.t.consent.switch_account),
            ]),
            ..Words::default()
        }
    }
}

impl Spoken for Account {
    fn says(&self) -> Words {
        let problem = self.passkey_problem().or(self.name_problem()).or(self.username_problem());
        Words {
            heading: self.t.account.title.to_owned(),
            lead: self.t.account.signed_in_as.to_owned(),
            problem: problem.map(str::to_owned),
            notice: self.notice_text().map(str::to_owned),
            ..Words::default()
        }
    }
}
