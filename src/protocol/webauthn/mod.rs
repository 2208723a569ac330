//! Passkeys (WebAuthn Level 3): what a browser is asked for, and what its answer must be.
//!
//! Owns the rules of §7: client data, authenticator data, public keys, signatures and counters. Does not own which
//! challenges were given out and to whom, nor which passkeys there are: the caller spends the challenge and finds the key.
//!
//! A statement of attestation is not asked for and not looked at: which authenticator somebody has says nothing of who
//! they are, and no list of good models has to be kept.

mod authentication;
mod authenticator_data;
mod client_data;
mod options;
mod public_key;
mod registration;

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

pub use authentication::{AssertedCredential, Assertion, counts_on};
pub use client_data::{Ceremony, ClientData};
pub use options::{CreationOptions, RequestOptions, Subject};
pub use public_key::{KeyAlgorithm, PublicKey};
pub use registration::{NewCredential, Registration};

/// The longest credential id (§4, "Credential ID").
pub const LONGEST_CREDENTIAL_ID: usize = 1023;

/// What the answers must be for.
#[derive(Clone, Copy, Debug)]
pub struct RelyingParty<'a> {
    /// Its id: the host of the issuer.
    pub id: &'a str,
    /// The origins whose pages may ask.
    pub origins: &'a [String],
}

/// Why an answer does not count. The texts are for the log, and for the programmer of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebauthnError {
    /// A part of it cannot be read.
    #[error("it cannot be read: {0}")]
    Form(&'static str),
    /// It answers another kind of question.
    #[error("it is for another ceremony")]
    OtherCeremony,
    /// A page of another origin asked.
    #[error("it was made for a page of another origin")]
    OtherOrigin,
    /// Our page was in a frame of another site.
    #[error("the page that asked was inside of another site's")]
    InForeignFrame,
    /// It is for another relying party.
    #[error("it is for another relying party")]
    OtherRelyingParty,
    /// Nobody touched the authenticator.
    #[error("the person was not present")]
    NotPresent,
    /// The authenticator did not find out who it was.
    #[error("the person was not verified by the authenticator")]
    NotVerified,
    /// It claims a copy of what cannot be copied.
    #[error("it is backed up and cannot be backed up")]
    ImpossibleBackup,
    /// There is no new credential in it.
    #[error("it has no credential")]
    NoCredential,
    /// The credential has another id within than without.
    #[error("its ids differ")]
    OtherCredential,
    /// The key is of a kind that was not asked for, or it is not a good one.
    #[error("its public key is not usable: {0}")]
    BadKey(&'static str),
    /// The signature is not by the key.
    #[error("the signature is wrong")]
    BadSignature,
}

/// Bytes, in JSON as base64url without padding.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Base64Url(pub Vec<u8>);

impl TryFrom<String> for Base64Url {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, base64::DecodeError> {
        URL_SAFE_NO_PAD.decode(text).map(Self)
    }
}

/// As JSON has it.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
