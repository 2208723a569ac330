//! `[mail]`: the mail server and the sender.

use std::fmt;
use std::str::FromStr;

use super::mail_url::MailUrl;
use super::reader::SectionReader;
use super::setting::FromText;
use crate::domain::visible_text::holds_blank;

/// The section `[mail]`.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server; without one mail is caught in development, and a real server does not start.
    pub url: Option<MailUrl>,
    /// The sender; see [`super::Config::mail_sender`] for what is used without one.
    pub from: Option<MailFrom>,
    /// Whether the subject of a sign-in mail begins with the code, where a locked screen shows it.
    pub code_in_subject: bool,
}

impl Mail {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        Self {
            url: section.optional("url"),
            from: section.optional("from"),
            code_in_subject: section.setting("code_in_subject", "false"),
        }
    }
}

/// A sender: `login@example.com`, or with a name, `Example <login@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFrom {
    /// The display name.
    pub name: Option<String>,
    /// The address.
    pub address: String,
}

impl FromStr for MailFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim_ascii();
        if text.chars().any(char::is_control) {
            return Err("it must be one line".to_owned());
        }
        let (name, address) = match text.strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
            Some((name, address)) => (name.trim_ascii().trim_matches('"'), address),
            None => ("", text),
        };
        let (local, domain) = address.rsplit_once('@').ok_or("there is no @")?;
        let odd = |c: char| c.is_whitespace() || "<>,;:\"()@\\".contains(c);
        if local.is_empty() || domain.is_empty() || local.contains(odd) || holds_blank(local) {
            return Err("it is no mail address".to_owned());
        }
        if holds_blank(domain) || domain.contains(|c: char| "<>,;\"()\\".contains(c)) {
            return Err("the domain is none".to_owned());
        }
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), address: address.to_owned() })
    }
}

impl fmt::Display for MailFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

impl FromText for MailFrom {
    const EXPECTED: &'static str = "a sender such as Example <login@example.com>";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let plain: MailFrom = "login@example.com".parse().unwrap();
        assert_eq!((plain.name, plain.address.as_str()), (None, "login@example.com"));
        let named: MailFrom = "\"Ex, Ample\" <login@example.com>".parse().unwrap();
        assert_eq!(named.name.as_deref(), Some("Ex, Ample"));
        assert_eq!(named.address, "login@example.com");
    }

    #[test]
    fn what_is_no_sender_is_refused() {
        for text in ["login", "@example.com", "a@", "a b@example.com", "a@b, c@d", "a@b\nBcc: c@d", "<a@b", "N <>"] {
            assert!(text.parse::<MailFrom>().is_err(), "{text:?}");
        }
    }
}
