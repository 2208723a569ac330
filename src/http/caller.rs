//! The caller of one of this server's own APIs: the bearer of an access token, or an application with its secret.

use std::net::IpAddr;

use axum::http::HeaderMap;

use super::Edge;
use super::authorization::{authorization, bearer, bearer_token, missing_token};
use super::reply::Refused;
use crate::domain::audit::Actor;
use crate::flows::access::Need;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::parameters::Parameters;

/// Authenticates the caller and checks that they may do what is `needed`, for which `scope` is the narrowest.
pub(super) async fn caller(
    edge: &Edge,
    headers: &HeaderMap,
    address: IpAddr,
    (needed, scope): (Need, &'static str),
) -> Result<Actor, Refused> {
    let header = authorization(headers)?;
    if let Some(header) = header.filter(|header| is_basic(header)) {
        let credentials = ClientCredentials::from_request(Some(header), &Parameters::default())?;
        return Ok(edge.clients().check_client_scope(&credentials, address, scope).await?);
    }
    let token = bearer_token(headers)?.ok_or_else(|| {
        missing_token(format!("send an access token with the scope '{scope}': Authorization: Bearer <token>"))
    })?;
    let caller = edge.token_status().check_bearer_caller(token).await.map_err(bearer)?;
    caller.reach(needed).map_err(bearer)?;
    Ok(caller.actor())
}

fn is_basic(header: &str) -> bool {
    header.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}
