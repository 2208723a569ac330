//! The signing keys: at hand to sign and verify with, kept young, and taken back.

mod algorithms;
mod keyring;
mod list;
mod rotate;

use std::sync::Arc;
use std::time::Duration;

use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::config::{self, Issuer};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::Timestamp;
use crate::domain::signing_key::RotationPolicy;
use crate::protocol::bearer::VerifyingKey;
use crate::protocol::id_token_hint::{self, IdTokenHint};
use crate::protocol::jose::{Signer, SigningAlgorithm};
use crate::protocol::refusal::Refusal;
use crate::store::{Store, StoreError};
use keyring::Keyring;

pub use algorithms::NotOffered;
pub(super) use algorithms::check_offered;
pub use keyring::{KeyFigures, PublishedKeys};
pub use list::KeyLife;
pub use rotate::{KeyChangeError, Promotion};

/// The signing keys.
pub struct Keys {
    instruments: Instruments,
    store: Store,
    /// Opens their private halves.
    master: Arc<MasterKeyring>,
    settings: config::Keys,
    /// The longest life of a token whose application does not say otherwise.
    longest_ttl: Duration,
    /// As of the last look at the database.
    keyring: Keyring,
}

impl Keys {
    /// None is loaded yet.
    pub fn new(base: &Foundations) -> Self {
        let tokens = &base.config.tokens;
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master: Arc::clone(&base.master_keys),
            settings: base.config.keys.clone(),
            longest_ttl: tokens.access_ttl.max(tokens.id_ttl),
            keyring: Keyring::default(),
        }
    }

    /// What tokens are signed with unless their application says otherwise.
    pub const fn default_algorithm(&self) -> SigningAlgorithm {
        self.settings.algorithm
    }

    /// How many keys of each algorithm are in each state.
    pub fn figures(&self) -> Vec<KeyFigures> {
        self.keyring.figures(self.instruments.now())
    }

    /// The configured rotation.
    pub const fn rotation_policy(&self) -> RotationPolicy {
        RotationPolicy { rotate_every: self.settings.rotate_every, announce_for: self.settings.announce_for }
    }

    /// The active signer of this algorithm. While the algorithm is only announced, that of the server's own.
    pub fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Result<Arc<Signer>, Refusal> {
        let own = self.settings.algorithm;
        let usable = algorithm == own || self.keyring.is_usable(algorithm, now);
        let signer = usable.then(|| self.keyring.signer(algorithm, now)).flatten();
        let signer = signer.or_else(|| self.keyring.signer(own, now));
        signer.ok_or_else(|| Refusal::server_error(format!("there is no active {own} signing key")))
    }

    /// The key to verify a token of this server with, if it is still published.
    pub fn verifying_key(&self, kid: &str) -> Option<VerifyingKey> {
        self.keyring.verifying_key(kid)
    }

    /// Reads an ID token of this server.
    pub(super) fn read_id_token_hint(&self, token: &str, issuer: &Issuer) -> Result<IdTokenHint, Refusal> {
        id_token_hint::read(token, |kid: &str| self.verifying_key(kid), issuer.as_str())
    }

    /// The public keys.
    pub fn published(&self) -> PublishedKeys {
        self.keyring.published()
    }

    /// Loads the keys again if they were changed, or if a date has come at which one's state changes.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        self.keep_up_with(self.store.generations().await?.signing_keys).await
    }

    /// The same with the counter of changes as it was just read.
    pub(super) async fn keep_up_with(&self, generation: i64) -> Result<(), StoreError> {
        if !self.keyring.is_outdated(generation, self.instruments.now()) {
            return Ok(());
        }
        let (keys, algorithms) = (self.store.signing_keys().await?, self.store.signing_algorithms().await?);
        self.keyring.load(generation, (&keys, algorithms), &self.master, self.instruments.now())
    }
}
