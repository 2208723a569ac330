//! Output of accounts: as JSON and as text.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::user::{EmailAddress, User, UserState};

/// An account.
#[derive(Serialize)]
pub(super) struct ShownUser {
    sub: String,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    preferred_username: Option<String>,
    locale: Option<String>,
    attributes: Map<String, Value>,
    admin: bool,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    created_at: String,
    last_sign_in_at: Option<String>,
}

impl From<&User> for ShownUser {
    fn from(user: &User) -> Self {
        let since = match user.state {
            UserState::Active => None,
            UserState::Disabled { at } | UserState::Deleted { at } => Some(at.to_string()),
        };
        Self {
            sub: user.sub.clone(),
            email: user.email.as_ref().map(EmailAddress::to_string),
            email_verified: user.email_verified_at.is_some(),
            name: user.name.clone(),
            preferred_username: user.username.as_ref().map(ToString::to_string),
            locale: user.locale.clone(),
            attributes: user.attributes.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            admin: user.admin,
            state: user.state.name(),
            since,
            created_at: user.created_at.to_string(),
            last_sign_in_at: user.last_sign_in_at.map(|at| at.to_string()),
        }
    }
}

impl ShownUser {
    /// The columns of a listing.
    pub(super) const HEADER: [&str; 5] = ["EMAIL", "NAME", "STATE", "ADMIN", "LAST SIGN-IN"];

    /// One line of a listing.
    pub(super) fn row(&self) -> Vec<String> {
        vec![
            or_none(self.email.as_deref()),
            or_none(self.name.as_deref()),
            self.state.to_owned(),
            self.admin(),
            self.last_sign_in(),
        ]
    }

    /// Everything, a line each.
    pub(super) fn text(&self) -> String {
        let state = match &self.since {
            Some(since) => format!("{} since {since}", self.state),
            None => self.state.to_owned(),
        };
        let email = or_none(self.email.as_deref());
        let lines = [
            ("sub", self.sub.clone()),
            ("email", if self.email_verified { format!("{email} (verified)") } else { email }),
            ("name", or_none(self.name.as_deref())),
            ("locale", or_none(self.locale.as_deref())),
            ("admin", self.admin()),
            ("state", state),
            ("created", self.created_at.clone()),
            ("last sign-in", self.last_sign_in()),
        ];
        let lines = lines.into_iter().map(|(name, value)| format!("{name:<13} {value}"));
        let attributes = self.attributes.iter().map(|(name, value)| format!("{name:<13} {value}"));
        lines.chain(attributes).collect::<Vec<_>>().join("\n")
    }

    fn admin(&self) -> String {
        if self.admin { "yes" } else { "no" }.to_owned()
    }

    fn last_sign_in(&self) -> String {
        self.last_sign_in_at.clone().unwrap_or_else(|| "never".to_owned())
    }
}

fn or_none(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}
