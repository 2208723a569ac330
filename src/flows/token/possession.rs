//! What a proof of possession (RFC 9449) means to the token endpoint: the tokens are bound to its key, and what was
//! bound before is given to nobody else.

use super::Tokens;
use crate::domain::application::Application;
use crate::flows::proofs::{Nonce, Proven, SentProof, used_before};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::thumbprint::KeyThumbprint;
use crate::protocol::token::GrantType;
use crate::store::Transaction;

impl Tokens {
    /// The proof of a request, if it has one. An application whose tokens have to be bound must have one.
    pub(super) fn check_proof(
        &self,
        application: &Application,
        grant: GrantType,
        sent: Option<&SentProof>,
    ) -> Result<Option<Proven>, Refusal> {
        let nonce = if grant == GrantType::ClientCredentials { Nonce::Optional } else { Nonce::Demanded };
        match sent {
            Some(sent) => self.proofs.check_at_endpoint(sent, nonce).map(Some),
            None if application.settings.dpop_bound => Err(Refusal::new(
                ErrorCode::InvalidDpopProof,
                "the tokens of this application are bound to a key (dpop_bound); send a proof in the header DPoP",
            )),
            None => Ok(None),
        }
    }

    /// Uses a proof up on all nodes, where no other write does.
    pub(super) async fn use_up_alone(&self, proof: Option<&Proven>) -> Result<(), Refusal> {
        let Some(proof) = proof else { return Ok(()) };
        if self.store.dpop_proof_use(proof.id, proof.expires_at).await? {
            Ok(())
        } else {
            Err(used_before(ErrorCode::InvalidDpopProof))
        }
    }
}

/// Uses a proof up on all nodes, together with what it pays for.
pub(super) async fn use_up(tx: &mut Transaction, proof: Option<&Proven>) -> Result<(), Refusal> {
    match proof {
        Some(proof) if !tx.dpop_proof_use(proof.id, proof.expires_at).await? => {
            Err(used_before(ErrorCode::InvalidDpopProof))
        }
        Some(_) | None => Ok(()),
    }
}

/// RFC 9449 §5, §10: what is bound to a key is for who holds it. `what` is its name in a sentence.
pub(super) fn check_key(
    what: &'static str,
    bound: Option<&KeyThumbprint>,
    proof: Option<&Proven>,
) -> Result<(), Refusal> {
    match (bound, proof) {
        (None, _) => Ok(()),
        (Some(key), Some(proof)) if *key == proof.key => Ok(()),
        (Some(_), Some(_)) => {
            let sentence = format!("the {what} is bound to another key than that of the DPoP proof");
            Err(Refusal::new(ErrorCode::InvalidGrant, sentence))
        }
        (Some(_), None) => {
            let sentence = format!("the {what} is bound to a key; send a proof in the header DPoP");
            Err(Refusal::new(ErrorCode::InvalidDpopProof, sentence))
        }
    }
}

/// The key that a new refresh token is bound to (RFC 9449 §5): of a public application that of the proof. One that
/// authenticates is bound by that, and may change its key.
pub(super) fn key_of_refresh_token(application: &Application, proof: Option<&Proven>) -> Option<KeyThumbprint> {
    proof.filter(|_| application.is_public()).map(|proof| proof.key.clone())
}
