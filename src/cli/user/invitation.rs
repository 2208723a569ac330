//! Output of invitations: as JSON and as text.

use serde::Serialize;

use crate::domain::account_invitation::AccountInvitation;

/// An open invitation.
#[derive(Serialize)]
pub(super) struct ShownInvitation {
    email: String,
    groups: Vec<String>,
    locale: Option<String>,
    created_at: String,
    expires_at: String,
}

impl From<&AccountInvitation> for ShownInvitation {
    fn from(invitation: &AccountInvitation) -> Self {
        Self {
            email: invitation.email.to_string(),
            groups: invitation.groups.iter().map(ToString::to_string).collect(),
            locale: invitation.locale.clone(),
            created_at: invitation.created_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}

impl ShownInvitation {
    /// The columns of a listing.
    pub(super) const HEADER: [&str; 3] = ["EMAIL", "GROUPS", "OPEN UNTIL"];

    /// One line of a listing.
    pub(super) fn row(&self) -> Vec<String> {
        vec![self.email.clone(), self.groups.join(" "), self.expires_at.clone()]
    }

    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        let groups = if self.groups.is_empty() { "none".to_owned() } else { self.groups.join(" ") };
        let lines = [("invited", &self.email), ("groups", &groups), ("open until", &self.expires_at)];
        lines.map(|(name, value)| format!("{name:<13} {value}")).join("\n")
    }
}
