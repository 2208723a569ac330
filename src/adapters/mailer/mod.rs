//! Sending mail.
//!
//! A [`Mail`] is made of parts that cannot hold a second line or a second recipient, so no text of a user or an
//! application can become a header.

mod caught;
mod smtp;

use std::fmt;
use std::pin::Pin;

use lettre::Address;

use crate::domain::ids::Timestamp;
use crate::domain::user::EmailAddress;

pub use caught::CaughtMail;
pub use smtp::{SmtpAccount, SmtpMailer, SmtpSecurity, SmtpSettings};

/// The future result of sending: the mail server's answer, or an error.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<String, MailError>> + Send + 'a>>;

/// Sends mail.
pub trait Mailer: Send + Sync {
    /// Sends a mail to its one recipient. Dropped before it ends, the mail may or may not have been sent.
    fn send<'a>(&'a self, mail: &'a Mail) -> SendFuture<'a>;

    /// The mails that were caught instead of being sent, if this mailer does that.
    fn caught(&self) -> Option<&CaughtMail> {
        None
    }
}

/// Why a mail was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// A temporary failure; worth trying again.
    #[error("{0}")]
    Temporary(String),
    /// A permanent failure.
    #[error("{0}")]
    Permanent(String),
}

/// A text of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderText(String);

/// The longest header text, in characters: below the limits of mail servers.
const LONGEST_HEADER_TEXT: usize = 200;

impl HeaderText {
    /// Makes one line of any text, cut at the limit.
    pub fn new(text: &str) -> Self {
        Self(one_line(text).chars().take(LONGEST_HEADER_TEXT).collect())
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes one line of any text: characters that break, hide or reorder it become spaces.
pub fn one_line(text: &str) -> String {
    let tame = |c: char| if c.is_control() || is_formatting(c) { ' ' } else { c };
    text.chars().map(tame).collect::<String>().split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Line and paragraph separators, zero-width characters, and controls of the direction of writing; not those two that
/// set a name apart, which move nothing outside of it (U+2068 and U+2069).
const fn is_formatting(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2067}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// The sender of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    name: Option<HeaderText>,
    address: Address,
}

/// A sender's address that no mail server would accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no mail address")]
pub struct SenderError(String);

impl Sender {
    /// A sender, with a name if it has one.
    pub fn new(name: Option<&str>, address: &str) -> Result<Self, SenderError> {
        let address = address.parse().map_err(|_| SenderError(address.to_owned()))?;
        Ok(Self { name: name.map(HeaderText::new), address })
    }

    /// What follows the `@`.
    pub fn domain(&self) -> &str {
        self.address.domain()
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} <{}>", name.as_str(), self.address),
            None => self.address.fmt(f),
        }
    }
}

/// A mail, with its body as text and as HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The sender.
    pub from: Sender,
    /// The recipient.
    pub to: EmailAddress,
    /// The subject.
    pub subject: HeaderText,
    /// The body as text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// The `Message-ID` (RFC 5322 §3.6.4) without angle brackets. It is the same for every attempt, so that a mail
    /// program recognises two copies as one mail.
    pub message_id: String,
    /// When it was written.
    pub date: Timestamp,
    /// The reference that the waiting page shows too, if it is a sign-in mail.
    pub reference: Option<String>,
}

impl Mail {
    /// The unique part of its `Message-ID`.
    pub fn name(&self) -> &str {
        self.message_id.split('@').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_text_is_one_line_whatever_it_is_made_of() {
        let line = |text: &str| HeaderText::new(text).0;
        assert_eq!(line("Sign in to Shop"), "Sign in to Shop");
        assert_eq!(line("Shop\r\nBcc: eve@example.com"), "Shop Bcc: eve@example.com");
        assert_eq!(line("Shop\u{2028}\u{202e}pohS\u{0}\u{85}x"), "Shop pohS x");
        assert_eq!(line(&"ä".repeat(300)), "ä".repeat(200));
    }

    #[test]
    fn a_sender_is_one_address() {
        assert_eq!(Sender::new(None, "login@example.com").unwrap().domain(), "example.com");
        assert!(Sender::new(None, "gatepost@localhost").is_ok());
        assert!(Sender::new(None, "gatepost@[127.0.0.1]").is_ok());
        for bad in ["", "login", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>"] {
            assert!(Sender::new(None, bad).is_err(), "{bad:?}");
        }
    }
}
