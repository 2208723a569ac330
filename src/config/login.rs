//! `[login]`: how people sign in.

use std::time::Duration;

use super::reader::SectionReader;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::named::named;

named! {
    /// Whether people make their own accounts.
    pub enum SignUp {
        /// The first sign-in in the browser makes one.
        Open = "open",
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
    /// Whether people make their own accounts.
    pub signup: SignUp,
}

impl Login {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        // A sign-in lives for an hour at most, and no link outlives it.
        let lives = Duration::from_secs(1)..=Duration::from_hours(1);
        Self {
            link_ttl: section.setting_within("link_ttl", "15m", &lives),
            link_mode: section.setting("link_mode", "auto"),
            unknown_account: section.setting("unknown_account", "reject"),
            signup: section.setting("signup", "open"),
        }
    }
}
