//! Randomness, and what is generated from it: ids and private keys.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use uuid::Uuid;

use crate::domain::ids::Timestamp;
use crate::protocol::jose::SigningAlgorithm;

/// Makes random bytes and private keys.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);

    /// A new private key as PKCS#8. Takes a tenth of a second and more for RSA: not for async threads.
    fn private_key(&self, algorithm: SigningAlgorithm) -> Result<Vec<u8>, KeyGenerationError>;
}

/// The machine could not make a key.
#[derive(Debug, thiserror::Error)]
#[error("the cryptographic library could not generate a {0} key")]
pub struct KeyGenerationError(SigningAlgorithm);

/// `N` random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// A `UUIDv7` for a row created at this moment: rows of one table then lie in the order of their creation.
pub fn row_id(entropy: &dyn Entropy, now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random(entropy)).into_uuid()
}

/// The operating system's randomness, through aws-lc.
#[derive(Debug, Default)]
pub struct SystemEntropy(SystemRandom);

impl Entropy for SystemEntropy {
    #[expect(clippy::expect_used, reason = "a server without randomness must not go on")]
    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill(buffer).expect("the operating system gives random bytes");
    }

    fn private_key(&self, algorithm: SigningAlgorithm) -> Result<Vec<u8>, KeyGenerationError> {
        let generated: Result<Vec<u8>, Unspecified> = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => RsaKeyPair::generate(KeySize::Rsa2048)
                .and_then(|pair| AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map(|der| der.as_ref().to_vec())),
            SigningAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.0)
                .map(|document| document.as_ref().to_vec()),
            SigningAlgorithm::EdDsa => {
                Ed25519KeyPair::generate_pkcs8(&self.0).map(|document| document.as_ref().to_vec())
            }
        };
        generated.map_err(|_| KeyGenerationError(algorithm))
    }
}
