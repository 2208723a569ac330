//! The sender of a request, as far as the request tells.

use std::net::IpAddr;

use super::browsers::KnownAccounts;
use crate::domain::language::Language;
use crate::domain::session::Device;
use crate::domain::user::User;

/// The sender of a request, as far as the request tells.
#[derive(Clone, Debug)]
pub struct Requester {
    /// The address it came from, for limits.
    pub address: IpAddr,
    /// The accounts that were signed in in this browser before.
    pub known_accounts: KnownAccounts,
    /// Address and browser, for people.
    pub device: Device,
    /// The language of pages, such as `de`.
    pub locale: String,
    /// The language that the application asks for, of those that there are (`ui_locales`).
    pub asked_for: Option<Language>,
    /// The trace id of the request.
    pub trace_id: String,
}

impl Requester {
    /// The language of a mail: the one that the application asks for, else that of the account that it goes to, else
    /// that of the pages.
    pub(super) fn mail_language(&self, account: Option<&User>) -> Language {
        let known = account.and_then(|user| user.locale.as_deref()).and_then(Language::from_tag);
        self.asked_for.or(known).unwrap_or_else(|| Language::of(&self.locale))
    }
}
