//! What a person granted to an application, with every token that was issued for it.
//!
//! A code begins a family; refresh tokens continue it, one after the other. Ending the family ends them all. Userinfo
//! and introspection see that at once, because every access token carries the id of its family.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::asked_claims::AskedClaims;
use super::ids::{ApplicationId, SessionId, Timestamp, TokenFamilyId, UserId};
use super::own_token::EXCHANGED;
use super::session::AuthenticationMethod;
use crate::protocol::acr::AuthenticationClass;
use crate::protocol::named::named;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;

/// A token family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFamily {
    /// The key of its row.
    pub id: TokenFamilyId,
    /// The application.
    pub application: ApplicationId,
    /// The person who granted it.
    pub user: UserId,
    /// The session that it ends with.
    pub session: Option<SessionId>,
    /// The session of the browser that it was granted in, whether or not it ends with it.
    pub origin: Option<SessionId>,
    /// The granted scope.
    pub scope: Scope,
    /// The resources that tokens may be requested for.
    pub resources: Vec<ResourceId>,
    /// The nonce of the request.
    pub nonce: Option<String>,
    /// The claims that the request asked for one by one.
    pub claims: AskedClaims,
    /// When the person authenticated.
    pub auth_time: Timestamp,
    /// How the person authenticated.
    pub amr: AuthenticationMethod,
    /// How surely, in the words of the request.
    pub acr: AuthenticationClass,
    /// When it began.
    pub created_at: Timestamp,
    /// When its last token expires.
    pub expires_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
}

named! {
    /// Why a family was ended.
    pub enum EndReason {
        /// A code or refresh token was used a second time: an attacker may have it.
        Replay = "replay",
        /// The application revoked it (RFC 7009).
        Revoked = "revoked",
        /// The person withdrew it.
        Withdrawn = "withdrawn",
        /// The session it was granted in was ended.
        SignedOut = "signed_out",
        /// The account was disabled or deleted.
        AccountEnded = "account_ended",
    }
}

impl TokenFamily {
    /// Whether its tokens are still valid.
    pub const fn is_alive(&self) -> bool {
        self.ended_at.is_none()
    }
}

impl TokenFamilyId {
    /// The `jti` of an access token of the family (RFC 7519 §4.1.7). It carries the id of the family, so that its state
    /// can be looked up.
    pub fn name_token(self, random: [u8; 8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.as_bytes()[..], &random].concat())
    }

    /// The family of a `jti`; none for a token that an application got for itself. The `jti` of an exchanged token is
    /// longer ([`name_exchanged_token`](super::own_token::name_exchanged_token)).
    pub fn of_token(jti: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(jti).ok().filter(|bytes| [24, EXCHANGED].contains(&bytes.len()))?;
        bytes.first_chunk().copied().map(Self::from_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_token_tells_its_family() {
        let family = TokenFamilyId::from_bytes([7; 16]);
        let name = family.name_token([9; 8]);
        assert_eq!(TokenFamilyId::of_token(&name), Some(family));
        assert_ne!(name, family.name_token([8; 8]));
    }

    #[test]
    fn the_name_of_an_applications_own_token_tells_none() {
        for other in [URL_SAFE_NO_PAD.encode([7; 16]), String::new(), "not base64!".to_owned()] {
            assert_eq!(TokenFamilyId::of_token(&other), None, "{other}");
        }
    }
}
