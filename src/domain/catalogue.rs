//! The scopes and resources that the operator has described.

use std::collections::BTreeMap;

use super::ids::ClientId;
use crate::protocol::claims::{Audience, TokenProfile};
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

/// Which applications may ask tokens for an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceAccess {
    /// Those that have it among their audiences, with the scopes that are theirs.
    Registered,
    /// Every one whose person consents, with the scopes of the API.
    Open,
    /// Every one, with the scopes that are theirs: it is this server's own.
    Own,
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
    /// Which applications may ask for it.
    pub access: ResourceAccess,
    /// The only format of token that it reads, if it is so choosy.
    pub token_format: Option<TokenProfile>,
    /// The application that it is, which may ask about its tokens.
    pub application: Option<ClientId>,
    /// The authorization server whose tokens it takes, where that is another one.
    pub authorization_server: Option<ForeignServer>,
}

/// An authorization server that takes identity assertions of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignServer {
    /// Its issuer.
    pub issuer: String,
    /// What applications are called there, by their client ids here. One that is not named has the same there.
    pub client_ids: BTreeMap<String, String>,
}

impl Resource {
    /// Whether every application may ask for it whose person consents.
    pub fn is_open(&self) -> bool {
        self.access == ResourceAccess::Open
    }
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
        let declared = |one: ResourceId| self.resource(&one).map_or(one, |known| known.identifier.clone());
        resources.into_iter().map(declared).collect()
    }

    /// The resources that an application with these audiences may ask for where a person consents.
    pub fn with_open(&self, audiences: &[ResourceId]) -> Vec<ResourceId> {
        let open = self.open().map(|resource| resource.identifier.clone());
        self.with_own(audiences).into_iter().chain(open).collect()
    }

    /// The resources that a machine with these audiences may ask for.
    pub fn with_own(&self, audiences: &[ResourceId]) -> Vec<ResourceId> {
        let own = self.resources.iter().filter(|resource| resource.access == ResourceAccess::Own);
        audiences.iter().chain(own.map(|resource| &resource.identifier)).cloned().collect()
    }

    /// The same with this server's own API, unless the configuration describes it.
    #[must_use]
    pub fn with_api(mut self, api: Resource) -> Self {
        if self.resources.iter().all(|known| !known.identifier.is_same(&api.identifier)) {
            self.resources.push(api);
        }
        self
    }

    /// The identifiers of those that any application may ask for.
    pub fn for_everybody(&self) -> impl Iterator<Item = &ResourceId> {
        let everybody = self.resources.iter().filter(|resource| resource.access != ResourceAccess::Registered);
        everybody.map(|resource| &resource.identifier)
    }

    /// The scopes that those of these resources bring along that are open.
    pub fn open_scope_of(&self, resources: &[ResourceId]) -> Scope {
        let requested = self.open().filter(|resource| resource.identifier.find_in(resources).is_some());
        requested.fold(Scope::empty(), |scope, resource| scope.union(&resource.scope))
    }

    /// The resource of this identifier, if it is described.
    pub fn resource(&self, identifier: &ResourceId) -> Option<&Resource> {
        self.resources.iter().find(|known| known.identifier.is_same(identifier))
    }

    /// Whether a token with this audience is meant for an application: by its client id, or as one of the resources that
    /// it is.
    pub fn is_for(&self, audience: &Audience, application: &ClientId) -> bool {
        let mut its = self.resources.iter().filter(|resource| resource.application.as_ref() == Some(application));
        audience.contains(application.as_str()) || its.any(|one| audience.contains(one.identifier.as_str()))
    }

    /// The resources whose tokens another authorization server issues.
    pub fn resources_at<'a>(&'a self, issuer: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |one| one.authorization_server.as_ref().is_some_and(|at| at.issuer == issuer))
    }

    /// What an application is called at another authorization server.
    pub fn client_id_at(&self, issuer: &str, client_id: &ClientId) -> String {
        let servers = self.resources_at(issuer).filter_map(|one| one.authorization_server.as_ref());
        let mut names = servers.filter_map(|server| server.client_ids.get(client_id.as_str()));
        names.next().cloned().unwrap_or_else(|| client_id.to_string())
    }

    /// Whether there is an authorization server that takes identity assertions of this one.
    pub fn has_foreign_server(&self) -> bool {
        self.resources.iter().any(|resource| resource.authorization_server.is_some())
    }

    /// Every scope that any application may ask for, because an open resource brings it along.
    pub fn open_scope(&self) -> Scope {
        self.open().fold(Scope::empty(), |scope, resource| scope.union(&resource.scope))
    }

    /// The open resources.
    pub fn open(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|resource| resource.is_open())
    }

    /// The scopes that a token for these resources can carry, or nothing where there is no limit: no
    /// resource was asked for, or one of them takes any scope.
    pub fn scope_of(&self, resources: &[ResourceId]) -> Option<Scope> {
        let mut understood = Scope::empty();
        for requested in resources {
            let known = self.resource(requested)?;
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

    #[test]
    fn a_token_is_for_an_application_by_its_client_id_or_by_the_resource_that_it_is() {
        let orders: ClientId = "orders-api".parse().unwrap();
        let its = Resource { application: Some(orders.clone()), ..resource("https://orders.example", "") };
        let catalogue = Catalogue { resources: vec![its, resource("https://b", "")], ..Catalogue::default() };
        let aud = |texts: &[&str]| Audience::Many(texts.iter().map(ToString::to_string).collect());
        assert!(catalogue.is_for(&aud(&["x", "orders-api"]), &orders));
        assert!(catalogue.is_for(&aud(&["https://b", "https://orders.example"]), &orders));
        for other in [&["https://b"][..], &["orders"], &["https://orders.example/v1"], &[]] {
            assert!(!catalogue.is_for(&aud(other), &orders), "{other:?}");
        }
    }

    fn resource(identifier: &str, scope: &str) -> Resource {
        let (identifier, name) = (identifier.parse().unwrap(), identifier.to_owned());
        let (scope, access) = (scope.parse().unwrap(), ResourceAccess::Registered);
        Resource { identifier, name, scope, access, token_format: None, application: None, authorization_server: None }
    }

    #[test]
    fn every_application_may_ask_for_this_servers_own_api_and_gets_no_scope_by_that() {
        let api = Resource { access: ResourceAccess::Own, ..resource("https://id/api/v1", "gatepost:admin") };
        let catalogue = Catalogue { scopes: Vec::new(), resources: vec![resource("https://a", "x")] };
        let catalogue = catalogue.with_api(api.clone());
        let own = vec![api.identifier.clone()];
        assert_eq!((catalogue.with_own(&[]), catalogue.with_open(&[])), (own.clone(), own.clone()));
        assert_eq!((catalogue.open_scope_of(&own), catalogue.open_scope()), (Scope::empty(), Scope::empty()));
        assert_eq!(catalogue.scope_of(&own).unwrap().to_string(), "gatepost:admin");
        assert_eq!(catalogue.clone().with_api(api), catalogue, "what is described already stays as it is");
    }

    #[test]
    fn an_open_resource_brings_its_scopes_along_and_another_does_not() {
        let open = Resource { access: ResourceAccess::Open, ..resource("https://b", "y z") };
        let catalogue = Catalogue { scopes: Vec::new(), resources: vec![resource("https://a", "x"), open] };
        let ids = |texts: &[&str]| texts.iter().map(|id| id.parse().unwrap()).collect::<Vec<ResourceId>>();
        assert_eq!(catalogue.with_open(&ids(&["https://c"])), ids(&["https://c", "https://b"]));
        assert_eq!(catalogue.open_scope().to_string(), "y z");
        for (asked, scope) in [(&["https://a"][..], ""), (&["https://a", "HTTPS://B/"], "y z"), (&[], "")] {
            assert_eq!(catalogue.open_scope_of(&ids(asked)).to_string(), scope);
        }
    }

    #[test]
    fn an_application_may_have_another_name_at_the_authorization_server_of_an_api() {
        let client_ids = BTreeMap::from([("agent".to_owned(), "f53f191f9311af35".to_owned())]);
        let server = ForeignServer { issuer: "https://chat.example/".to_owned(), client_ids };
        let chat = Resource { authorization_server: Some(server), ..resource("https://api.chat.example", "chat.read") };
        let catalogue = Catalogue { resources: vec![resource("https://a", "x"), chat], ..Catalogue::default() };
        let called = |id: &str| catalogue.client_id_at("https://chat.example/", &id.parse().unwrap());
        assert_eq!((called("agent").as_str(), called("other").as_str()), ("f53f191f9311af35", "other"));
        assert_eq!(catalogue.resources_at("https://chat.example/").count(), 1);
        assert_eq!(catalogue.resources_at("https://chat.example").count(), 0, "to the letter");
        assert!(catalogue.has_foreign_server() && !Catalogue::default().has_foreign_server());
    }

    #[test]
    fn resources_limit_the_scope_to_what_they_understand() {
        let catalogue = Catalogue {
            scopes: Vec::new(),
            resources: vec![resource("https://a", "x y"), resource("https://b", "z"), resource("https://c", "")],
        };
        let of = |requested: &[&str]| {
            let ids: Vec<ResourceId> = requested.iter().map(|id| id.parse().unwrap()).collect();
            catalogue.scope_of(&ids).map(|scope| scope.to_string())
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["https://a"]).as_deref(), Some("x y"));
        assert_eq!(of(&["https://a", "https://b"]).as_deref(), Some("x y z"));
        assert_eq!(of(&["https://a", "https://c"]), None);
        assert_eq!(of(&["https://unknown"]), None);
    }
}
