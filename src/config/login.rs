//! `[login]`: how people sign in.

use std::time::Duration;

use super::mail_domains::mail_domains;
use super::reader::SectionReader;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::named::named;

named! {
    /// Whether people make their own accounts.
    pub enum SignUp {
        /// The first sign-in in the browser makes one.
        Open = "open",
        /// It does for who was invited.
        Invited = "invited",
        /// It does for addresses of some domains, and for who was invited.
        Domains = "domains",
        /// Only the operator and applications do.
        Closed = "closed",
    }
}

/// The section `[login]`.
#[derive(Clone, Debug)]
pub struct Login {
    /// The lifetime of a sign-in link and its code.
    pub link_ttl: Duration,
    /// What opening the link does, unless the application has a setting of its own.
    pub link_mode: LinkMode,
    /// How a request for an address without an account is answered, unless the application has a setting of its own.
    pub unknown_account: UnknownAccount,
    /// Whether people make their own accounts; without it as the installation has it.
    pub signup: Option<SignUp>,
    /// The domains whose addresses make their own accounts, in lower case.
    pub signup_domains: Vec<String>,
    /// How operators have to sign in.
    pub operators: RequiredSignIn,
    /// The other origins whose pages may use the passkeys of this server (WebAuthn §5.11).
    pub passkey_origins: Vec<String>,
}

impl Login {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        // A sign-in lives for an hour at most, and no link outlives it.
        let lives = Duration::from_secs(1)..=Duration::from_hours(1);
        Self {
            link_ttl: section.setting_within("link_ttl", "15m", &lives),
            link_mode: section.setting("link_mode", "auto"),
            unknown_account: section.setting("unknown_account", "reject"),
            signup: section.optional("signup"),
            signup_domains: domains(section),
            operators: section.setting("operators", "any"),
            passkey_origins: origins(section),
        }
    }

    /// Whether people make their own accounts, once the installation was asked.
    pub fn signup(&self) -> SignUp {
        self.signup.unwrap_or(SignUp::Invited)
    }
}

fn domains(section: &mut SectionReader<'_>) -> Vec<String> {
    let names = section.setting("signup_domains", "[]");
    mail_domains(names, |message| section.refuse("signup_domains", message))
}

/// An origin is a scheme, a host and perhaps a port, as browsers write it.
fn origins(section: &mut SectionReader<'_>) -> Vec<String> {
    let mut origins = Vec::new();
    for text in section.setting::<Vec<String>>("passkey_origins", "[]") {
        match url::Url::parse(&text) {
            Ok(url) if url.scheme() == "https" && url.origin().ascii_serialization() == text => origins.push(text),
            _ => section
                .refuse("passkey_origins", format!("expected origins such as https://www.example.com, found '{text}'")),
        }
    }
    origins
}
