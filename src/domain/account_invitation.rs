//! Invitations to this server: addresses whose owners may make an account.

use std::time::Duration;

use super::group::GroupName;
use super::ids::Timestamp;
use super::user::EmailAddress;

/// How long an invitation is open.
pub const INVITATION_LIFETIME: Duration = Duration::from_hours(14 * 24);

/// An open invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountInvitation {
    /// Who is invited.
    pub email: EmailAddress,
    /// The language of the mail, and of the account.
    pub locale: Option<String>,
    /// The groups that the account is in from its first sign-in on.
    pub groups: Vec<GroupName>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Until when an account can be made with it.
    pub expires_at: Timestamp,
}
