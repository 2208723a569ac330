//! The signing keys as operators see them.

use super::Keys;
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::{KeySequence, KeyState, SigningKey};
use crate::flows::access::{Caller, Need};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::Refusal;

/// A key with its dates.
#[derive(Clone, Debug)]
pub struct KeyLife {
    /// Which.
    pub key: SigningKey,
    /// The state of the key.
    pub state: KeyState,
    /// When its successor takes over; none if there is none yet.
    pub retires_at: Option<Timestamp>,
}

impl KeyLife {
    /// When it leaves the key set.
    pub fn gone_at(&self) -> Option<Timestamp> {
        self.key.revoked_at.or_else(|| Some(self.retires_at?.plus(self.key.keep_for)))
    }
}

impl Keys {
    /// Every stored signing key with its state, by algorithm and age.
    pub async fn keys_for(&self, caller: &Caller) -> Result<Vec<(SigningKey, KeyState)>, Refusal> {
        caller.reach(Need::ReadKeys)?;
        let keys = self.store.signing_keys().await?;
        let now: Timestamp = self.instruments.now();
        let sequences = SigningAlgorithm::ALL.into_iter().map(|algorithm| KeySequence::of(algorithm, &keys));
        Ok(sequences
            .flat_map(|sequence| sequence.states(now).map(|(key, state)| (key.clone(), state)).collect::<Vec<_>>())
            .collect())
    }

    /// Every stored signing key, by algorithm and age.
    pub async fn key_lives(&self, caller: &Caller) -> Result<Vec<KeyLife>, Refusal> {
        caller.reach(Need::ReadKeys)?;
        let (keys, now) = (self.store.signing_keys().await?, self.instruments.now());
        let lives = |sequence: KeySequence| {
            let life = |(key, state): (&SigningKey, KeyState)| KeyLife {
                key: key.clone(),
                state,
                retires_at: sequence.retires_at(key),
            };
            sequence.states(now).map(life).collect::<Vec<_>>()
        };
        Ok(SigningAlgorithm::ALL.into_iter().flat_map(|algorithm| lives(KeySequence::of(algorithm, &keys))).collect())
    }
}
