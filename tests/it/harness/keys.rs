//! Private keys from a pool of the process: an RSA key takes longer to make than most tests to run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gatepost::adapters::entropy::{Entropy, KeyGenerationError, SystemEntropy};
use gatepost::protocol::jose::SigningAlgorithm;

/// A server whose applications may choose every algorithm there is.
pub(crate) const EVERY_ALGORITHM: &str = "[keys]\nalgorithms = [\"RS256\", \"PS256\", \"ES256\", \"EdDSA\"]\n";

/// A server with keys of one algorithm, so that they can be counted.
pub(crate) const RSA_ALONE: &str = "[keys]\nalgorithms = [\"RS256\"]\n";

/// Kinds of key. RS256 and PS256 share theirs, and with it the thumbprint: one world must not give the same
/// RSA key to both.
#[derive(Clone, Copy, Debug)]
enum Family {
    Rsa,
    P256,
    Ed25519,
}

const FAMILIES: usize = 3;

impl From<SigningAlgorithm> for Family {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => Self::Rsa,
            SigningAlgorithm::Es256 => Self::P256,
            SigningAlgorithm::EdDsa => Self::Ed25519,
        }
    }
}

type Slot = Arc<OnceLock<Vec<u8>>>;

static POOL: [Mutex<Vec<Slot>>; FAMILIES] = [const { Mutex::new(Vec::new()) }; FAMILIES];

/// The `n`th private key of this kind, as PKCS#8; made when first asked for.
fn pooled(algorithm: SigningAlgorithm, n: usize) -> Vec<u8> {
    let slot = {
        let mut slots = POOL[Family::from(algorithm) as usize].lock().unwrap_or_else(PoisonError::into_inner);
        while slots.len() <= n {
            slots.push(Slot::default());
        }
        Arc::clone(&slots[n])
    };
    slot.get_or_init(|| SystemEntropy::default().private_key(algorithm).unwrap()).clone()
}

/// Real randomness, and private keys from the pool, none of them twice.
#[derive(Debug, Default)]
pub(crate) struct PooledEntropy {
    random: SystemEntropy,
    taken: [AtomicUsize; FAMILIES],
}

impl Entropy for PooledEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.random.fill(buffer);
    }

    fn private_key(&self, algorithm: SigningAlgorithm) -> Result<Vec<u8>, KeyGenerationError> {
        let taken = &self.taken[Family::from(algorithm) as usize];
        Ok(pooled(algorithm, taken.fetch_add(1, Ordering::SeqCst)))
    }
}
