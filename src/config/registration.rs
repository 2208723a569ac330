//! `[registration]`: applications that register themselves.

use super::reader::SectionReader;
use crate::protocol::named::named;
use crate::protocol::scope::Scope;

named! {
    /// Whether applications may register themselves (RFC 7591).
    pub enum DynamicRegistration {
        /// None may.
        Off = "off",
        /// Those with an initial access token, which operators hand out.
        Token = "token",
        /// Everybody.
        Open = "open",
    }
}

/// The section `[registration]`.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Whether applications may register themselves.
    pub dynamic: DynamicRegistration,
    /// The scopes that such an application may have.
    pub scopes: Scope,
}

impl Registration {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let names: Vec<String> = section.setting("scopes", r#"["openid", "profile", "email", "offline_access"]"#);
        let scopes = names.join(" ").parse().unwrap_or_else(|e| {
            section.refuse("scopes", format!("expected scopes, each without spaces: {e}"));
            Scope::empty()
        });
        Self { dynamic: section.setting("dynamic", "off"), scopes }
    }
}
