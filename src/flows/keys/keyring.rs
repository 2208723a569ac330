//! The signing keys in memory: an immutable snapshot, so that readers never wait.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet};

use crate::domain::encryption::{MasterKeyring, SealError};
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::{KeySequence, KeyState, OfferedAlgorithm, SigningKey};
use crate::protocol::bearer::VerifyingKey;
use crate::protocol::jose::{KeyError, Signer, SigningAlgorithm};
use crate::store::StoreError;

/// The keys as they were last loaded.
#[derive(Default)]
pub(super) struct Keyring(ArcSwap<Snapshot>);

/// The public keys as they are served.
#[derive(Clone, Debug, Default)]
pub struct PublishedKeys {
    /// The JWK Set as JSON (RFC 7517 §5).
    pub document: Arc<str>,
    /// Its entity tag, quotes included.
    pub etag: Arc<str>,
}

struct Snapshot {
    generation: i64,
    /// When the set of published keys changes by itself.
    good_until: Option<Timestamp>,
    sequences: Vec<KeySequence>,
    algorithms: Vec<OfferedAlgorithm>,
    signers: HashMap<String, Arc<Signer>>,
    verifying: HashMap<String, VerifyingKey>,
    published: PublishedKeys,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            generation: -1,
            good_until: None,
            sequences: Vec::new(),
            algorithms: Vec::new(),
            signers: HashMap::new(),
            verifying: HashMap::new(),
            published: PublishedKeys::default(),
        }
    }
}

/// How many keys of an algorithm are in a state.
#[derive(Clone, Copy, Debug)]
pub struct KeyFigures {
    /// The algorithm.
    pub algorithm: SigningAlgorithm,
    /// The state.
    pub state: KeyState,
    /// How many keys.
    pub count: usize,
    /// Of the state in which a key signs: for how long it has.
    pub signing_for: Option<Duration>,
}

/// Why the stored keys cannot be used.
#[derive(Debug, thiserror::Error)]
enum SnapshotError {
    #[error("signing key {0}: {1}")]
    Sealed(String, SealError),
    #[error("signing key {0}: {1}")]
    Key(String, KeyError),
    #[error("the key set has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<SnapshotError> for StoreError {
    fn from(error: SnapshotError) -> Self {
        Self::Corrupt { table: "signing_keys", row: "(all)".to_owned(), what: error.to_string() }
    }
}

impl Keyring {
    /// The active signer of this algorithm.
    pub(super) fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<Arc<Signer>> {
        let snapshot = self.0.load();
        let mut active = snapshot.sequences.iter().filter_map(|sequence| sequence.active(now));
        let active = active.find(|key| key.algorithm == algorithm)?;
        snapshot.signers.get(&active.kid).map(Arc::clone)
    }

    /// Whether the keys of this algorithm were announced for long enough.
    pub(super) fn is_usable(&self, algorithm: SigningAlgorithm, now: Timestamp) -> bool {
        let snapshot = self.0.load();
        snapshot.algorithms.iter().any(|known| known.algorithm == algorithm && known.usable_at <= now)
    }

    /// The key to verify a token of this server with, if it is still published.
    pub(super) fn verifying_key(&self, kid: &str) -> Option<VerifyingKey> {
        self.0.load().verifying.get(kid).cloned()
    }

    /// The public keys.
    pub(super) fn published(&self) -> PublishedKeys {
        self.0.load().published.clone()
    }

    /// How many keys of each algorithm are in each state, of which the ones that sign tell since when.
    pub(super) fn figures(&self, now: Timestamp) -> Vec<KeyFigures> {
        let snapshot = self.0.load();
        let of_sequence = |(algorithm, sequence): (SigningAlgorithm, &KeySequence)| {
            let signing_since = sequence.active(now).map(|key| key.activates_at);
            KeyState::PUBLISHED.map(|state| KeyFigures {
                algorithm,
                state,
                count: sequence.states(now).filter(|(_, other)| *other == state).count(),
                signing_for: signing_since.filter(|_| state == KeyState::Active).map(|since| now.since(since)),
            })
        };
        SigningAlgorithm::ALL.into_iter().zip(&snapshot.sequences).flat_map(of_sequence).collect()
    }

    /// Takes over all keys as they were stored under a value of the counter that was read before.
    pub(super) fn load(
        &self,
        generation: i64,
        (keys, algorithms): (&[SigningKey], Vec<OfferedAlgorithm>),
        master_keys: &MasterKeyring,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let snapshot = Snapshot::build(generation, keys, &self.0.load_full(), master_keys, now)?;
        self.0.store(Arc::new(Snapshot { algorithms, ..snapshot }));
        Ok(())
    }

    /// Whether the snapshot is behind the database's counter, or its time is over.
    pub(super) fn is_outdated(&self, generation: i64, now: Timestamp) -> bool {
        let snapshot = self.0.load();
        snapshot.generation != generation || snapshot.good_until.is_some_and(|until| until <= now)
    }
}

impl Snapshot {
    fn build(
        generation: i64,
        keys: &[SigningKey],
        previous: &Self,
        master_keys: &MasterKeyring,
        now: Timestamp,
    ) -> Result<Self, SnapshotError> {
        let sequences: Vec<_> =
            SigningAlgorithm::ALL.into_iter().map(|algorithm| KeySequence::of(algorithm, keys)).collect();
        let mut snapshot = Self {
            generation,
            good_until: sequences.iter().filter_map(|sequence| sequence.next_change(now)).min(),
            ..Self::default()
        };
        let mut jwks = Vec::new();
        for (key, state) in sequences.iter().flat_map(|sequence| sequence.states(now)) {
            if !state.is_published() {
                continue;
            }
            // The public key is derived from the sealed private half, for retiring keys too: an attacker who can write
            // to the database but lacks the master key cannot insert a key of their own.
            let signer = previous.signer_of(key, master_keys)?;
            if let Ok(decoding) = DecodingKey::from_jwk(signer.jwk()) {
                snapshot.verifying.insert(key.kid.clone(), VerifyingKey { algorithm: key.algorithm, key: decoding });
            }
            jwks.push(signer.jwk().clone());
            snapshot.signers.insert(key.kid.clone(), signer);
        }
        snapshot.published = publish(jwks)?;
        snapshot.sequences = sequences;
        Ok(snapshot)
    }

    /// The signer of a key, from the previous snapshot or parsed now.
    fn signer_of(&self, key: &SigningKey, master_keys: &MasterKeyring) -> Result<Arc<Signer>, SnapshotError> {
        if let Some(signer) = self.signers.get(&key.kid) {
            return Ok(Arc::clone(signer));
        }
        let pkcs8 = master_keys
            .open(&super::rotate::place_of(&key.kid), &key.private)
            .map_err(|e| SnapshotError::Sealed(key.kid.clone(), e))?;
        let signer = Signer::from_pkcs8(key.algorithm, &pkcs8).map_err(|e| SnapshotError::Key(key.kid.clone(), e))?;
        Ok(Arc::new(signer))
    }
}

fn publish(keys: Vec<Jwk>) -> Result<PublishedKeys, SnapshotError> {
    let document = serde_json::to_string(&JwkSet { keys })?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, document.as_bytes());
    let tag = URL_SAFE_NO_PAD.encode(hash.as_ref());
    Ok(PublishedKeys { document: document.into(), etag: format!("\"{tag}\"").into() })
}
