//! Verifying client secrets: cheap for right ones, and for nearly all wrong ones.
//!
//! Comparing with a stored hash is slow on purpose ([`crate::flows::hash_secrets`]). What was verified once is
//! remembered as an HMAC under a key that lives only in this process, over the client id, the stored hashes and the
//! presented secret; when a stored hash changes, the entry no longer matches.
//!
//! A client id that no application has is treated like one whose secrets are all different, at the same cost.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::hmac;
use quick_cache::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::domain::application::Application;
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::{ClientId, SecretId};
use crate::domain::secret::{ClientSecret, SecretHash, StoredSecret};
use crate::flows::guess_limits::{Likeness, network_of};
use crate::flows::hash_secrets::{HashingFigures, HashingThread, SecretHasher, Share};
use crate::flows::hashing_queue::Standing;
use crate::flows::secret_fingerprints::fingerprints;
use crate::protocol::refusal::Refusal;

/// How many verified secrets are remembered, and as many wrong ones.
const CAPACITY: usize = 10_000;

/// How many secrets can be verified at the same time with a lock of their own. Beyond that a secret may be verified
/// twice.
const TURNS: usize = 1_000;

/// The result of verifying a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is this secret of the application's.
    Right(SecretId),
    /// It is none of them.
    Wrong,
}

/// A secret as it was presented for a client id.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) client_id: &'a ClientId,
    /// The application that has this client id, if there is one.
    pub(super) application: Option<&'a Application>,
    pub(super) presented: &'a ClientSecret,
}

impl<'a> Attempt<'a> {
    fn secrets(&self) -> &'a [StoredSecret] {
        self.application.map_or(&[], |application| &application.secrets)
    }
}

/// The hashes that a secret has to be compared with.
pub(super) struct Comparison {
    candidates: Vec<(Option<SecretId>, SecretHash)>,
    pub(super) likeness: Likeness,
}

/// A thread to verify a secret on.
pub(super) struct VerifyingThread(HashingThread);

/// Verifies secrets and caches the results.
pub(super) struct SecretVerifier {
    memory_key: hmac::Key,
    right: Cache<[u8; 32], ()>,
    wrong: Cache<[u8; 32], ()>,
    turns: Cache<[u8; 32], Arc<Mutex<()>>>,
    hasher: Arc<SecretHasher>,
    master_keys: Arc<MasterKeyring>,
    /// A hash that the configuration declares. Only a comparison shows that a secret is not the one of such a hash, so
    /// every other wrong secret is compared with this one: otherwise the time would show which client ids exist.
    decoy: Option<SecretHash>,
}

impl SecretVerifier {
    /// A verifier whose cache is keyed with this.
    pub(super) fn new(
        memory_key: [u8; 32],
        hasher: Arc<SecretHasher>,
        master_keys: Arc<MasterKeyring>,
        decoy: Option<SecretHash>,
    ) -> Self {
        Self {
            memory_key: hmac::Key::new(hmac::HMAC_SHA256, &memory_key),
            right: Cache::new(CAPACITY),
            wrong: Cache::new(CAPACITY),
            turns: Cache::new(TURNS),
            hasher,
            master_keys,
            decoy,
        }
    }

    /// How often Argon2 was run, for whatever reason.
    pub(super) fn argon2_runs(&self) -> u64 {
        self.hasher.runs()
    }

    /// How much there is to hash.
    pub(super) fn hashing_figures(&self) -> HashingFigures {
        self.hasher.figures()
    }

    /// The cached result for this secret. Costs a few hash computations.
    pub(super) fn recall(&self, attempt: &Attempt<'_>) -> Option<Verdict> {
        let memory = |secret: &&StoredSecret| self.right.get(&self.memory_of(attempt, [&secret.hash])).is_some();
        if let Some(secret) = attempt.secrets().iter().find(memory) {
            return Some(Verdict::Right(secret.id));
        }
        self.wrong.get(&self.memory_of_wrong(attempt)).map(|()| Verdict::Wrong)
    }

