//! Who calls one of this server's own APIs: the bearer of an access token, or an application by its secret.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::Edge;
use super::authorization::authorization;
use super::reply::{Challenge, Refused};
use crate::domain::audit::Actor;
use crate::protocol::bearer::{BearerCredentials, credentials};
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Finds out who calls and that they may do what `scope` allows.
pub(super) async fn caller(
    edge: &Edge,
    headers: &HeaderMap,
    address: IpAddr,
    scope: &'static str,
) -> Result<Actor, Refused> {
    let header = authorization(headers)?;
    if let Some(header) = header.filter(|header| is_basic(header)) {
        let credentials = ClientCredentials::from_request(Some(header), &Parameters::default())?;
        return Ok(edge.server.check_client_scope(&credentials, address, scope).await?);
    }
    let bearer = |refusal| Refused::with_challenge(refusal, Challenge::Bearer);
    match credentials(header).map_err(bearer)? {
        BearerCredentials::Token(token) => {
            let (_, actor) = edge.server.check_bearer_scope(token, scope).await.map_err(bearer)?;
            Ok(actor)
        }
        BearerCredentials::Missing => {
            let description = format!("send an access token with the scope '{scope}': Authorization: Bearer <token>");
            let refusal = Refusal::new(ErrorCode::InvalidToken, description);
            Err(Refused::with_challenge(refusal, Challenge::BearerMissing))
        }
    }
}

fn is_basic(header: &str) -> bool {
    header.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}
