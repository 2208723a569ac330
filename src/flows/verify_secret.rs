//! Checking client secrets, so that right ones cost nearly nothing and wrong ones cost only their sender.
//!
//! Secrets are stored as Argon2id, which takes milliseconds of CPU and megabytes of memory on purpose. What
//! was verified once is remembered as an HMAC under a key that lives only in this process, over the client
//! id, the stored hash and the presented secret; when the stored hash changes, the memory of it is worth
//! nothing. Argon2 itself runs off the async threads, on fewer threads than there are cores.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::hmac;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use crate::domain::application::Application;
use crate::domain::ids::SecretId;
use crate::domain::secret::{ClientSecret, SecretHash};
use crate::protocol::refusal::Refusal;

/// How many verified secrets are remembered, and as many wrong ones.
const CAPACITY: usize = 10_000;

/// How many verifications may wait for a thread before more are turned away.
const LONGEST_QUEUE: usize = 32;

/// The most memory an imported hash may ask for, in KiB, and the most passes over it.
const HEAVIEST: (u32, u32) = (256 * 1024, 16);

/// What is known about a presented secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is this secret of the application's.
    Right(SecretId),
    /// It is none of them.
    Wrong,
}

/// Verifies secrets and remembers what it found.
pub struct SecretVerifier {
    memory_key: hmac::Key,
    right: Cache<[u8; 32], ()>,
    wrong: Cache<[u8; 32], ()>,
    threads: Semaphore,
    waiting: AtomicUsize,
}

/// Why an imported hash is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Argon2id hash in PHC format of at most {} MiB and {} passes", HEAVIEST.0 / 1024, HEAVIEST.1)]
pub struct HashError;

impl SecretVerifier {
    /// A verifier that remembers under this key.
    pub fn new(memory_key: [u8; 32]) -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            memory_key: hmac::Key::new(hmac::HMAC_SHA256, &memory_key),
            right: Cache::new(CAPACITY),
            wrong: Cache::new(CAPACITY),
            threads: Semaphore::new(cores.saturating_sub(1).max(1)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// What is remembered about this secret. Costs a few hash computations.
    pub fn recall(&self, application: &Application, presented: &ClientSecret) -> Option<Verdict> {
        let memory = |hash: &SecretHash| self.memory_of(application, hash, presented);
        let right = application.secrets.iter().find(|secret| self.right.get(&memory(&secret.hash)).is_some());
        if let Some(secret) = right {
            return Some(Verdict::Right(secret.id));
        }
        let all_wrong = application.secrets.iter().all(|secret| self.wrong.get(&memory(&secret.hash)).is_some());
        all_wrong.then_some(Verdict::Wrong)
    }

    /// Compares the presented secret with each stored hash and remembers the outcome. Waits for a thread;
    /// when too many wait already, answers 503 at once.
    pub async fn verify(&self, application: &Application, presented: &ClientSecret) -> Result<Verdict, Refusal> {
        for secret in application.secrets.iter().filter(|secret| secret.could_be(presented)) {
            let memory = self.memory_of(application, &secret.hash, presented);
            let (hash, text) = (secret.hash.clone(), presented.clone());
            if self.off_thread(move || matches(&hash, &text)).await? {
                self.right.insert(memory, ());
                return Ok(Verdict::Right(secret.id));
            }
            self.wrong.insert(memory, ());
        }
        Ok(Verdict::Wrong)
    }

    /// Hashes a new secret for storage.
    pub async fn hash(&self, secret: &ClientSecret, salt: [u8; 16]) -> Result<SecretHash, Refusal> {
        let secret = secret.clone();
        let hashed = self.off_thread(move || hash_with(&secret, salt)).await?;
        hashed.ok_or_else(|| Refusal::server_error("Argon2 refused to hash a secret"))
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let _place = QueuePlace::take(&self.waiting)?;
        let _thread = self.threads.acquire().await.map_err(|e| Refusal::server_error(e.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|e| Refusal::server_error(e.to_string()))
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

/// A place in the queue, given back when dropped, so also when the client goes away while waiting.
struct QueuePlace<'a>(&'a AtomicUsize);

impl<'a> QueuePlace<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, Refusal> {
        if waiting.fetch_add(1, Ordering::AcqRel) >= LONGEST_QUEUE {
            waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(Refusal::unavailable(
                "too many secrets are being verified at the moment",
                Duration::from_secs(1),
            ));
        }
        Ok(Self(waiting))
    }
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Argon2id with OWASP's minimum: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash_with(secret: &ClientSecret, salt: [u8; 16]) -> Option<SecretHash> {
    let hash: PasswordHash = hasher().hash_password_with_salt(secret.expose().as_bytes(), &salt).ok()?;
    Some(SecretHash::new(hash.to_string()))
}

fn matches(hash: &SecretHash, presented: &ClientSecret) -> bool {
    PasswordHash::new(hash.as_str())
        .is_ok_and(|stored| hasher().verify_password(presented.expose().as_bytes(), &stored).is_ok())
}

/// Takes a hash that an operator brought along, if it is Argon2id and verifying it is not an attack on us.
pub fn imported_hash(phc: &str) -> Result<SecretHash, HashError> {
    let hash = PasswordHash::new(phc).map_err(|_| HashError)?;
    let params = Params::try_from(&hash).map_err(|_| HashError)?;
    let bearable = params.m_cost() <= HEAVIEST.0 && params.t_cost() <= HEAVIEST.1;
    if hash.algorithm.as_str() == "argon2id" && hash.hash.is_some() && bearable {
        Ok(SecretHash::new(phc.to_owned()))
    } else {
        Err(HashError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_matches_its_secret_and_no_other() {
        let secret = ClientSecret::from_random([1; 32]);
        let hash = hash_with(&secret, [2; 16]).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches(&hash, &secret));
        assert!(!matches(&hash, &ClientSecret::from_random([3; 32])));
    }

    #[test]
    fn imported_hashes_must_be_argon2id_and_bearable() {
        let good = hash_with(&ClientSecret::from_random([1; 32]), [2; 16]).unwrap();
        assert!(imported_hash(good.as_str()).is_ok());
        for bad in ["", "secret", "$argon2i$v=19$m=19456,t=2,p=1$AgICAgICAgICAgICAgICAg$AAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(imported_hash(bad), Err(HashError), "{bad}");
        }
        assert_eq!(imported_hash(&good.as_str().replace("m=19456", "m=4000000")), Err(HashError));
    }
}
