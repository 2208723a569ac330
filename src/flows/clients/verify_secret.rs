//! Verifying client secrets: cheap for right ones, and limited for wrong ones.
//!
//! Comparing with a stored hash is slow on purpose ([`crate::flows::hash_secrets`]). What was verified once is
//! remembered as an HMAC under a key that lives only in this process, over the client id, the stored hash and the
//! presented secret; when the stored hash changes, the entry no longer matches.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::hmac;
use quick_cache::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::domain::application::Application;
use crate::domain::ids::SecretId;
use crate::domain::secret::{ClientSecret, SecretHash};
use crate::flows::hash_secrets::{HashingThread, SecretHasher};
use crate::flows::hashing_queue::Standing;
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

/// A thread to verify a secret on.
pub(super) struct VerifyingThread(HashingThread);

/// Verifies secrets and caches the results.
pub(super) struct SecretVerifier {
    memory_key: hmac::Key,
    right: Cache<[u8; 32], ()>,
    wrong: Cache<[u8; 32], ()>,
    turns: Cache<[u8; 32], Arc<Mutex<()>>>,
    hasher: Arc<SecretHasher>,
}

impl SecretVerifier {
    /// A verifier whose cache is keyed with this.
    pub(super) fn new(memory_key: [u8; 32], hasher: Arc<SecretHasher>) -> Self {
        Self {
            memory_key: hmac::Key::new(hmac::HMAC_SHA256, &memory_key),
            right: Cache::new(CAPACITY),
            wrong: Cache::new(CAPACITY),
            turns: Cache::new(TURNS),
            hasher,
        }
    }

    /// The cached result for this secret. Costs a few hash computations.
    pub(super) fn recall(&self, application: &Application, presented: &ClientSecret) -> Option<Verdict> {
        let memory = |hash: &SecretHash| self.memory_of(application, hash, presented);
        let right = application.secrets.iter().find(|secret| self.right.get(&memory(&secret.hash)).is_some());
        if let Some(secret) = right {
            return Some(Verdict::Right(secret.id));
        }
        let all_wrong = application.secrets.iter().all(|secret| self.wrong.get(&memory(&secret.hash)).is_some());
        all_wrong.then_some(Verdict::Wrong)
    }

    /// Waits until no other request is verifying the same secret. Of many requests with a secret that is not cached, as
    /// after a restart, the first verifies it and the others find the result: one Argon2 run and one guess, not one for
    /// each.
    pub(super) async fn turn(&self, application: &Application, presented: &ClientSecret) -> OwnedMutexGuard<()> {
        let hash = application.secrets.first().map(|secret| &secret.hash);
        let key = hash.map_or([0; 32], |hash| self.memory_of(application, hash, presented));
        let turn = self.turns.get_or_insert_with(&key, || Ok::<_, Infallible>(Arc::default())).unwrap_or_default();
        turn.lock_owned().await
    }

    /// Waits for a thread to verify on; when too many wait already, answers 503 at once. Applications that were used
    /// before come first, and each has a few places for each address.
    pub(super) async fn thread(&self, application: &Application, address: IpAddr) -> Result<VerifyingThread, Refusal> {
        let standing = if application.last_used_at.is_some() { Standing::Known } else { Standing::New };
        let client = (application.client_id.clone(), address);
        self.hasher.thread(Some(client), standing).await.map(VerifyingThread)
    }

    /// Compares the presented secret with each stored hash and caches the result.
    pub(super) async fn verify(
        &self,
        application: &Application,
        presented: &ClientSecret,
        VerifyingThread(thread): VerifyingThread,
    ) -> Result<Verdict, Refusal> {
        let candidates: Vec<_> = application.secrets.iter().filter(|secret| secret.could_be(presented)).collect();
        let hashes = candidates.iter().map(|secret| secret.hash.clone()).collect();
        let found = self.hasher.first_match(hashes, presented, thread).await?;
        for (at, secret) in candidates.into_iter().enumerate() {
            let memory = self.memory_of(application, &secret.hash, presented);
            if found == Some(at) {
                self.right.insert(memory, ());
                return Ok(Verdict::Right(secret.id));
            }
            self.wrong.insert(memory, ());
        }
        Ok(Verdict::Wrong)
    }

    fn memory_of(&self, application: &Application, hash: &SecretHash, presented: &ClientSecret) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.memory_key);
        // Neither a client id nor a PHC string has a NUL in it, so the three parts cannot run together.
        for part in [application.client_id.as_str(), "\0", hash.as_str(), "\0", presented.expose()] {
            context.update(part.as_bytes());
        }
        let mut memory = [0; 32];
        memory.copy_from_slice(context.sign().as_ref());
        memory
    }
}
