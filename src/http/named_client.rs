//! The application that a request names: set by its handler, read after the answer.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Edge;
use super::client_address::ClientAddress;
use crate::domain::activity::Endpoint;
use crate::flows::insight::LoggedRequest;
use crate::protocol::client_auth::claimed_client;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// Where a handler sets the application of its request; [`super::observe`] adds it to the request.
#[derive(Clone, Debug, Default)]
pub(super) struct NamedClientSlot(Arc<OnceLock<NamedApplication>>);

#[derive(Debug)]
struct NamedApplication {
    endpoint: Endpoint,
    client_id: String,
    grant: Option<GrantType>,
    address: IpAddr,
}

impl NamedClientSlot {
    /// The request as it is logged, if it named an application.
    pub(super) fn logged<'a>(&'a self, trace_id: &'a str, refusal: Option<&'a Refusal>) -> Option<LoggedRequest<'a>> {
        let NamedApplication { endpoint, client_id, grant, address } = self.0.get()?;
        Some(LoggedRequest { endpoint: *endpoint, client_id, grant: *grant, address: *address, trace_id, refusal })
    }
}

/// A request that may name its application.
#[derive(Clone, Debug)]
pub(super) struct NamedClient {
    slot: NamedClientSlot,
    /// Where it came from.
    pub(super) address: IpAddr,
}

impl FromRequestParts<Edge> for NamedClient {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Self::Rejection> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, edge).await?;
        Ok(Self { slot: parts.extensions.get::<NamedClientSlot>().cloned().unwrap_or_default(), address })
    }
}

impl NamedClient {
    /// Sets the application by its client id. Only the first one counts.
    pub(super) fn names(&self, endpoint: Endpoint, client_id: impl Into<String>) {
        self.set(endpoint, client_id.into(), None);
    }

    /// Sets the application that sends the request itself, as far as it can be read.
    pub(super) fn sends(
        &self,
        endpoint: Endpoint,
        authorization: &Result<Option<&str>, Refusal>,
        parameters: &Result<Parameters, Refusal>,
    ) {
        let authorization = authorization.as_ref().ok().copied().flatten();
        let Some(client_id) = claimed_client(authorization, parameters.as_ref().ok()) else { return };
        let grant = parameters.as_ref().ok().and_then(|read| read.value("grant_type")).map(str::trim_ascii);
        let grant = grant.filter(|_| endpoint == Endpoint::Token).and_then(GrantType::from_name);
        self.set(endpoint, client_id, grant);
    }

    fn set(&self, endpoint: Endpoint, client_id: String, grant: Option<GrantType>) {
        // A later one is about a request that was answered on the way.
        self.slot.0.get_or_init(|| NamedApplication { endpoint, client_id, grant, address: self.address });
    }
}
