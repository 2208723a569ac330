//! `/api/v1/me`: who the caller is to this API.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{Asked, Proof};
use crate::domain::user::EmailAddress;
use crate::flows::access::{Caller, Need};
use crate::http::reply::{Refused, json_no_store};

/// The caller.
#[derive(Serialize, ToSchema)]
struct Me {
    /// `token` or `session`.
    authenticated_by: &'static str,
    /// The account that asks, or that the token speaks for.
    sub: Option<String>,
    /// Its address.
    email: Option<String>,
    /// What it is called.
    name: Option<String>,
    /// Whether it runs this server.
    admin: bool,
    /// The application that the token was issued to.
    client_id: Option<String>,
    /// The scope of the token.
    scope: Option<String>,
    /// What it may do here, each by the narrowest scope that allows it.
    may: Vec<&'static str>,
}

/// Tells who asks and what they may do.
#[utoipa::path(get, path = "/me", tag = "Caller", responses((status = 200, body = Me)))]
pub(super) async fn show(asked: Asked) -> Result<Response, Refused> {
    let user = asked.caller.user();
    let (client_id, scope) = match &asked.caller {
        Caller::Person(_) => (None, None),
        Caller::Token { client_id, scope, .. } => (Some(client_id.to_string()), Some(scope.to_string())),
    };
    let may = Need::ALL.into_iter().filter(|need| asked.caller.reach(*need).is_ok());
    Ok(json_no_store(&Me {
        authenticated_by: match asked.proof {
            Proof::Token => "token",
            Proof::Session => "session",
        },
        sub: user.map(|user| user.sub.clone()),
        email: user.and_then(|user| user.email.as_ref()).map(EmailAddress::to_string),
        name: user.and_then(|user| user.name.clone()),
        admin: user.is_some_and(|user| user.admin),
        client_id,
        scope,
        may: may.map(narrowest).collect(),
    }))
}

fn narrowest(need: Need) -> &'static str {
    need.scopes().first().copied().unwrap_or(crate::flows::access::ADMIN_SCOPE)
}
