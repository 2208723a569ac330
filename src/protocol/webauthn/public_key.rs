//! The public key of a passkey, as COSE writes it (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use minicbor::Decoder;
use minicbor::data::Type;

use super::WebauthnError;
use crate::protocol::named::named;

named! {
    /// What a passkey signs with, in the order in which this server would have it.
    pub enum KeyAlgorithm {
        /// Ed25519.
        EdDsa = "EdDSA",
        /// ECDSA with P-256 and SHA-256; every authenticator has it.
        Es256 = "ES256",
        /// RSA with PKCS #1 v1.5 and SHA-256, as TPMs of older Windows have it.
        Rs256 = "RS256",
    }
}

impl KeyAlgorithm {
    /// The number in COSE's register.
    pub const fn cose(self) -> i64 {
        match self {
            Self::EdDsa => -8,
            Self::Es256 => -7,
            Self::Rs256 => -257,
        }
    }
}

/// A key that signatures can be checked with. Reading it is the check that it is a good one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    cose: Vec<u8>,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    /// SEC 1 §2.3.3: 4, x, y.
    Es256(Vec<u8>),
    EdDsa(Vec<u8>),
    Rs256 {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// The members of a key that are looked at, by their label.
#[derive(Default)]
struct Members<'a> {
    kty: Option<i64>,
    alg: Option<i64>,
    /// -1: the curve; of RSA the modulus.
    curve: Option<i64>,
    n: Option<&'a [u8]>,
    /// -2: the coordinate x; of RSA the exponent.
    x: Option<&'a [u8]>,
    y: Option<&'a [u8]>,
}

const NOT_COSE: WebauthnError = WebauthnError::BadKey("it is no COSE key");

/// The most members that a key is read to have.
const MOST_MEMBERS: u64 = 16;

impl PublicKey {
    /// Reads a key that was stored.
    pub fn read(cose: &[u8]) -> Result<Self, WebauthnError> {
        let mut decoder = Decoder::new(cose);
        let key = Self::decode(&mut decoder)?;
        if decoder.position() == cose.len() { Ok(key) } else { Err(NOT_COSE) }
    }

    /// Reads the key at which the decoder stands.
    pub(super) fn decode(decoder: &mut Decoder<'_>) -> Result<Self, WebauthnError> {
        let start = decoder.position();
        let members = Members::decode(decoder)?;
        let material = members.material()?;
        material.check()?;
        let cose = decoder.input().get(start..decoder.position()).ok_or(NOT_COSE)?.to_vec();
        Ok(Self { cose, material })
    }

    /// The key as it is stored.
    pub fn cose(&self) -> &[u8] {
        &self.cose
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> KeyAlgorithm {
        match self.material {
            Material::Es256(_) => KeyAlgorithm::Es256,
            Material::EdDsa(_) => KeyAlgorithm::EdDsa,
            Material::Rs256 { .. } => KeyAlgorithm::Rs256,
        }
    }

    /// Checks a signature (§6.5.5).
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), WebauthnError> {
        let key = self.material.parsed()?;
        key.verify_sig(message, signature).map_err(|_| WebauthnError::BadSignature)
    }
}

impl<'a> Members<'a> {
    fn decode(decoder: &mut Decoder<'a>) -> Result<Self, WebauthnError> {
        let length = decoder.map().map_err(|_| NOT_COSE)?.filter(|length| *length <= MOST_MEMBERS).ok_or(NOT_COSE)?;
        let (mut members, mut seen) = (Self::default(), Vec::new());
        for _ in 0..length {
            let label = decoder.i64().map_err(|_| NOT_COSE)?;
            if seen.contains(&label) {
                return Err(WebauthnError::BadKey("a member is there twice"));
            }
            seen.push(label);
            members.decode_member(label, decoder).map_err(|_| NOT_COSE)?;
        }
        Ok(members)
    }

    fn decode_member(&mut self, label: i64, decoder: &mut Decoder<'a>) -> Result<(), minicbor::decode::Error> {
        match (label, decoder.datatype()?) {
            (1, _) => self.kty = Some(decoder.i64()?),
            (3, _) => self.alg = Some(decoder.i64()?),
            (-1, Type::Bytes) => self.n = Some(decoder.bytes()?),
            (-1, _) => self.curve = Some(decoder.i64()?),
            (-2, _) => self.x = Some(decoder.bytes()?),
            (-3, Type::Bytes) => self.y = Some(decoder.bytes()?),
            _ => decoder.skip()?,
        }
        Ok(())
    }

    /// RFC 9053 §7.1 and §7.2, RFC 8230 §4: type, algorithm and curve must fit together.
    fn material(self) -> Result<Material, WebauthnError> {
        let missing = WebauthnError::BadKey("a member is missing");
        let coordinate = |bytes: Option<&[u8]>| match bytes {
            Some(bytes) if bytes.len() == 32 => Ok(bytes.to_vec()),
            _ => Err(WebauthnError::BadKey("a coordinate has 32 bytes")),
        };
        match (self.kty, self.alg, self.curve) {
            (Some(2), Some(-7), Some(1)) => {
                Ok(Material::Es256([vec![4], coordinate(self.x)?, coordinate(self.y)?].concat()))
            }
            (Some(1), Some(-8), Some(6)) => Ok(Material::EdDsa(coordinate(self.x)?)),
            (Some(3), Some(-257), None) => {
                let (n, e) = (self.n.ok_or(missing)?.to_vec(), self.x.ok_or(missing)?.to_vec());
                Ok(Material::Rs256 { n, e })
            }
            _ => Err(WebauthnError::BadKey("its algorithm was not asked for")),
        }
    }
}

impl Material {
    /// What the verifier finds out only with a signature is found out when a key is taken.
    fn check(&self) -> Result<(), WebauthnError> {
        if let Self::Rs256 { n, e } = self {
            let bits =
                n.first().filter(|first| **first != 0).map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
            let is_odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
            if !(2048..=8192).contains(&bits) || !is_odd(n) || !is_odd(e) || *e == [1] {
                return Err(WebauthnError::BadKey("its modulus or exponent is none for RSA"));
            }
        }
        self.parsed().map(|_| ())
    }

    fn parsed(&self) -> Result<ParsedPublicKey, WebauthnError> {
        let parsed = match self {
            Self::Es256(point) => ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point),
            Self::EdDsa(key) => ParsedPublicKey::new(&ED25519, key),
            Self::Rs256 { n, e } => {
                let key = RsaPublicKeyComponents { n, e };
                return key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).map_err(|_| NO_KEY);
            }
        };
        parsed.map_err(|_| NO_KEY)
    }
}

const NO_KEY: WebauthnError = WebauthnError::BadKey("its numbers are no key");
