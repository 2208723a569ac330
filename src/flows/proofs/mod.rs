//! Proofs of possession (RFC 9449): that whoever asks for a token, or presents one, holds the key that it is bound to.
//!
//! A nonce is demanded where a token speaks for a person. Without one, an attacker who had a key for a moment could have
//! made proofs for later; of a person's refresh token that would be for weeks. An application that asks for itself
//! authenticates each time, so its proofs go without.

mod seen;

use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::config::Issuer;
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;
use crate::protocol::dpop::{self, Nonces, ProofError, ProvenRequest, VerifiedProof, WINDOW};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::thumbprint::KeyThumbprint;
use seen::SeenProofs;

/// The purpose of the key that nonces are made with.
const NONCES: &str = "dpop.nonces";

/// What a request has in its header `DPoP`, and what that must prove.
#[derive(Clone, Debug, Default)]
pub struct SentProof {
    /// The values of the header, which must be one.
    pub values: Vec<String>,
    /// The method of the request.
    pub method: String,
    /// Its path below the issuer.
    pub path: String,
}

/// Whether a proof has to have a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonce {
    /// It has to.
    Demanded,
    /// One that it has is looked at.
    Optional,
}

/// A proof that is right, and not used up yet.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The key that made it.
    pub(super) key: KeyThumbprint,
    /// What it is known by.
    pub(super) id: ValueHash,
    /// From when on it would be refused for its age.
    pub(super) expires_at: Timestamp,
}

/// What is wrong with a proof.
enum Problem {
    Wrong(ProofError),
    NonceMissing,
    NonceOld,
}

/// Checks proofs of possession.
pub struct Proofs {
    instruments: Instruments,
    issuer: Issuer,
    nonces: Nonces,
    seen: SeenProofs,
}

impl Proofs {
    /// No proof was seen yet.
    pub fn new(base: &Foundations) -> Self {
        Self {
            instruments: base.instruments.clone(),
            issuer: base.config.server.issuer.clone(),
            nonces: Nonces::new(&base.master_keys.derive(NONCES)),
            seen: SeenProofs::default(),
        }
    }

    /// The nonce that the next proof should have.
    pub fn nonce(&self) -> String {
        self.nonces.current(self.instruments.now().as_seconds())
    }

    /// Checks a proof at an endpoint that applications call. It is not used up by that.
    pub(super) fn check_at_endpoint(&self, sent: &SentProof, nonce: Nonce) -> Result<Proven, Refusal> {
        self.check(sent, None, nonce)
            .map_err(|problem| problem.refusal([ErrorCode::InvalidDpopProof, ErrorCode::UseDpopNonce]))
    }

    /// Checks the proof beside an access token that is bound to this key, and uses it up on this node.
    pub(super) fn check_with_token(
        &self,
        sent: &SentProof,
        (token, key): (&str, &KeyThumbprint),
        nonce: Nonce,
    ) -> Result<(), Refusal> {
        let codes = [ErrorCode::DpopProofRefused, ErrorCode::DpopNonceMissing];
        let proven = self.check(sent, Some(token), nonce).map_err(|problem| problem.refusal(codes))?;
        if proven.key != *key {
            return Err(Refusal::new(codes[0], "the access token is bound to another key than that of the DPoP proof"));
        }
        self.use_here(&proven, codes[0])
    }

    /// Uses a proof up on this node.
    pub(super) fn use_up(&self, proven: &Proven) -> Result<(), Refusal> {
        self.use_here(proven, ErrorCode::InvalidDpopProof)
    }

    fn use_here(&self, proven: &Proven, code: ErrorCode) -> Result<(), Refusal> {
        if self.seen.note(proven.id, self.instruments.now()) { Ok(()) } else { Err(used_before(code)) }
    }

    fn check(&self, sent: &SentProof, access_token: Option<&str>, nonce: Nonce) -> Result<Proven, Problem> {
        let now = self.instruments.now().as_seconds();
        // Not from the request's Host, which whoever sends it chooses.
        let url = self.issuer.url_of(&sent.path);
        let request = ProvenRequest { method: &sent.method, url: &url, access_token };
        let proof = dpop::single(&sent.values).and_then(|proof| dpop::verify(proof, &request, now));
        let VerifiedProof { key, jti, issued, nonce: sent_nonce } = proof.map_err(Problem::Wrong)?;
        match sent_nonce {
            Some(sent) if !self.nonces.is_good(&sent, now) => return Err(Problem::NonceOld),
            None if nonce == Nonce::Demanded => return Err(Problem::NonceMissing),
            Some(_) | None => {}
        }
        // Of each key by itself: nobody can use up the names that others give their proofs.
        let id = ValueHash::of(&format!("{key}.{jti}"));
        let expires_at = Timestamp::from_seconds(issued.saturating_add(WINDOW + 1));
        Ok(Proven { key, id, expires_at })
    }
}

impl Problem {
    /// As a refusal, by the code for a wrong proof or that for a nonce.
    fn refusal(self, [wrong, nonce]: [ErrorCode; 2]) -> Refusal {
        match self {
            Self::Wrong(ProofError(what)) => Refusal::new(wrong, what),
            Self::NonceMissing => {
                Refusal::new(nonce, "the DPoP proof needs the nonce that this answer has in DPoP-Nonce")
            }
            Self::NonceOld => {
                let what =
                    "the nonce of the DPoP proof is not good any more; this answer has another one in DPoP-Nonce";
                Refusal::new(nonce, what)
            }
        }
    }
}

/// RFC 9449 §11.1.
pub(super) fn used_before(code: ErrorCode) -> Refusal {
    Refusal::new(code, "the DPoP proof was used before; its jti must be new each time")
}
