//! Browsers in which an account was signed in before. They keep a mark of it in a cookie, which only this server can
//! make and which does not sign in. Nothing is stored in the database.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Browsers;
use crate::domain::ids::UserId;
use crate::domain::one_time::{BrowserToken, ValueHash};

/// How many accounts a browser is known for; beyond that the oldest is dropped.
const MOST_ACCOUNTS: usize = 8;

/// How much of the HMAC a mark has, in bytes.
const MARK_LENGTH: usize = 16;

/// The marks in a browser's cookie, not verified yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownAccounts(Vec<String>);

impl KnownAccounts {
    /// Parses the cookie.
    pub fn read(text: &str) -> Self {
        Self(text.split('.').filter(|mark| !mark.is_empty()).take(MOST_ACCOUNTS).map(str::to_owned).collect())
    }
}

impl fmt::Display for KnownAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl Browsers {
    /// Whether this account was signed in in this browser before.
    pub fn is_known_browser(&self, browser: ValueHash, user: UserId, known: &KnownAccounts) -> bool {
        let marks: Vec<_> = known.0.iter().filter_map(|mark| URL_SAFE_NO_PAD.decode(mark).ok()).collect();
        self.mark_keys().iter().any(|key| {
            let right = mark(key, browser, user);
            marks.iter().any(|mark| aws_lc_rs::constant_time::verify_slices_are_equal(mark, &right).is_ok())
        })
    }

    /// The new value of the cookie after this account signed in.
    pub fn known_accounts_with(&self, browser: &BrowserToken, user: UserId, known: &KnownAccounts) -> KnownAccounts {
        let keys = self.mark_keys();
        let own: Vec<_> = keys.iter().map(|key| URL_SAFE_NO_PAD.encode(mark(key, browser.hash(), user))).collect();
        let others = known.0.iter().filter(|mark| !own.contains(mark)).cloned();
        KnownAccounts(own.first().cloned().into_iter().chain(others).take(MOST_ACCOUNTS).collect())
    }

    fn mark_keys(&self) -> Vec<hmac::Key> {
        self.master_keys.derive("known_browsers").iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).collect()
    }
}

fn mark(key: &hmac::Key, browser: ValueHash, user: UserId) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    context.update(browser.as_bytes());
    context.update(user.as_bytes());
    context.sign().as_ref()[..MARK_LENGTH].to_vec()
}
