//! The descriptions of well-known scopes.

use super::Messages;

/// A sentence for each scope of OpenID Connect (Core §5.4, §11) and of people, and one for those that are not described.
#[derive(Debug)]
pub(in crate::http) struct ScopeMessages {
    pub(in crate::http) openid: &'static str,
    pub(in crate::http) profile: &'static str,
    pub(in crate::http) email: &'static str,
    pub(in crate::http) groups: &'static str,
    /// The scope of everything that people sign in to.
    pub(in crate::http) user: &'static str,
    pub(in crate::http) offline_access: &'static str,
    /// The sentence beside a scope without a description.
    pub(in crate::http) undescribed: &'static str,
}

impl Messages {
    /// The sentence for a scope: the operator's description, else the one for well-known scopes, else that there is no
    /// description.
    pub(in crate::http) fn scope<'a>(&self, name: &str, description: Option<&'a str>) -> Option<&'a str> {
        let ours = match name {
            "openid" => Some(self.scopes.openid),
            "profile" => Some(self.scopes.profile),
            "email" => Some(self.scopes.email),
            "groups" => Some(self.scopes.groups),
            "user" => Some(self.scopes.user),
            "offline_access" => Some(self.scopes.offline_access),
            _ => None,
        };
        description.filter(|text| !text.trim().is_empty()).or(ours)
    }
}
