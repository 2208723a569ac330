//! What a resource owner granted to an application, and every token that grew from it.
//!
//! A code begins a family; refresh tokens continue it, one after the other. Ending the family ends them
//! all, and userinfo and introspection know at once, because every access token of a family carries its id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ids::{ApplicationId, SessionId, Timestamp, TokenFamilyId, UserId};
use super::session::AuthenticationMethod;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;

/// A token family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFamily {
    /// Its row.
    pub id: TokenFamilyId,
    /// To whom it was granted.
    pub application: ApplicationId,
    /// By whom.
    pub user: UserId,
    /// In which session, if a browser of ours was involved.
    pub session: Option<SessionId>,
    /// What was granted.
    pub scope: Scope,
    /// For which resources tokens may be asked.
    pub resources: Vec<ResourceId>,
    /// The nonce of the request.
    pub nonce: Option<String>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// How.
    pub amr: AuthenticationMethod,
    /// When it began.
    pub created_at: Timestamp,
    /// When the last of its tokens ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
}

/// Why a family was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// A code or refresh token was used a second time: somebody else may have it.
    Replay,
    /// The application revoked it (RFC 7009).
    Revoked,
    /// The person took it back.
    Withdrawn,
    /// The session it grew from was ended.
    SignedOut,
    /// The account was disabled or deleted.
    AccountEnded,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Replay, Self::Revoked, Self::Withdrawn, Self::SignedOut, Self::AccountEnded];

    /// The name in the database and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Revoked => "revoked",
            Self::Withdrawn => "withdrawn",
            Self::SignedOut => "signed_out",
            Self::AccountEnded => "account_ended",
        }
    }
}

impl TokenFamily {
    /// Whether its tokens still count.
    pub const fn is_alive(&self) -> bool {
        self.ended_at.is_none()
    }
}

impl TokenFamilyId {
    /// The name of one access token of the family (RFC 7519 §4.1.7): it tells the family to who must know
    /// whether that still counts.
    pub fn name_token(self, random: [u8; 8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.as_bytes()[..], &random].concat())
    }

    /// The family that a token's name tells; none for a token that an application got for itself.
    pub fn of_token(jti: &str) -> Option<Self> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(jti).ok()?.try_into().ok()?;
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
