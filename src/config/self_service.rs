//! `[self_service]`: what developers may do alone in the portal. The rest waits for an operator.

use std::time::Duration;

use super::reader::SectionReader;
use super::tokens::LONGEST_TOKEN;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// The section `[self_service]`.
#[derive(Clone, Debug)]
pub struct SelfService {
    /// How many applications one account may own.
    pub applications_per_owner: u32,
    /// The scopes that a developer may choose.
    pub scopes: Scope,
    /// The grants that a developer may choose.
    pub grants: Vec<GrantType>,
    /// The audiences that a developer may choose.
    pub audiences: Vec<ResourceId>,
    /// The longest life of access tokens that a developer may choose.
    pub longest_token_ttl: Duration,
}

/// A scope that the first examples ask for. It sounds like power, so that only who tries the server out has it
/// for the choosing.
const DEMO_SCOPE: &str = "admin";

impl SelfService {
    /// Lets developers choose the scope of the first examples.
    pub(super) fn add_demo_scope(&mut self) {
        self.scopes = std::mem::take(&mut self.scopes).union(&Scope::of([DEMO_SCOPE].into_iter()));
    }

    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let names: Vec<String> =
            section.setting("scopes", r#"["openid", "profile", "email", "offline_access", "passwordless", "user"]"#);
        let scopes = names.join(" ").parse().unwrap_or_else(|e| {
            section.refuse("scopes", format!("expected scopes, each without spaces: {e}"));
            Scope::empty()
        });
        Self {
            applications_per_owner: section.setting_within("applications_per_owner", "100", &(0..=1_000_000)),
            scopes,
            grants: grants(section),
            audiences: audiences(section),
            longest_token_ttl: section.setting_within(
                "longest_token_ttl",
                "24h",
                &(Duration::from_secs(1)..=LONGEST_TOKEN),
            ),
        }
    }
}

/// All grants unless the key is set, but the one in which nobody is asked.
fn grants(section: &mut SectionReader<'_>) -> Vec<GrantType> {
    let Some(names) = section.optional::<Vec<String>>("grants") else {
        return GrantType::ALL.into_iter().filter(|grant| *grant != GrantType::JwtBearer).collect();
    };
    let mut grants = Vec::new();
    for name in names {
        if let Some(grant) = GrantType::from_name(&name) {
            grants.push(grant);
        } else {
            let known = GrantType::ALL.map(GrantType::name).join(", ");
            section.refuse("grants", format!("expected grants of {known}, found '{name}'"));
        }
    }
    grants
}

fn audiences(section: &mut SectionReader<'_>) -> Vec<ResourceId> {
    let mut audiences = Vec::new();
    for name in section.setting::<Vec<String>>("audiences", "[]") {
        match name.parse() {
            Ok(audience) => audiences.push(audience),
            Err(e) => section.refuse("audiences", format!("'{name}': {e}")),
        }
    }
    audiences
}
