//! Who may have accounts made by `POST /users`: the bearer of an access token, or an application by its secret.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Edge;
use super::authorization::{authorization, bearer, missing_token, presented_token};
use super::client_address::ClientAddress;
use super::reply::Refused;
use crate::domain::audit::Actor;
use crate::flows::access::Need;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::parameters::Parameters;

/// What a caller must be allowed.
const SCOPE: &str = "users:write";

/// A caller who may make accounts.
pub(super) struct AccountMaker(pub(super) Actor);

impl FromRequestParts<Edge> for AccountMaker {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Refused> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, edge).await;
        let header = authorization(&parts.headers)?;
        if let Some(header) = header.filter(|header| is_basic(header)) {
            let credentials = ClientCredentials::from_request(Some(header), &Parameters::default())?;
            return Ok(Self(edge.clients().check_client_scope(&credentials, address, SCOPE).await?));
        }
        let token = presented_token(parts)?.ok_or_else(|| {
            missing_token(format!("send an access token with the scope '{SCOPE}': Authorization: Bearer <token>"))
        })?;
        let caller = edge.token_status().check_bearer_caller(&token).await.map_err(bearer)?;
        caller.reach(Need::WriteUsers).map_err(bearer)?;
        Ok(Self(caller.actor()))
    }
}

fn is_basic(header: &str) -> bool {
    header.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}
