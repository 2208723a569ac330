//! Who calls one of this server's own APIs: the bearer of an access token, or an application by its secret.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::Edge;
use super::authorization::authorization;
use super::reply::{Challenge, Refused};
use crate::domain::audit::Actor;
use crate::flows::access::Need;
use crate::protocol::bearer::{BearerCredentials, credentials};
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Finds out who calls and that they may do what is `needed`, for which `scope` is the narrowest.
pub(super) async fn caller(
    edge: &Edge,
    headers: &HeaderMap,
    address: IpAddr,
    (needed, scope): (Need, &'static str),
) -> Result<Actor, Refused> {
    let header = authorization(headers)?;
    if let Some(header) = header.filter(|header| is_basic(header)) {
        let credentials = ClientCredentials::from_request(Some(header), &Parameters::default())?;
        return Ok(edge.server.check_client_scope(&credentials, address, scope).await?);
    }
    let bearer = |refusal| Refused::with_challenge(refusal, Challenge::Bearer);
    match credentials(header).map_err(bearer)? {
        BearerCredentials::Token(token) => {
            let caller = edge.server.check_bearer_caller(token).await.map_err(bearer)?;
            caller.reach(needed).map_err(bearer)?;
            Ok(caller.actor())
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