    /// Remembers that none of the secrets is this one.
    pub(super) fn remember_wrong(&self, attempt: &Attempt<'_>) {
        self.wrong.insert(self.memory_of_wrong(attempt), ());
    }

    /// Waits until no other request is verifying the same secret. Of many requests with a secret that is not cached, as
    /// after a restart, the first verifies it and the others find the result: one Argon2 run and one guess, not one for
    /// each.
    pub(super) async fn turn(&self, attempt: &Attempt<'_>) -> OwnedMutexGuard<()> {
        let key = self.memory_of_wrong(attempt);
        let turn = self.turns.get_or_insert_with(&key, || Ok::<_, Infallible>(Arc::default())).unwrap_or_default();
        turn.lock_owned().await
    }

    /// The comparison that decides about this secret; none where hint and fingerprint show already that it is wrong.
    pub(super) fn comparison(&self, attempt: &Attempt<'_>) -> Option<Comparison> {
        let fingerprints = fingerprints(&self.master_keys, attempt.presented.expose());
        let candidates = attempt.secrets().iter().filter(|secret| secret.could_be(attempt.presented, &fingerprints));
        let is_seen = candidates.clone().any(StoredSecret::is_recognisable);
        let likeness = if is_seen { Likeness::Seen } else { Likeness::Unknown };
        let candidates: Vec<_> = candidates.map(|secret| (Some(secret.id), secret.hash.clone())).collect();
        if candidates.is_empty() {
            let decoy = self.decoy.clone()?;
            return Some(Comparison { candidates: vec![(None, decoy)], likeness });
        }
        Some(Comparison { candidates, likeness })
    }

    /// Waits for a thread to verify on; when too many wait already, answers 503 at once. Networks
    /// take turns, applications that were used before come first, and each has a few places at each network.
    pub(super) async fn thread(&self, attempt: &Attempt<'_>, address: IpAddr) -> Result<VerifyingThread, Refusal> {
        let used = attempt.application.is_some_and(|application| application.last_used_at.is_some());
        let standing = if used { Standing::Known } else { Standing::New };
        // Anybody registers as many applications as they like; together they have the places of one.
        let is_strangers = |known: &Application| known.origin.is_dynamic() && known.last_used_at.is_none();
        let share = match attempt.application {
            Some(known) if is_strangers(known) => Share::Strangers,
            _ => Share::Client(attempt.client_id.clone()),
        };
        self.hasher.thread(Some((share, network_of(address))), standing).await.map(VerifyingThread)
    }

    /// Compares the presented secret with each hash, and remembers it if it is right.
    pub(super) async fn compare(
        &self,
        attempt: &Attempt<'_>,
        comparison: Comparison,
        VerifyingThread(thread): VerifyingThread,
    ) -> Result<Verdict, Refusal> {
        let hashes = comparison.candidates.iter().map(|(_, hash)| hash.clone()).collect();
        let found = self.hasher.first_match(hashes, attempt.presented, thread).await?;
        let Some((Some(secret), hash)) = found.and_then(|at| comparison.candidates.get(at)) else {
            return Ok(Verdict::Wrong);
        };
        self.right.insert(self.memory_of(attempt, [hash]), ());
        Ok(Verdict::Right(*secret))
    }

    fn memory_of_wrong(&self, attempt: &Attempt<'_>) -> [u8; 32] {
        self.memory_of(attempt, attempt.secrets().iter().map(|secret| &secret.hash))
    }

    fn memory_of<'h>(&self, attempt: &Attempt<'_>, hashes: impl IntoIterator<Item = &'h SecretHash>) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.memory_key);
        // Neither a client id nor a PHC string has a NUL in it, so the parts cannot run together; before the secret,
        // which may have one, stand two.
        let parts = hashes.into_iter().flat_map(|hash| ["\0", hash.as_str()]);
        for part in [attempt.client_id.as_str()].into_iter().chain(parts).chain(["\0\0", attempt.presented.expose()]) {
            context.update(part.as_bytes());
        }
        let mut memory = [0; 32];
        memory.copy_from_slice(context.sign().as_ref());
        memory
    }
}
