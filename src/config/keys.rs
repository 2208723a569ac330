//! `[keys]`: rotation of signing keys, and how they are encrypted.

use std::time::Duration;

use super::master_key::MasterKeys;
use super::reader::SectionReader;
use crate::protocol::jose::SigningAlgorithm;

const DAY: Duration = Duration::from_hours(24);

/// The section `[keys]`.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The signature algorithm of applications without a setting of their own.
    pub algorithm: SigningAlgorithm,
    /// The signature algorithms that applications may choose; each has its keys in the key set.
    pub algorithms: Vec<SigningAlgorithm>,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key is published before it signs.
    pub announce_for: Duration,
    /// How long a key stays published after it last signed; see [`Keys::retire_after_or`].
    pub retire_after: Option<Duration>,
    /// What encrypts private keys at rest; without it one is generated beside the SQLite file.
    pub master_key: Option<MasterKeys>,
}

impl Keys {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let spans = Duration::from_secs(1)..=DAY * 3660;
        let algorithm = section.setting("algorithm", "RS256");
        let with_own = |mut default: Vec<SigningAlgorithm>| {
            if !default.contains(&algorithm) {
                default.push(algorithm);
            }
            default
        };
        let algorithms = section.setting_or("algorithms", r#"["RS256", "PS256", "ES256"]"#, with_own);
        let rotate_every = section.setting_within("rotate_every", "90d", &spans);
        // If only the rotation is shortened, the default announcement is shortened to fit.
        let fitting = |default: Duration| default.min(rotate_every / 2);
        let announce_for = section.setting_or("announce_for", "14d", fitting);
        let retire_after = section.optional("retire_after");
        if let Some(retire_after) = &retire_after {
            section.refuse_outside("retire_after", retire_after, &spans);
        }
        Self {
            algorithm,
            algorithms,
            rotate_every,
            announce_for,
            retire_after,
            master_key: section.optional("master_key"),
        }
    }

    /// `retire_after`, or a day more than the longest life of a token.
    pub fn retire_after_or(&self, longest_token_life: Duration) -> Duration {
        self.retire_after.unwrap_or(longest_token_life + DAY)
    }
}
