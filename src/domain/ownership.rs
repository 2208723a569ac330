//! The owners of an application, and invitations to become one.

use std::str::FromStr;

use super::ids::{ApplicationId, InvitationId, Timestamp, UserId};
use super::one_time::InvitationToken;
use super::user::EmailAddress;
use crate::protocol::named::named;

/// An owner of an application. All owners are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account; none while the address has not been proven by a sign-in.
    pub user: Option<UserId>,
    /// The account's `sub`.
    pub sub: Option<String>,
    /// Whether their account is active.
    pub active: bool,
    /// Where mail for them goes.
    pub email: EmailAddress,
    /// Their name.
    pub name: Option<String>,
    /// The language of their mails, such as `de`.
    pub locale: Option<String>,
    /// Since when they are an owner.
    pub since: Timestamp,
}

named! {
    /// What accepting an invitation means for the owner who sent it.
    pub enum InvitationPurpose {
        /// They stay an owner.
        Share = "share",
        /// They hand the application over and leave.
        Transfer = "transfer",
    }
}

/// An invitation by mail to become an owner. Only the person who proves the address can accept it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The key of its row.
    pub id: InvitationId,
    /// The application.
    pub application: ApplicationId,
    /// The address that is invited.
    pub email: EmailAddress,
    /// What accepting means.
    pub purpose: InvitationPurpose,
    /// The account that sent it.
    pub invited_by: UserId,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was accepted, declined or withdrawn.
    pub spent_at: Option<Timestamp>,
}

/// How a person reached an invitation. Either way they must have proven the address it was sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationPath {
    /// By the link in the mail.
    Link(InvitationToken),
    /// From the list of one's own invitations.
    Listed(InvitationId),
}

impl FromStr for InvitationPath {
    type Err = NoInvitation;

    fn from_str(text: &str) -> Result<Self, NoInvitation> {
        let listed = || text.parse().map(Self::Listed).map_err(|_| NoInvitation);
        text.parse().map(Self::Link).or_else(|_| listed())
    }
}

/// A text that names no invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoInvitation;

impl Invitation {
    /// Whether it can still be accepted.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.spent_at.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_open_until_its_time_is_over_or_it_was_answered() {
        let at = Timestamp::from_seconds;
        let invitation = Invitation {
            id: InvitationId::from_bytes([1; 16]),
            application: ApplicationId::from_bytes([1; 16]),
            email: "ann@example.com".parse().unwrap(),
            purpose: InvitationPurpose::Share,
            invited_by: UserId::from_bytes([1; 16]),
            created_at: at(0),
            expires_at: at(100),
            spent_at: None,
        };
        assert!(invitation.is_open(at(99)) && !invitation.is_open(at(100)));
        assert!(!Invitation { spent_at: Some(at(5)), ..invitation }.is_open(at(6)));
    }
}
