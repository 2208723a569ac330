//! Sessions: a browser in which a person is signed in.

use std::fmt;
use std::time::Duration;

use super::ids::{SessionId, Timestamp, UserId};
use super::upstream_name::UpstreamName;
use crate::protocol::acr::{AuthenticationClass, WantedClasses};
use crate::protocol::named::named;

named! {
    /// How a person authenticated (RFC 8176).
    pub enum AuthenticationMethod {
        /// By a link or code that was mailed to them.
        Email = "otp",
        /// By a passkey that may have copies on other devices.
        SoftwareKey = "swk",
        /// By a passkey that stays on its device.
        HardwareKey = "hwk",
        /// At another provider, which said so (no value of RFC 8176; others of the industry say it like this).
        Upstream = "fed",
    }
}

impl AuthenticationMethod {
    /// The authentication classes that it meets, its own first.
    pub const fn classes(self) -> &'static [AuthenticationClass] {
        use AuthenticationClass::{Mail, Passkey, PhishingResistant, PhishingResistantHardware, Upstream};
        match self {
            Self::Email => &[Mail],
            Self::SoftwareKey => &[Passkey, PhishingResistant],
            Self::HardwareKey => &[Passkey, PhishingResistant, PhishingResistantHardware],
            // However the person signed in there: this server did not see it.
            Self::Upstream => &[Upstream],
        }
    }

    /// The value in `acr`: the first of the wanted classes that it meets, else its own.
    pub fn class(self, wanted: &WantedClasses) -> AuthenticationClass {
        wanted.first_of(self.classes()).unwrap_or(self.classes()[0])
    }

    /// The values in `amr`: with a passkey the person was there, and their authenticator knew them.
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["otp"],
            Self::SoftwareKey => &["swk", "user"],
            Self::HardwareKey => &["hwk", "user"],
            Self::Upstream => &["fed"],
        }
    }

    /// Whether it was a passkey.
    pub const fn is_passkey(self) -> bool {
        matches!(self, Self::SoftwareKey | Self::HardwareKey)
    }

    /// Whether this server saw it itself. What another provider says opens applications, and nothing that changes the
    /// account: whoever got into the one at that provider would otherwise have this one for good.
    pub const fn is_own(self) -> bool {
        !matches!(self, Self::Upstream)
    }
}

/// Where a request came from, so that a person can recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// The network address.
    pub address: String,
    /// The `User-Agent`, cut to a sensible length.
    pub user_agent: String,
}

/// How much of a `User-Agent` is kept, in characters.
const LONGEST_USER_AGENT: usize = 200;

impl Device {
    /// A device by its address and `User-Agent`.
    pub fn new(address: impl fmt::Display, user_agent: &str) -> Self {
        let printable = user_agent.chars().filter(|c| !c.is_control());
        Self { address: address.to_string(), user_agent: printable.take(LONGEST_USER_AGENT).collect() }
    }
}

/// A session of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The key of its row. Applications know it by another name, each by its own: [`super::logout::Sid`].
    pub id: SessionId,
    /// The account.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When the person last authenticated (OIDC Core §2 `auth_time`).
    pub auth_time: Timestamp,
    /// How the person authenticated.
    pub amr: AuthenticationMethod,
    /// The upstream at which they did, if it was at one.
    pub upstream: Option<UpstreamName>,
    /// When the browser was last seen.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
    /// The browser it belongs to.
    pub device: Device,
}

/// How long a session lasts from its last use.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(14 * 24);

impl Session {
    /// Whether it is valid now.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// OIDC Core §3.1.2.1 `max_age`: whether the person authenticated within this time.
    pub fn is_fresh(&self, max_age: Option<Duration>, now: Timestamp) -> bool {
        max_age.is_none_or(|age| now.since(self.auth_time) <= age)
    }
}
