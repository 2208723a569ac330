//! Key rotation: making, announcing, promoting and revoking signing keys.
//!
//! A key's dates are set when it is made, and its state follows from them, so there is no moment at which a rotation is
//! half done: either the row of the next key is there or it is not. The counter of changes is raised first in every
//! transaction here and keeps its row locked, so of several nodes one acts and the others see its changes.

use std::time::Duration;

use tracing::warn;

use super::Keys;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::{KeySequence, KeyState, SigningKey};
use crate::flows::access::{Need, begin_acting};
use crate::protocol::jose::{Signer, SigningAlgorithm};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// Why keys could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such key, or one that is revoked or gone already.
    #[error("there is no key {0} that could be revoked")]
    Unknown(String),
    /// A key could not be made.
    #[error("a new signing key could not be made: {0}")]
    Generation(String),
    /// The actor may not do it, or not any more.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

impl From<Refusal> for KeyChangeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<KeyChangeError> for Refusal {
    fn from(error: KeyChangeError) -> Self {
        match error {
            KeyChangeError::Store(error) => error.into(),
            KeyChangeError::Refused(refusal) => refusal,
            KeyChangeError::Unknown(_) => Self::new(ErrorCode::NotFound, error.to_string()),
            KeyChangeError::Generation(_) => Self::server_error(error.to_string()),
        }
    }
}

/// Which key of an algorithm is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// There is no active key.
    Active,
    /// There is no announced key.
    Announced,
}

/// A new key that may be needed.
struct Candidate {
    signer: Signer,
    pkcs8: Vec<u8>,
}

/// How the announced keys are to take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promotion {
    /// Once they were announced for long enough.
    WhenAnnounced,
    /// At once; a verifier with an old copy of the key set has to fetch it again.
    Now,
}

/// The place that a private key is sealed for.
pub(super) fn place_of(kid: &str) -> String {
    format!("signing_keys.private_key.{kid}")
}

impl Keys {
    /// Makes sure that every algorithm that may be chosen or is in use has an active and an announced key, that keys are
    /// kept as long as tokens may need them, and that others are deleted. Usually it writes nothing.
    pub async fn maintain_keys(&self) -> Result<(), KeyChangeError> {
        let (algorithms, longest_ttl) = self.store.applications_signing().await?;
        let algorithms = self.wanted(algorithms);
        let keep_for = self.keep_for(longest_ttl);
        let now = self.instruments.now();
        let keys = self.store.signing_keys().await?;
        let short = keys.iter().any(|key| key.keep_for < keep_for);
        let dead = keys.iter().any(|key| is_forgettable(key, &keys, now));
        let missing = missing(&algorithms, &keys, now);
        let misdated = sequences(&keys)
            .any(|keys| keys.premature(now).is_some() || keys.distant(now, &self.rotation_policy()).is_some());
        let unsettled = self.are_unsettled(&algorithms, &self.store.signing_algorithms().await?, &keys);
        if missing.is_empty() && !unsettled && !short && !dead && !misdated {
            return Ok(());
        }
        let candidates = self.candidates(&missing).await?;
        let mut tx = self.store.begin().await?;
        tx.generation_raise(Generation::SigningKeys).await?;
        tx.signing_keys_keep_for(keep_for).await?;
        self.date_again(&mut tx).await?;
        self.settle_algorithms(&mut tx, &algorithms).await?;
        self.fill_gaps(&mut tx, &algorithms, candidates, keep_for).await?;
        let keys = tx.signing_keys().await?;
        for key in keys.iter().filter(|key| is_forgettable(key, &keys, now)) {
            tx.signing_key_delete(&key.kid).await?;
        }
        tx.commit().await?;
        self.refresh().await?;
        Ok(())
    }

