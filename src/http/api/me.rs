//! `/api/v1/me`: the caller, as this API sees them.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{ApiCaller, Proof};
use crate::domain::approval::is_management;
use crate::domain::user::{EmailAddress, User};
use crate::flows::access::{ADMIN_SCOPE, Caller, Need};
use crate::http::reply::Unkept;

/// The caller.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// `token` or `session`.
    authenticated_by: &'static str,
    /// The account of the session, or that the token was issued for.
    sub: Option<String>,
    /// Its address, if the token may see it.
    email: Option<String>,
    /// What it is called, if the token may see it.
    name: Option<String>,
    /// Whether it is an operator, if the token has an operator's scope.
    admin: bool,
    /// The application that the token was issued to.
    client_id: Option<String>,
    /// The scope of the token.
    scope: Option<String>,
    /// What the caller may do here, each by the narrowest scope that allows it.
    may: BTreeSet<&'static str>,
}

/// Shows the caller and what they may do.
#[utoipa::path(get, path = "/me", tag = "Caller", responses((status = 200, body = Me)))]
pub(super) async fn show(call: ApiCaller) -> Unkept<Me> {
    Unkept(Me::of(&call))
}

impl Me {
    fn of(call: &ApiCaller) -> Self {
        let user = call.caller.user();
        let (client_id, scope) = match &call.caller {
            Caller::Person(..) => (None, None),
            Caller::Token { client_id, scope, .. } => (Some(client_id.to_string()), Some(scope.to_string())),
        };
        // Personal data is shown only if the token's scope allows it.
        let sees = |scope: &str| match &call.caller {
            Caller::Person(..) => true,
            Caller::Token { scope: granted, .. } => granted.contains(scope) || granted.iter().any(is_management),
        };
        let operates = |user: &User| user.admin && sees(ADMIN_SCOPE);
        let may = Need::ALL.into_iter().filter(|need| call.caller.reach(*need).is_ok());
        Self {
            authenticated_by: match call.proof {
                Proof::Token => "token",
                Proof::Session => "session",
            },
            sub: user.map(|user| user.sub.clone()),
            email: user.filter(|_| sees("email")).and_then(|user| user.email.as_ref()).map(EmailAddress::to_string),
            name: user.filter(|_| sees("profile")).and_then(|user| user.name.clone()),
            admin: user.is_some_and(operates),
            client_id,
            scope,
            may: may.map(narrowest).collect(),
        }
    }
}

fn narrowest(need: Need) -> &'static str {
    need.scopes().first().copied().unwrap_or(ADMIN_SCOPE)
}
