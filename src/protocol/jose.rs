//! Signing keys and signed tokens (RFC 7515, 7517, 7518, 8037).
//!
//! jsonwebtoken parses and checks the private key again for every signature, which costs more than the
//! signature itself. A [`Signer`] holds the parsed key instead and implements jsonwebtoken's own trait, so
//! headers, verification and JWKs stay jsonwebtoken's.

use std::fmt;

use super::named::named;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
    KeyAlgorithm, OctetKeyPairParameters, OctetKeyPairType, PublicKeyUse, RSAKeyParameters, RSAKeyType, ThumbprintHash,
};
use jsonwebtoken::{Algorithm, Header};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use serde::Serialize;

named! {
    /// The signature algorithms of this server, for its own tokens and for clients' assertions.
    #[derive(Default, PartialOrd, Ord)]
    pub enum SigningAlgorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256: understood everywhere, hence the default.
        #[default]
        Rs256 = "RS256",
        /// RSASSA-PSS with SHA-256.
        Ps256 = "PS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// Ed25519 (RFC 8037).
        EdDsa = "EdDSA",
    }
}

impl SigningAlgorithm {
    /// The same as a type of jsonwebtoken.
    pub const fn jsonwebtoken(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }

    const fn key_algorithm(self) -> KeyAlgorithm {
        match self {
            Self::Rs256 => KeyAlgorithm::RS256,
            Self::Ps256 => KeyAlgorithm::PS256,
            Self::Es256 => KeyAlgorithm::ES256,
            Self::EdDsa => KeyAlgorithm::EdDSA,
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The private key does not parse or fails its consistency check.
    #[error("the {0} private key is not valid PKCS#8: {1}")]
    Private(SigningAlgorithm, aws_lc_rs::error::KeyRejected),
    /// The public half could not be read out.
    #[error("the {0} public key cannot be written as a JWK")]
    Public(SigningAlgorithm),
}

enum KeyPair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key, parsed once, and the public key that belongs to it.
pub struct Signer {
    algorithm: SigningAlgorithm,
    key_pair: KeyPair,
    random: SystemRandom,
    jwk: Jwk,
    kid: String,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} {})", self.algorithm, self.kid)
    }
}

impl Signer {
    /// Parses a PKCS#8 private key. Costs about half a signature; done once per key.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let rejected = |e| KeyError::Private(algorithm, e);
        let rsa = |encoding| RsaKeyPair::from_pkcs8(pkcs8).map(|pair| KeyPair::Rsa(pair, encoding));
        let key_pair = match algorithm {
            SigningAlgorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            SigningAlgorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(KeyPair::Ecdsa)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(KeyPair::Ed25519),
        }
        .map_err(rejected)?;
        let parameters = public_parameters(&key_pair).ok_or(KeyError::Public(algorithm))?;
        let mut jwk = Jwk { common: CommonParameters::default(), algorithm: parameters };
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Public(algorithm))?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_algorithm = Some(algorithm.key_algorithm());
        jwk.common.key_id = Some(kid.clone());
        Ok(Self { algorithm, key_pair, random: SystemRandom::new(), jwk, kid })
    }

    /// The `kid`: the RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub const fn signing_algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The public key, as it stands in the JWKS.
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Signs claims as a compact JWS with this `typ` (RFC 7515 §3.1).
    pub fn sign_jwt<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, SignError> {
        let header = Header {
            typ: Some(typ.to_owned()),
            kid: Some(self.kid.clone()),
            ..Header::new(self.algorithm.jsonwebtoken())
        };
        let mut token = String::with_capacity(1024);
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(&header)?, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims)?, &mut token);
        let signature = signature::Signer::try_sign(self, token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

impl signature::Signer<Vec<u8>> for Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        match &self.key_pair {
            KeyPair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &self.random, message, &mut signature).map(|()| signature)
            }
            KeyPair::Ecdsa(pair) => pair.sign(&self.random, message).map(|signature| signature.as_ref().to_vec()),
            KeyPair::Ed25519(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
        }
        .map_err(signature::Error::from_source)
    }
}

impl JwtSigner for Signer {
    fn algorithm(&self) -> Algorithm {
        self.algorithm.jsonwebtoken()
    }
}

/// Why a token could not be signed. Neither happens with a key that was parsed and the claims of this server.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The claims have no JSON form.
    #[error("the claims cannot be written as JSON: {0}")]
    Claims(#[from] serde_json::Error),
    /// The signature itself failed.
    #[error("signing failed: {0}")]
    Signature(#[from] signature::Error),
}

fn public_parameters(key_pair: &KeyPair) -> Option<AlgorithmParameters> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Some(match key_pair {
        KeyPair::Rsa(pair, _) => {
            let public = rsa::RsaPublicKey::from_pkcs1_der(pair.public_key().as_ref()).ok()?;
            AlgorithmParameters::RSA(RSAKeyParameters {
                key_type: RSAKeyType::RSA,
                n: encode(&public.n().to_bytes_be()),
                e: encode(&public.e().to_bytes_be()),
            })
        }
        KeyPair::Ecdsa(pair) => {
            // SEC 1 §2.3.3: an uncompressed point is 4, x, y.
            let (x, y) = pair.public_key().as_ref().strip_prefix(&[4])?.split_at_checked(32)?;
            AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
                key_type: EllipticCurveKeyType::EC,
                curve: EllipticCurve::P256,
                x: encode(x),
                y: encode(y),
            })
        }
        KeyPair::Ed25519(pair) => AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
            key_type: OctetKeyPairType::OctetKeyPair,
            curve: EllipticCurve::Ed25519,
            x: encode(pair.public_key().as_ref()),
        }),
    })
}
