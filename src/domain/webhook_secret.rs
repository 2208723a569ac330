//! The signatures of messages as Standard Webhooks defines them, and their secrets.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::ids::Timestamp;

/// How long the secret before the newest one signs too, so that a receiver can change over without a gap.
pub const OLD_SECRET_SIGNS: Duration = Duration::from_hours(24);

const SECRET_PREFIX: &str = "whsec_";

/// The secret of a webhook in the form that the libraries of Standard Webhooks take. `Debug` does not show it.
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

    /// A secret that this server made before.
    pub const fn made_before(text: String) -> Self {
        Self(text)
    }

    /// The text, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn signature(&self, content: &str) -> String {
        // The key is base64 behind the prefix; decoding cannot fail, since this server made it.
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
    /// The secrets of a new webhook.
    pub const fn new(newest: WebhookSecret) -> Self {
        Self { newest, before: None }
    }

    /// The secrets after a rotation.
    #[must_use]
    pub fn rotated(self, newest: WebhookSecret, now: Timestamp) -> Self {
        let until = now.plus(OLD_SECRET_SIGNS).as_micros();
        Self { newest, before: Some(OldSecret { secret: self.newest, until }) }
    }

    /// The value of `webhook-signature`: one signature for each valid secret.
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
}
