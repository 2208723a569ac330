//! What the scopes that everybody knows let an application do.

use super::{Around, Messages};

/// A sentence for each scope of OpenID Connect (Core §5.4, §11), and one for any other.
#[derive(Debug)]
pub(in crate::http) struct ScopeMessages {
    pub(in crate::http) openid: &'static str,
    pub(in crate::http) profile: &'static str,
    pub(in crate::http) email: &'static str,
    pub(in crate::http) offline_access: &'static str,
    pub(in crate::http) other: Around,
}

impl Messages {
    /// The sentence for a scope: what the operator wrote about it, else ours.
    pub(in crate::http) fn scope(&self, name: &str, description: Option<&str>) -> String {
        let ours = match name {
            "openid" => Some(self.scopes.openid),
            "profile" => Some(self.scopes.profile),
            "email" => Some(self.scopes.email),
            "offline_access" => Some(self.scopes.offline_access),
            _ => None,
        };
        description.or(ours).map_or_else(|| self.scopes.other.with(name), str::to_owned)
    }
}
