//! `/api/v1/scopes` and `/api/v1/resources`: the catalogue of the configuration.

use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{May, ReadApplications};
use super::paging::Page;
use crate::domain::catalogue;
use crate::http::reply::Answer;
use crate::protocol::claims::TokenProfile;

/// A scope with its description.
#[derive(Serialize, ToSchema)]
pub(super) struct NamedScope {
    /// The scope.
    name: String,
    /// What it lets an application do.
    description: String,
}

impl From<catalogue::NamedScope> for NamedScope {
    fn from(scope: catalogue::NamedScope) -> Self {
        Self { name: scope.name, description: scope.description }
    }
}

/// An API that accepts this server's tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct Resource {
    /// What its tokens carry as `aud`.
    identifier: String,
    /// The name that people see.
    name: String,
    /// The scopes it understands; none means any.
    scopes: Vec<String>,
    /// Whether every application may ask for it whose person consents, with its scopes.
    open: bool,
    /// The only format of token that it reads, if it is so choosy: `rfc9068` or `plain`.
    token_format: Option<&'static str>,
    /// The client id of the application that it is.
    application: Option<String>,
    /// The issuer of the authorization server whose tokens it takes, where that is another one.
    issuer: Option<String>,
}

impl From<catalogue::Resource> for Resource {
    fn from(resource: catalogue::Resource) -> Self {
        Self {
            identifier: resource.identifier.to_string(),
            open: resource.is_open(),
            token_format: resource.token_format.map(TokenProfile::name),
            application: resource.application.map(|client_id| client_id.to_string()),
            issuer: resource.authorization_server.map(|server| server.issuer),
            name: resource.name,
            scopes: resource.scope.iter().map(str::to_owned).collect(),
        }
    }
}

/// Lists the scopes that the configuration describes.
#[utoipa::path(get, path = "/scopes", tag = "Scopes and resources",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<NamedScope>)))]
pub(super) async fn scopes(call: May<ReadApplications>) -> Answer<Page<NamedScope>> {
    Ok(Page::of(call.edge.application_cache().named_catalogue().await?.scopes))
}

/// Lists the APIs that the configuration names.
#[utoipa::path(get, path = "/resources", tag = "Scopes and resources",
    security(("bearer" = ["applications:read"]), ("session" = [])), responses((status = 200, body = Page<Resource>)))]
pub(super) async fn resources(call: May<ReadApplications>) -> Answer<Page<Resource>> {
    Ok(Page::of(call.edge.application_cache().named_catalogue().await?.resources))
}
