//! Webhooks: where events are told to, and how a receiver can see that they are ours (Standard Webhooks).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::encryption::Sealed;
use super::ids::{ClientId, MessageId, Timestamp, WebhookId};
use super::webhook_event::EventType;

/// How many webhooks the whole server has at most.
pub const MOST_OF_SERVER: i64 = 20;

/// How many webhooks one application has at most.
pub const MOST_OF_APPLICATION: i64 = 5;

/// How long the secret before the newest one signs too, so that a receiver can change over without a gap.
pub const OLD_SECRET_SIGNS: Duration = Duration::from_hours(24);

/// Longer than any receiver needs.
const LONGEST_URL: usize = 1000;

const SECRET_PREFIX: &str = "whsec_";

/// Whose a webhook is, and with that which events it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookOwner {
    /// The operators': every event.
    Server,
    /// An application's: its own events.
    Application(ClientId),
}

impl WebhookOwner {
    /// How many of these there may be.
    pub const fn limit(&self) -> i64 {
        match self {
            Self::Server => MOST_OF_SERVER,
            Self::Application(_) => MOST_OF_APPLICATION,
        }
    }

    /// The application, if it is one's.
    pub const fn application(&self) -> Option<&ClientId> {
        match self {
            Self::Server => None,
            Self::Application(client_id) => Some(client_id),
        }
    }
}

/// Why messages are no longer sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledBecause {
    /// Somebody wanted it so.
    Requested,
    /// No message got through for days.
    Failing,
    /// The receiver answered 410 Gone.
    Gone,
}

impl DisabledBecause {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Requested, Self::Failing, Self::Gone];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Whether messages are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    /// They are.
    Active,
    /// They are not.
    Disabled {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: DisabledBecause,
    },
}

impl WebhookState {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled { .. } => "disabled",
        }
    }
}

/// A receiver of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its row, and its public name.
    pub id: WebhookId,
    /// Whose it is.
    pub owner: WebhookOwner,
    /// Where messages are sent.
    pub url: WebhookUrl,
    /// The events it is told; none means all there are, those of later versions too.
    pub events: Vec<EventType>,
    /// Its [`WebhookSecrets`].
    pub secrets: Sealed,
    /// Whether messages are sent.
    pub state: WebhookState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when every try has failed, if the last one did.
    pub failing_since: Option<Timestamp>,
    /// When a message last got through.
    pub last_delivered_at: Option<Timestamp>,
}

/// What became of one message to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub message: MessageId,
    /// What it tells.
    pub event: String,
    /// When that happened.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// How far it has come.
    pub state: DeliveryState,
    /// How the last try ended.
    pub last: Option<Attempt>,
    /// Whether it can still be sent again: what it says is forgotten after some days.
    pub is_repeatable: bool,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried at this time, or is being tried.
    Pending(Timestamp),
    /// The receiver took it.
    Delivered(Timestamp),
    /// It will not be tried again.
    GivenUp,
}

impl DeliveryState {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Delivered(_) => "delivered",
            Self::GivenUp => "given up",
        }
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The status that the receiver answered, if it answered.
    pub status: Option<u16>,
    /// What was wrong; nothing if the receiver took the message.
    pub error: Option<String>,
}

/// Where messages are sent: https, or http on the machine itself. Whether its address may be connected to is
/// decided when it is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(Url);

/// Why a text is no address for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookUrlError {
    /// It does not parse.
    #[error("a webhook's address is a URL such as https://example.com/hooks, of at most {LONGEST_URL} characters")]
    NoUrl,
    /// Anybody on the way could read it.
    #[error("a webhook's address is https; http is for localhost only")]
    NotHttps,
    /// They would end up in logs and listings.
    #[error("a webhook's address has no user name, password or fragment")]
    Extras,
}

impl WebhookUrl {
    /// The URL.
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for WebhookUrl {
    type Err = WebhookUrlError;

    fn from_str(text: &str) -> Result<Self, WebhookUrlError> {
        if text.len() > LONGEST_URL || text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(WebhookUrlError::NoUrl);
        }
        let url = Url::parse(text).map_err(|_| WebhookUrlError::NoUrl)?;
        let is_local = match url.host().ok_or(WebhookUrlError::NoUrl)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
            return Err(WebhookUrlError::NotHttps);
        }
        let has_extras = !url.username().is_empty() || url.password().is_some() || url.fragment().is_some();
        if has_extras { Err(WebhookUrlError::Extras) } else { Ok(Self(url)) }
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// What signs messages, in the form that the libraries of Standard Webhooks take. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookSecret(String);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// The secret made from 32 random bytes.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(format!("{SECRET_PREFIX}{}", STANDARD.encode(random)))
    }

    /// The text, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn signature(&self, content: &str) -> String {
        // The key is what stands in base64 behind the prefix; it was made here.
        let key = STANDARD.decode(self.0.trim_start_matches(SECRET_PREFIX)).unwrap_or_default();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, content.as_bytes())))
    }
}

