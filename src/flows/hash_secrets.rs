//! Argon2, which takes milliseconds of CPU and megabytes of memory on purpose: off the async threads, on fewer
//! threads than there are cores, and in memory that is kept from one run to the next.
//!
//! With fresh memory a run costs about half as much again, and the process was seen to keep 19 MiB for each of
//! a dozen runs.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::time::Instant;

use super::guess_limits::network_of;
use super::hashing_queue::{HashingQueue, Standing, Thread};

pub use super::hashing_queue::HashingFigures;
use crate::domain::ids::ClientId;
use crate::domain::secret::{ClientSecret, SecretHash};
use crate::protocol::refusal::Refusal;

/// The most memory an imported hash may ask for, in KiB, and the most passes over it.
const HEAVIEST: (u32, u32) = (256 * 1024, 16);

/// Why an imported hash is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Argon2id hash in PHC format of at most {} MiB and {} passes", HEAVIEST.0 / 1024, HEAVIEST.1)]
pub struct HashError;

/// Accepts a hash from the configuration if it is Argon2id and not too expensive to verify.
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

/// Hashes secrets, as many at once as there are threads for it.
pub struct SecretHasher {
    queue: Arc<HashingQueue<Share>>,
    memories: Arc<Mutex<Vec<Memory>>>,
    runs: Arc<AtomicU64>,
}

/// Who share the places in the queue that there are at a network for one asker.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Share {
    /// A client.
    Client(ClientId),
    /// All who ask for a secret that anybody may ask for.
    Strangers,
}

/// Who asks, and at which network.
type Asker = (Share, IpAddr);

/// The working memory of Argon2. It need not be cleared: the first pass overwrites all of it.
type Memory = Vec<Block>;

impl Default for SecretHasher {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            queue: Arc::new(HashingQueue::new(cores.saturating_sub(1).max(1))),
            memories: Arc::default(),
            runs: Arc::default(),
        }
    }
}

/// A thread to hash on.
pub(super) type HashingThread = Thread<Share>;

impl SecretHasher {
    /// How often Argon2 was run.
    pub(super) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// How much there is to hash.
    pub(super) fn figures(&self) -> HashingFigures {
        self.queue.figures()
    }

    /// Waits for a thread; when too many wait already, answers 503 at once.
    pub(super) async fn thread(&self, asker: Option<Asker>, standing: Standing) -> Result<HashingThread, Refusal> {
        self.queue.thread(asker, standing).await
    }

    /// Which of these is the hash of this secret.
    pub(super) async fn first_match(
        &self,
        hashes: Vec<SecretHash>,
        presented: &ClientSecret,
        thread: HashingThread,
    ) -> Result<Option<usize>, Refusal> {
        let (presented, runs) = (presented.clone(), Arc::clone(&self.runs));
        let is_of = move |hash: &SecretHash, memory: &mut Memory| {
            runs.fetch_add(1, Ordering::Relaxed);
            matches(hash, &presented, memory)
        };
        self.run(thread, move |memory| hashes.iter().position(|hash| is_of(hash, memory))).await
    }

    /// Hashes a new secret for storage, for somebody who has proven to be allowed to have it made.
    pub(super) async fn hash(&self, secret: &ClientSecret, salt: [u8; 16]) -> Result<SecretHash, Refusal> {
        self.hash_on(self.thread(None, Standing::Known).await?, secret, salt).await
    }

    /// The same for anybody at this address, who comes after all others.
    pub(super) async fn hash_for_stranger(
        &self,
        secret: &ClientSecret,
        salt: [u8; 16],
        address: IpAddr,
    ) -> Result<SecretHash, Refusal> {
        let asker = (Share::Strangers, network_of(address));
        self.hash_on(self.thread(Some(asker), Standing::New).await?, secret, salt).await
    }

    async fn hash_on(
        &self,
        thread: HashingThread,
        secret: &ClientSecret,
        salt: [u8; 16],
    ) -> Result<SecretHash, Refusal> {
        let secret = secret.clone();
        self.runs.fetch_add(1, Ordering::Relaxed);
        let hashed = self.run(thread, move |memory| hash(&secret, &salt, memory)).await?;
        hashed.ok_or_else(|| Refusal::server_error("Argon2 refused to hash a secret"))
    }

    async fn run<T: Send + 'static>(
        &self,
        thread: HashingThread,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (queue, memories) = (Arc::clone(&self.queue), Arc::clone(&self.memories));
        let hashing = move || {
            let mut memory = memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let started = Instant::now();
            let outcome = work(&mut memory);
            queue.took(started.elapsed());
            if memory.len() <= Params::DEFAULT.block_count() {
                memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            }
            // Released here and not by the caller, who may be gone: a client that disconnects gets no second thread.
            drop(thread);
            outcome
        };
        tokio::task::spawn_blocking(hashing).await.map_err(|e| Refusal::server_error(e.to_string()))
    }
}

