//! Who presents an access token has to hold the key that it is bound to (RFC 9449 §7).

use std::sync::Arc;

use super::TokenStatus;
use crate::flows::proofs::{Nonce, SentProof};
use crate::protocol::claims::AccessTokenClaims;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// An access token as a request presents it.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// The token.
    pub token: String,
    /// What the request proves, where it presents the token by the scheme `DPoP`.
    pub proof: Option<Arc<SentProof>>,
}

impl TokenStatus {
    /// Checks that a token that is bound comes with its proof, and that one that is not comes by `Bearer`.
    pub(super) fn check_possession(
        &self,
        presented: &PresentedToken,
        claims: &AccessTokenClaims,
    ) -> Result<(), Refusal> {
        let nonce = if claims.is_clients_own() { Nonce::Optional } else { Nonce::Demanded };
        match (&claims.cnf, &presented.proof) {
            (None, None) => Ok(()),
            (Some(cnf), Some(sent)) => self.proofs.check_with_token(sent, (presented.token.as_str(), &cnf.jkt), nonce),
            (Some(_), None) => Err(Refusal::new(
                ErrorCode::BoundTokenUnproven,
                "the access token is bound to a key; send it as Authorization: DPoP, with a proof in the header DPoP",
            )),
            (None, Some(_)) => Err(Refusal::new(
                ErrorCode::InvalidToken,
                "the access token is bound to no key; send it as Authorization: Bearer",
            )),
        }
    }
}