/// The newest secret of a webhook, and the one before it for as long as that signs too. Only ever stored sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WebhookSecrets {
    newest: WebhookSecret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<OldSecret>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct OldSecret {
    secret: WebhookSecret,
    until: i64,
}

impl WebhookSecrets {
    /// Of a new webhook.
    pub const fn new(newest: WebhookSecret) -> Self {
        Self { newest, before: None }
    }

    /// After a new secret was made.
    #[must_use]
    pub fn rotated(self, newest: WebhookSecret, now: Timestamp) -> Self {
        let until = now.plus(OLD_SECRET_SIGNS).as_micros();
        Self { newest, before: Some(OldSecret { secret: self.newest, until }) }
    }

    /// The value of `webhook-signature`: one signature for each secret that counts.
    pub fn signatures(&self, id: &str, now: Timestamp, payload: &str) -> String {
        let content = format!("{id}.{}.{payload}", now.as_seconds());
        let before = self.before.iter().filter(|old| now.as_micros() < old.until).map(|old| &old.secret);
        let signatures = std::iter::once(&self.newest).chain(before).map(|secret| secret.signature(&content));
        signatures.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the documentation of the Standard Webhooks libraries.
    #[test]
    fn a_signature_is_the_one_that_standard_webhooks_computes() {
        let secrets = WebhookSecrets::new(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()));
        let signed = secrets.signatures(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp::from_seconds(1_614_265_330),
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_secret_before_the_newest_signs_for_a_day_longer() {
        let (first, second) = (WebhookSecret::from_random([1; 32]), WebhookSecret::from_random([2; 32]));
        let now = Timestamp::from_seconds(1_000_000);
        let both = WebhookSecrets::new(first.clone()).rotated(second.clone(), now);
        let by = |secret: &WebhookSecret, at| WebhookSecrets::new(secret.clone()).signatures("msg_1", at, "{}");
        assert_eq!(both.signatures("msg_1", now, "{}"), format!("{} {}", by(&second, now), by(&first, now)));
        let later = now.plus(OLD_SECRET_SIGNS);
        assert_eq!(both.signatures("msg_1", later, "{}"), by(&second, later));
    }

    #[test]
    fn a_secret_has_the_form_of_standard_webhooks_and_debug_shows_nothing() {
        let secret = WebhookSecret::from_random([7; 32]);
        assert_eq!(STANDARD.decode(secret.expose().strip_prefix("whsec_").unwrap()).unwrap(), [7; 32]);
        assert_eq!(
            format!("{:?}", WebhookSecrets::new(secret)),
            "WebhookSecrets { newest: WebhookSecret(…), before: None }"
        );
    }

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for good in [
            "https://example.com/hooks?a=b",
            "https://10.0.0.1:8443/",
            "http://localhost:3000/",
            "http://127.0.0.1/",
            "http://[::1]:1/",
        ] {
            assert!(good.parse::<WebhookUrl>().is_ok(), "{good}");
        }
        for (bad, error) in [
            ("http://example.com/", WebhookUrlError::NotHttps),
            ("http://localhost.example.com/", WebhookUrlError::NotHttps),
            ("http://10.0.0.1/", WebhookUrlError::NotHttps),
            ("ftp://example.com/", WebhookUrlError::NotHttps),
            ("file:///etc/passwd", WebhookUrlError::NoUrl),
            ("example.com", WebhookUrlError::NoUrl),
            ("https://", WebhookUrlError::NoUrl),
            ("https://exa mple.com/", WebhookUrlError::NoUrl),
            ("https://example.com/\r\nHost: b", WebhookUrlError::NoUrl),
            ("https://john@example.com/", WebhookUrlError::Extras),
            ("https://:secret@example.com/", WebhookUrlError::Extras),
            ("https://example.com/#a", WebhookUrlError::Extras),
        ] {
            assert_eq!(bad.parse::<WebhookUrl>(), Err(error), "{bad}");
        }
        assert!(format!("https://example.com/{}", "a".repeat(1000)).parse::<WebhookUrl>().is_err());
    }
}
