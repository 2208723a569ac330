//! `[tokens]`: lifetimes of tokens and codes, and the format of access tokens.

use std::time::Duration;

use super::reader::SectionReader;
use crate::protocol::claims::TokenProfile;

const DAY: Duration = Duration::from_hours(24);

/// The longest life of an access or ID token that a setting may ask for.
pub(super) const LONGEST_TOKEN: Duration = crate::domain::application::LONGEST_TOKEN_TTL;

/// The section `[tokens]`.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The lifetime of an access token, unless its application has a setting of its own.
    pub access_ttl: Duration,
    /// The lifetime of a refresh token.
    pub refresh_ttl: Duration,
    /// The lifetime of an authorization code.
    pub code_ttl: Duration,
    /// The lifetime of an ID token.
    pub id_ttl: Duration,
    /// How long a refresh token that was just used may be sent once more; zero for never.
    pub refresh_grace: Duration,
    /// The format of access tokens, unless those who read them or their application have a setting of their own.
    pub format: TokenProfile,
}

impl Tokens {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let second = Duration::from_secs(1);
        let whole = |section: &mut SectionReader<'_>, key, default, longest| {
            let value = section.setting_within(key, default, &(second..=longest));
            refuse_fractions(section, key, value);
            value
        };
        Self {
            access_ttl: whole(section, "access_ttl", "10m", LONGEST_TOKEN),
            refresh_ttl: whole(section, "refresh_ttl", "30d", 10 * LONGEST_TOKEN),
            // RFC 6749 §4.1.2: ten minutes at most.
            code_ttl: whole(section, "code_ttl", "60s", Duration::from_mins(10)),
            id_ttl: whole(section, "id_ttl", "10m", LONGEST_TOKEN),
            refresh_grace: section.setting_within("refresh_grace", "10s", &(Duration::ZERO..=DAY)),
            format: section.setting("format", "rfc9068"),
        }
    }
}

/// `exp` and `expires_in` are whole seconds; a fraction would be lost silently.
fn refuse_fractions(section: &mut SectionReader<'_>, key: &'static str, value: Duration) {
    if value.subsec_nanos() != 0 {
        section.refuse(key, "expected whole seconds".to_owned());
    }
}
