//! The descriptions of well-known scopes.

use super::Messages;

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
