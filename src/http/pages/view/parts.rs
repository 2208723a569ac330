//! What several pages show.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::domain::application::{Application, WebAddress};
use crate::domain::ids::Timestamp;
use crate::domain::session::Device;
use crate::http::pages::messages::Messages;

/// An application as pages show it.
#[derive(Clone, Debug)]
pub(in crate::http) struct App {
    /// Its name.
    pub(in crate::http) name: String,
    /// The host of its redirect URI, if it has one. Unlike the name it cannot be chosen freely.
    pub(in crate::http) domain: Option<String>,
    /// What it says it is.
    pub(in crate::http) description: Option<String>,
    /// Its home page, its terms of use and its privacy policy.
    pub(in crate::http) pages: [Option<WebAddress>; 3],
    /// Where this server's copy of its picture is.
    pub(in crate::http) logo: Option<String>,
}

/// How much of a name is shown, in characters.
const LONGEST_NAME: usize = 60;

impl App {
    /// An application that tells nothing more about itself.
    pub(in crate::http) fn named(name: String, domain: Option<String>) -> Self {
        Self { name, domain, description: None, pages: [None, None, None], logo: None }
    }

    /// What an application tells about itself. One that registered itself has no picture: nobody who is known here answers
    /// for whom it looks like.
    pub(in crate::http) fn of(application: &Application, domain: Option<String>) -> Self {
        let settings = &application.settings;
        let has_logo = settings.logo_uri.is_some() && !application.origin.is_dynamic();
        Self {
            logo: has_logo.then(|| format!("/logos/{}", application.client_id.in_path())),
            name: settings.name.clone(),
            domain,
            description: settings.description.as_ref().map(|text| text.as_str().to_owned()),
            pages: [&settings.client_uri, &settings.tos_uri, &settings.policy_uri].map(Clone::clone),
        }
    }

    /// Its pages, each with what it is called and its host, which is what people can judge.
    pub(in crate::http) fn links(&self, t: &Messages) -> Vec<(String, Link)> {
        let names = [t.about.home, t.about.terms, t.about.privacy];
        let both = self.pages.iter().zip(names);
        let link = |address: &WebAddress, text: &str| Link { href: address.as_str().to_owned(), text: text.to_owned() };
        both.filter_map(|(page, name)| page.as_ref().map(|page| (page.host(), link(page, name)))).collect()
    }

    /// Its name as it is shown. A name is free text of its developer: invisible characters and controls of the
    /// direction of writing are left out, and a long one is cut.
    pub(in crate::http) fn called(&self) -> String {
        let mut seen = self.name.chars().filter(|c| !c.is_control() && !turns_text(*c));
        let mut name: String = seen.by_ref().take(LONGEST_NAME).collect();
        if seen.next().is_some() {
            name.push('…');
        }
        name
    }

    /// The letter in its tile.
    pub(in crate::http) fn initial(&self) -> String {
        let first = self.name.chars().find(|c| c.is_alphanumeric());
        first.map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
    }
}

/// As templates of the operator's see it: with its name as it is shown.
impl Serialize for App {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_struct("App", 5)?;
        shown.serialize_field("name", &self.called())?;
        shown.serialize_field("initial", &self.initial())?;
        shown.serialize_field("domain", &self.domain)?;
        shown.serialize_field("description", &self.description)?;
        shown.serialize_field("logo", &self.logo)?;
        shown.end()
    }
}

/// The marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9 §2), and zero-width
/// characters.
const fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Where a form posts to, and its hidden fields.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http) struct Form {
    /// The path.
    pub(in crate::http) action: String,
    /// The CSRF token, posted as `csrf`.
    pub(in crate::http) csrf: String,
    /// More hidden fields.
    pub(in crate::http) carried: Vec<(String, String)>,
}

impl Form {
    /// A form that carries only its token.
    pub(in crate::http) fn new(action: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self { action: action.into(), csrf: csrf.into(), carried: Vec::new() }
    }

    /// The same form with one more hidden field.
    #[must_use]
    pub(in crate::http) fn carrying(mut self, name: &str, value: impl Into<String>) -> Self {
        self.carried.push((name.to_owned(), value.into()));
        self
    }
}

impl Form {
    /// Its hidden fields as a JSON object, for a script.
    pub(in crate::http) fn fields(&self) -> String {
        let own = std::iter::once(("csrf".to_owned(), self.csrf.clone()));
        let fields = own.chain(self.carried.iter().cloned()).map(|(name, value)| (name, value.into()));
        serde_json::Value::Object(fields.collect()).to_string()
    }
}

/// A link.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http) struct Link {
    /// The address.
    pub(in crate::http) href: String,
    /// What it is called.
    pub(in crate::http) text: String,
}

/// Where and when a sign-in was requested, so that a person can tell their own from another's.
#[derive(Clone, Debug)]
pub(in crate::http) struct RequestedFrom {
    /// The browser.
    pub(in crate::http) device: Device,
    /// When.
    pub(in crate::http) at: Timestamp,
    /// The current time, to show how long ago that is.
    pub(in crate::http) now: Timestamp,
}

/// Something that an application may do.
#[derive(Clone, Debug)]
pub(in crate::http) struct ScopeLine {
    /// The scope token.
    pub(in crate::http) name: String,
    /// The operator's description; well-known scopes have one in the messages.
    pub(in crate::http) description: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str) -> String {
        App::named(name.to_owned(), None).called()
    }

    #[test]
    fn a_name_can_neither_hide_nor_turn_nor_fill_the_page() {
        assert_eq!(called("Acme\u{202e} knaB\u{200b}\u{0}"), "Acme knaB");
        assert_eq!(called("بنك Acme"), "بنك Acme");
        assert_eq!(called(&"x".repeat(60)), "x".repeat(60));
        assert_eq!(called(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
    }
}