/// Argon2id with OWASP's minimum: 19 MiB, two passes, one lane.
fn hash(secret: &ClientSecret, salt: &[u8], memory: &mut Memory) -> Option<SecretHash> {
    let salt = Salt::new(salt).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
    let output = output(&argon2, secret, &salt, memory)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&Params::DEFAULT).ok()?,
        salt: Some(salt),
        hash: Some(output),
    };
    Some(SecretHash::new(phc.to_string()))
}

fn matches(hash: &SecretHash, presented: &ClientSecret, memory: &mut Memory) -> bool {
    let Ok(stored) = PasswordHash::new(hash.as_str()) else { return false };
    // The comparison of two outputs takes the same time wherever they differ.
    output_like(&stored, presented, memory).is_some_and(|output| stored.hash == Some(output))
}

/// The output of another secret under the salt and the parameters of a stored hash.
fn output_like(stored: &PasswordHash, presented: &ClientSecret, memory: &mut Memory) -> Option<Output> {
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = stored.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
    let argon2 = Argon2::new(algorithm, version, Params::try_from(stored).ok()?);
    output(&argon2, presented, stored.salt.as_ref()?, memory)
}

fn output(argon2: &Argon2<'_>, secret: &ClientSecret, salt: &Salt, memory: &mut Memory) -> Option<Output> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN))?;
    let memory = memory.get_mut(..blocks)?;
    argon2.hash_password_into_with_memory(secret.expose().as_bytes(), salt, bytes, memory).ok()?;
    Output::new(bytes).ok()
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    fn secret(byte: u8) -> ClientSecret {
        ClientSecret::from_random([byte; 32])
    }

    #[test]
    fn a_hash_matches_its_secret_and_no_other() {
        let mut memory = Memory::new();
        let hash = hash(&secret(1), &[2; 16], &mut memory).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(matches(&hash, &secret(1), &mut memory));
        assert!(!matches(&hash, &secret(3), &mut memory));
    }

    #[test]
    fn used_memory_gives_the_same_hash_as_the_librarys_own() {
        let mut memory = vec![Block::new(); 30_000];
        hash(&secret(9), &[9; 16], &mut memory).unwrap();
        let ours = hash(&secret(1), &[2; 16], &mut memory).unwrap();
        let theirs: PasswordHash =
            Argon2::default().hash_password_with_salt(secret(1).expose().as_bytes(), &[2; 16]).unwrap();
        assert_eq!(ours.as_str(), theirs.to_string());
    }

    #[test]
    fn a_hash_with_other_parameters_is_compared_under_those() {
        let mut memory = Memory::new();
        for (version, output) in [(Version::V0x13, 64), (Version::V0x10, 16)] {
            let theirs = Argon2::new(Algorithm::Argon2id, version, Params::new(64, 3, 2, Some(output)).unwrap());
            let theirs: PasswordHash = theirs.hash_password_with_salt(secret(1).expose().as_bytes(), &[2; 16]).unwrap();
            assert!(Argon2::default().verify_password(secret(1).expose().as_bytes(), &theirs).is_ok());
            let stored = imported_hash(&theirs.to_string()).unwrap();
            assert!(matches(&stored, &secret(1), &mut memory));
            assert!(!matches(&stored, &secret(2), &mut memory));
        }
    }

    #[tokio::test]
    async fn only_memory_of_the_usual_size_is_kept() {
        let hasher = SecretHasher::default();
        let kept = || hasher.memories.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        let hash = hasher.hash(&secret(1), [2; 16]).await.unwrap();
        let thread = hasher.thread(None, Standing::New).await.unwrap();
        assert_eq!(hasher.first_match(vec![hash], &secret(1), thread).await.unwrap(), Some(0));
        assert_eq!(kept(), [19_456]);
        let thread = hasher.thread(None, Standing::New).await.unwrap();
        hasher.run(thread, |memory| memory.resize(30_000, Block::new())).await.unwrap();
        assert!(kept().is_empty());
    }

    #[tokio::test]
    async fn a_thread_stays_taken_while_it_works_although_the_caller_hung_up() {
        let hasher = Arc::new(SecretHasher { queue: Arc::new(HashingQueue::new(1)), ..SecretHasher::default() });
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (finish, may_finish) = std::sync::mpsc::channel::<()>();
        let caller = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            let work = move |_: &mut Memory| {
                started.send(()).unwrap();
                may_finish.recv().unwrap();
            };
            let thread = hasher.thread(None, Standing::New).await.unwrap();
            async move { hasher.run(thread, work).await }
        });
        has_started.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        let mut next = Box::pin(hasher.thread(None, Standing::New));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(50), &mut next).await.is_err());
        finish.send(()).unwrap();
        assert!(next.await.is_ok());
    }

    #[test]
    fn imported_hashes_must_be_argon2id_and_bearable() {
        let good = hash(&secret(1), &[2; 16], &mut Memory::new()).unwrap();
        assert!(imported_hash(good.as_str()).is_ok());
        for bad in ["", "secret", "$argon2i$v=19$m=19456,t=2,p=1$AgICAgICAgICAgICAgICAg$AAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(imported_hash(bad), Err(HashError), "{bad}");
        }
        assert_eq!(imported_hash(&good.as_str().replace("m=19456", "m=4000000")), Err(HashError));
    }
}
