//! The scopes and resources that the operator has described.

use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;

/// A scope with its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedScope {
    /// The scope token.
    pub name: String,
    /// What it lets an application do: a sentence on the consent page.
    pub description: String,
}

/// An API that accepts this server's tokens (RFC 8707).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What its tokens carry as `aud`.
    pub identifier: ResourceId,
    /// The name that people see.
    pub name: String,
    /// The scopes it understands; empty means any.
    pub scope: Scope,
}

/// All described scopes and resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// The named scopes.
    pub scopes: Vec<NamedScope>,
    /// The resources.
    pub resources: Vec<Resource>,
}

impl Catalogue {
    /// Every scope that has a meaning here.
    pub fn scope(&self) -> Scope {
        let understood = self.resources.iter().flat_map(|resource| resource.scope.iter());
        Scope::of(self.scopes.iter().map(|scope| scope.name.as_str()).chain(understood))
    }

    /// The same resources as they are declared here: an API compares `aud` with its own spelling.
    pub fn as_declared(&self, resources: Vec<ResourceId>) -> Vec<ResourceId> {
        let declared = |one: &ResourceId| self.resources.iter().find(|known| known.identifier.is_same(one));
        resources.into_iter().map(|one| declared(&one).map_or(one, |known| known.identifier.clone())).collect()
    }

    /// The scopes that a token for these resources can carry, or nothing where there is no limit: no
    /// resource was asked for, or one of them takes any scope.
    pub fn scope_of(&self, resources: &[ResourceId]) -> Option<Scope> {
        let mut understood = Scope::empty();
        for asked in resources {
            let known = self.resources.iter().find(|known| known.identifier.is_same(asked))?;
            if known.scope.is_empty() {
                return None;
            }
            understood = understood.union(&known.scope);
        }
        (!resources.is_empty()).then_some(understood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(identifier: &str, scope: &str) -> Resource {
        Resource { identifier: identifier.parse().unwrap(), name: identifier.to_owned(), scope: scope.parse().unwrap() }
    }

    #[test]
    fn resources_limit_the_scope_to_what_they_understand() {
        let catalogue = Catalogue {
            scopes: Vec::new(),
            resources: vec![resource("https://a", "x y"), resource("https://b", "z"), resource("https://c", "")],
        };
        let of = |asked: &[&str]| {
            let ids: Vec<ResourceId> = asked.iter().map(|id| id.parse().unwrap()).collect();
            catalogue.scope_of(&ids).map(|scope| scope.to_string())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["https://a"]).as_deref(), Some("x y"));
        assert_eq!(of(&["https://a", "https://b"]).as_deref(), Some("x y z"));
        assert_eq!(of(&["https://a", "https://c"]), None);
        assert_eq!(of(&["https://unknown"]), None);
    }
}
