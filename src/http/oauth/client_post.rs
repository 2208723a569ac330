//! A request that an application sends by itself, and authenticates.

use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts as _, Request};

use crate::domain::activity::Endpoint;
use crate::flows::clients::ClientRequest;
use crate::flows::proofs::SentProof;
use crate::http::Edge;
use crate::http::authorization::authorization;
use crate::http::dpop::sent_proof;
use crate::http::named_client::NamedClient;
use crate::http::reply::{Answer, Refused};
use crate::http::request_body;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;

/// An endpoint that takes such requests.
pub(super) trait ClientEndpoint {
    /// Its name in the application's log.
    const ENDPOINT: Endpoint;
}

macro_rules! client_endpoints {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Endpoint::", stringify!($name), "`].")]
        pub(in crate::http) enum $name {}

        impl ClientEndpoint for $name {
            const ENDPOINT: Endpoint = Endpoint::$name;
        }
    )*};
}

client_endpoints!(Token PushedRequest DeviceAuthorization Introspect Revoke);

/// A readable post to the endpoint `E`. Whether or not it is readable, the application that it names learns of it.
pub(in crate::http) struct ClientPost<E> {
    authorization: Result<Option<String>, Refusal>,
    pub(super) parameters: Parameters,
    address: IpAddr,
    proof: Option<Arc<SentProof>>,
    endpoint: PhantomData<E>,
}

impl<E: ClientEndpoint> FromRequest<Edge> for ClientPost<E> {
    type Rejection = Refused;

    async fn from_request(request: Request, edge: &Edge) -> Answer<Self> {
        let (mut parts, body) = request.into_parts();
        let Ok(named_client) = NamedClient::from_request_parts(&mut parts, edge).await;
        let parameters = request_body::parameters(&parts.headers, body).await;
        let authorization = authorization(&parts.headers);
        named_client.sends(E::ENDPOINT, &authorization, &parameters);
        Ok(Self {
            authorization: authorization.map(|header| header.map(str::to_owned)),
            parameters: parameters?,
            address: named_client.address,
            proof: sent_proof(&parts),
            endpoint: PhantomData,
        })
    }
}

impl<E> ClientPost<E> {
    /// What the flow makes of it.
    pub(super) fn request(&self) -> Result<ClientRequest<'_>, Refusal> {
        let authorization = self.authorization.as_ref().map_err(Clone::clone)?.as_deref();
        let (parameters, proof) = (&self.parameters, self.proof.as_deref());
        Ok(ClientRequest { authorization, parameters, address: self.address, proof })
    }
}
