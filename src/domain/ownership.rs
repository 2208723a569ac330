//! Who looks after an application, and who has been asked to.

use std::str::FromStr;

use super::ids::{ApplicationId, InvitationId, Timestamp, UserId};
use super::one_time::InvitationToken;
use super::user::EmailAddress;

/// Somebody who looks after an application. All owners are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account; none while the address has not been proven by a sign-in.
    pub user: Option<UserId>,
    /// Its public name.
    pub sub: Option<String>,
    /// Whether they can sign in, and so really look after it.
    pub active: bool,
    /// Where mail for them goes.
    pub email: EmailAddress,
    /// What they are called.
    pub name: Option<String>,
    /// The language of their mails, such as `de`.
    pub locale: Option<String>,
    /// Since when they are an owner.
    pub since: Timestamp,
}

/// What becomes of who invites when the invitation is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationPurpose {
    /// They stay an owner.
    Share,
    /// They hand the application over and leave.
    Transfer,
}

impl InvitationPurpose {
    /// The name in the database and the management API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Transfer => "transfer",
        }
    }

    /// The purpose of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Share, Self::Transfer].into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Somebody asked by mail to look after an application. Only who proves the address can accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its row.
    pub id: InvitationId,
    /// To which application.
    pub application: ApplicationId,
    /// Who is asked.
    pub email: EmailAddress,
    /// What accepting means.
    pub purpose: InvitationPurpose,
    /// Who asks.
    pub invited_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was accepted, declined or withdrawn.
    pub spent_at: Option<Timestamp>,
}

/// How somebody comes to an invitation. Both count only for who has proven the address that it was sent to.
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