    /// Hands over to the announced key of every algorithm and announces another.
    pub async fn rotate_keys(&self, promotion: Promotion, actor: &Actor) -> Result<(), KeyChangeError> {
        self.maintain_keys().await?;
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::WriteKeys).await?;
        tx.generation_raise(Generation::SigningKeys).await?;
        let keys = tx.signing_keys().await?;
        for sequence in sequences(&keys) {
            let Some(next) = sequence.announced(now) else { continue };
            let at = match promotion {
                Promotion::Now => now,
                Promotion::WhenAnnounced => next.created_at.plus(self.settings.announce_for).max(now),
            };
            if at < next.activates_at {
                self.promote(&mut tx, next, at, actor).await?;
            }
        }
        tx.commit().await?;
        self.maintain_keys().await
    }

    /// Revokes a key: it leaves the key set now. If it was signing, the announced one takes over.
    pub async fn revoke_key(&self, kid: &str, actor: &Actor) -> Result<(), KeyChangeError> {
        self.maintain_keys().await?;
        let now = self.instruments.now();
        let mut tx = begin_acting(&self.store, actor, Need::WriteKeys).await?;
        tx.generation_raise(Generation::SigningKeys).await?;
        let keys = tx.signing_keys().await?;
        let sequences: Vec<_> = sequences(&keys).collect();
        let found = sequences.iter().find_map(|sequence| {
            let (_, state) = sequence.states(now).find(|(key, _)| key.kid == kid)?;
            state.is_published().then_some((sequence, state))
        });
        let Some((sequence, state)) = found else { return Err(KeyChangeError::Unknown(kid.to_owned())) };
        if !tx.signing_key_revoke(kid, now).await? {
            return Err(KeyChangeError::Unknown(kid.to_owned()));
        }
        if state == KeyState::Active
            && let Some(next) = sequence.announced(now)
        {
            self.promote(&mut tx, next, now, actor).await?;
        }
        tx.audit_append(&self.instruments.audit_entry(actor, AuditEvent::KeyRevoked { kid: kid.to_owned() }, now))
            .await?;
        tx.commit().await?;
        self.maintain_keys().await?;
        self.refresh().await?;
        Ok(())
    }

    /// Seals every private key again under the newest master key, within a larger transaction; returns how many it
    /// changed.
    pub(in crate::flows) async fn reseal_keys(&self, tx: &mut Transaction) -> Result<usize, StoreError> {
        tx.generation_raise(Generation::SigningKeys).await?;
        let mut count = 0;
        for key in tx.signing_keys().await? {
            if key.private.master_key_id == self.master.newest_id() {
                continue;
            }
            let corrupt = |e: &dyn std::fmt::Display| StoreError::Corrupt {
                table: "signing_keys",
                row: key.kid.clone(),
                what: e.to_string(),
            };
            let place = place_of(&key.kid);
            let plain = self.master.open(&place, &key.private).map_err(|e| corrupt(&e))?;
            let sealed = self.master.seal(&place, &plain, self.instruments.random()).map_err(|e| corrupt(&e))?;
            tx.signing_key_reseal(&key.kid, &sealed).await?;
            count += 1;
        }
        Ok(count)
    }

    /// How long keys outlive their successor's start: what the operator set, or the longest life any token
    /// can have and a day.
    fn keep_for(&self, longest_application_ttl: Option<Duration>) -> Duration {
        let longest = self.longest_ttl.max(longest_application_ttl.unwrap_or_default());
        self.settings.retire_after_or(longest)
    }

    /// Makes a key for each gap before any lock is taken, because an RSA key takes a while.
    async fn candidates(&self, missing: &[(SigningAlgorithm, Missing)]) -> Result<Vec<Candidate>, KeyChangeError> {
        let entropy = self.instruments.entropy();
        let algorithms: Vec<_> = missing.iter().map(|(algorithm, _)| *algorithm).collect();
        let made = tokio::task::spawn_blocking(move || {
            let make = |algorithm| -> Result<Candidate, String> {
                let pkcs8 = entropy.private_key(algorithm).map_err(|e| e.to_string())?;
                let signer = Signer::from_pkcs8(algorithm, &pkcs8).map_err(|e| e.to_string())?;
                Ok(Candidate { signer, pkcs8 })
            };
            algorithms.into_iter().map(make).collect::<Result<Vec<_>, _>>()
        });
        made.await.map_err(|e| KeyChangeError::Generation(e.to_string()))?.map_err(KeyChangeError::Generation)
    }

    /// Gives keys that were made while the clock was ahead the dates they would have now: the one that has to sign
    /// signs from now on, and the next one follows as one made today would.
    async fn date_again(&self, tx: &mut Transaction) -> Result<(), StoreError> {
        let now = self.instruments.now();
        for keys in sequences(&tx.signing_keys().await?) {
            if let Some(nearest) = keys.premature(now) {
                warn!(kid = nearest.kid, due = %nearest.activates_at, "no signing key is due, the nearest signs; was the clock set back?");
                self.promote(tx, nearest, now, &Actor::Schedule).await?;
            }
        }
        for keys in sequences(&tx.signing_keys().await?) {
            let (Some(active), Some(next)) = (keys.active(now), keys.distant(now, &self.rotation_policy())) else {
                continue;
            };
            let [jitter] = self.instruments.random();
            let at = self.rotation_policy().activation(active.activates_at, now, jitter);
            tx.signing_key_activate_at(&next.kid, at).await?;
        }
        Ok(())
    }

    /// Inserts a candidate for each gap that is still there now that the lock is held.
    async fn fill_gaps(
        &self,
        tx: &mut Transaction,
        algorithms: &[SigningAlgorithm],
        candidates: Vec<Candidate>,
        keep_for: Duration,
    ) -> Result<(), KeyChangeError> {
        let now = self.instruments.now();
        for candidate in candidates {
            let keys = tx.signing_keys().await?;
            let algorithm = candidate.signer.signing_algorithm();
            let gaps = missing(algorithms, &keys, now);
            let Some((_, gap)) = gaps.into_iter().find(|(of, _)| *of == algorithm) else { continue };
            let activates_at = match gap {
                Missing::Active => now,
                Missing::Announced => {
                    let active = KeySequence::of(algorithm, &keys).active(now).map_or(now, |key| key.activates_at);
                    let [jitter] = self.instruments.random();
                    self.rotation_policy().activation(active, now, jitter)
                }
            };
            self.insert_key(tx, &candidate, activates_at, keep_for).await?;
        }
        Ok(())
    }

    async fn insert_key(
        &self,
        tx: &mut Transaction,
        Candidate { signer, pkcs8 }: &Candidate,
        activates_at: Timestamp,
        keep_for: Duration,
    ) -> Result<(), KeyChangeError> {
        let now = self.instruments.now();
        let kid = signer.kid().to_owned();
        let private = self
            .master
            .seal(&place_of(&kid), pkcs8, self.instruments.random())
            .map_err(|e| KeyChangeError::Generation(e.to_string()))?;
        let key = SigningKey {
            kid: kid.clone(),
            algorithm: signer.signing_algorithm(),
            jwk: signer.jwk().clone(),
            private,
            created_at: now,
            activates_at,
            keep_for,
            revoked_at: None,
        };
        tx.signing_key_insert(&key).await?;
        let event = AuditEvent::KeyCreated { kid, algorithm: key.algorithm };
        tx.audit_append(&self.instruments.audit_entry(&Actor::Schedule, event, now)).await?;
        Ok(())
    }

    async fn promote(
        &self,
        tx: &mut Transaction,
        key: &SigningKey,
        at: Timestamp,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        tx.signing_key_activate_at(&key.kid, at).await?;
        let event = AuditEvent::KeyPromoted { kid: key.kid.clone() };
        tx.audit_append(&self.instruments.audit_entry(actor, event, self.instruments.now())).await
    }
}

fn sequences(keys: &[SigningKey]) -> impl Iterator<Item = KeySequence> {
    SigningAlgorithm::ALL.into_iter().map(|algorithm| KeySequence::of(algorithm, keys))
}

fn missing(algorithms: &[SigningAlgorithm], keys: &[SigningKey], now: Timestamp) -> Vec<(SigningAlgorithm, Missing)> {
    let mut missing = Vec::new();
    for algorithm in algorithms {
        let sequence = KeySequence::of(*algorithm, keys);
        if sequence.active(now).is_none() {
            missing.push((*algorithm, Missing::Active));
        }
        if sequence.announced(now).is_none() {
            missing.push((*algorithm, Missing::Announced));
        }
    }
    missing
}

/// Whether no token of this key can still be valid.
fn is_forgettable(key: &SigningKey, keys: &[SigningKey], now: Timestamp) -> bool {
    let sequence = KeySequence::of(key.algorithm, keys);
    let state = sequence.states(now).find(|(other, _)| other.kid == key.kid).map(|(_, state)| state);
    match (state, key.revoked_at) {
        (Some(KeyState::Gone), _) => true,
        (Some(KeyState::Revoked), Some(at)) => at.plus(key.keep_for) <= now,
        _ => false,
    }
}
