//! Output of groups: as JSON and as text.

use serde::Serialize;

use crate::domain::group::Group;
use crate::domain::user::{EmailAddress, User};

/// A group.
#[derive(Serialize)]
pub(super) struct ShownGroup {
    name: String,
    visible_to_developers: bool,
    require: &'static str,
    declared: bool,
    members: i64,
    created_at: String,
    /// Who is in it, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<Vec<ShownMember>>,
}

/// An account in a group.
#[derive(Serialize)]
pub(super) struct ShownMember {
    sub: String,
    email: Option<String>,
    name: Option<String>,
    state: &'static str,
}

impl From<&User> for ShownMember {
    fn from(user: &User) -> Self {
        Self {
            sub: user.sub.clone(),
            email: user.email.as_ref().map(EmailAddress::to_string),
            name: user.name.clone(),
            state: user.state.name(),
        }
    }
}

impl From<&Group> for ShownGroup {
    fn from(group: &Group) -> Self {
        Self {
            name: group.name.to_string(),
            visible_to_developers: group.visible_to_developers,
            require: group.require.name(),
            declared: group.declared,
            members: group.members,
            created_at: group.created_at.to_string(),
            accounts: None,
        }
    }
}

impl ShownGroup {
    /// The columns of a listing.
    pub(super) const HEADER: [&str; 4] = ["GROUP", "MEMBERS", "DEVELOPERS SEE IT", "DECLARED"];

    /// The same with who is in it.
    pub(super) fn with_accounts(self, accounts: Vec<ShownMember>) -> Self {
        Self { accounts: Some(accounts), ..self }
    }

    /// One line of a listing.
    pub(super) fn row(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            self.members.to_string(),
            yes_or_no(self.visible_to_developers),
            yes_or_no(self.declared),
        ]
    }

    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![
            ("group", self.name.clone()),
            ("members", self.members.to_string()),
            ("developers", if self.visible_to_developers { "see it" } else { "do not see it" }.to_owned()),
            ("sign-in", self.require.to_owned()),
            ("declared", yes_or_no(self.declared)),
            ("created", self.created_at.clone()),
        ];
        for member in self.accounts.iter().flatten() {
            lines.push(("account", format!("{} ({})", member.email.as_deref().unwrap_or("-"), member.state)));
        }
        let lines = lines.into_iter().map(|(name, value)| format!("{name:<13} {value}"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}
