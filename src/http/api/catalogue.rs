//! `/api/v1/scopes` and `/api/v1/resources`: what the configuration gives a name to.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::api_request::ApiRequest;
use super::paging::Page;
use crate::flows::access::Need;
use crate::http::reply::{Refused, json_no_store};

/// A scope with words for people.
#[derive(Serialize, ToSchema)]
struct NamedScope {
    /// The scope.
    name: String,
    /// What it lets an application do.
    description: String,
}

/// An API that accepts this server's tokens.
#[derive(Serialize, ToSchema)]
struct Resource {
    /// What its tokens carry as `aud`.
    identifier: String,
    /// For people.
    name: String,
    /// The scopes it understands; none means any.
    scopes: Vec<String>,
}

/// Lists the scopes that the configuration describes.
#[utoipa::path(get, path = "/scopes", tag = "Scopes and resources",
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<NamedScope>)))]
pub(super) async fn scopes(asked: ApiRequest) -> Result<Response, Refused> {
    asked.reach(Need::ReadApplications)?;
    let catalogue = asked.edge.server.named_catalogue().await?;
    let named =
        |scope: crate::domain::catalogue::NamedScope| NamedScope { name: scope.name, description: scope.description };
    Ok(json_no_store(&Page::whole(catalogue.scopes.into_iter().map(named).collect())))
}

/// Lists the APIs that the configuration names.
#[utoipa::path(get, path = "/resources", tag = "Scopes and resources",
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<Resource>)))]
pub(super) async fn resources(asked: ApiRequest) -> Result<Response, Refused> {
    asked.reach(Need::ReadApplications)?;
    let catalogue = asked.edge.server.named_catalogue().await?;
    let named = |resource: crate::domain::catalogue::Resource| Resource {
        identifier: resource.identifier.to_string(),
        name: resource.name,
        scopes: resource.scope.iter().map(str::to_owned).collect(),
    };
    Ok(json_no_store(&Page::whole(catalogue.resources.into_iter().map(named).collect())))
}
