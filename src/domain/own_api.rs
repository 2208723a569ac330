//! This server's own API, as one of the resources that tokens are for.

use super::catalogue::{Resource, ResourceAccess};
use crate::protocol::resource::{ResourceId, ResourceIdError};
use crate::protocol::scope::Scope;

/// Where it is, below the issuer.
pub const PATH: &str = "/api/v1";

/// What people call it.
pub const NAME: &str = "Gatepost management API";

/// The scopes that it understands. None of them comes with asking for the API: an application must be registered for it.
pub const SCOPES: [&str; 10] = [
    "gatepost:admin",
    "applications:read",
    "applications:write",
    "users:read",
    "users:write",
    "groups:read",
    "groups:write",
    "keys:read",
    "keys:write",
    "audit:read",
];

/// Its identifier, where the issuer is at this address.
pub fn identifier(issuer: &str) -> Result<ResourceId, ResourceIdError> {
    format!("{issuer}{PATH}").parse()
}

/// The API as a resource, which every application may ask tokens for.
pub fn resource(identifier: ResourceId) -> Resource {
    Resource {
        identifier,
        name: NAME.to_owned(),
        scope: Scope::of(SCOPES.into_iter()),
        access: ResourceAccess::Own,
        token_format: None,
        application: None,
        authorization_server: None,
    }
}
