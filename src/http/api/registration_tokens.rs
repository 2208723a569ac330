//! `/api/v1/registration-tokens`: the tokens that let applications register themselves (RFC 7591 §1.2).

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{ApiCaller, Created, Creation, Id, May, Object, Once, Operate, Oversee};
use super::paging::Page;
use super::problem::Named as _;
use crate::domain::duration;
use crate::domain::ids::{RegistrationTokenId, Timestamp};
use crate::domain::registration::{self, NewToken};
use crate::http::reply::Answer;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// A token that lets applications register themselves, without the token itself.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationToken {
    /// Its id.
    id: String,
    /// What operators call it.
    name: String,
    /// `good`, `used_up`, `expired` or `revoked`.
    state: &'static str,
    /// The scopes that its applications may have besides those of everybody.
    scopes: Vec<String>,
    /// The grants that its applications may have besides those of everybody.
    grants: Vec<&'static str>,
    /// How many applications it registered.
    uses: i64,
    /// How many applications it registers at most.
    most_uses: Option<i64>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it is good.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it was last used.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

impl RegistrationToken {
    fn of(token: &registration::RegistrationToken, now: Timestamp) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            state: token.state(now).name(),
            scopes: token.scope.iter().map(str::to_owned).collect(),
            grants: token.grants.iter().map(|grant| grant.name()).collect(),
            uses: token.uses,
            most_uses: token.most_uses,
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.to_string(),
            last_used_at: token.last_used_at.map(|at| at.to_string()),
        }
    }
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeRegistrationToken {
    /// The token. It is shown here and never again.
    token: String,
    /// What is kept of it.
    #[serde(flatten)]
    stored: RegistrationToken,
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RegistrationTokenToMake {
    /// What operators call it.
    name: String,
    /// How many applications it registers at most; without it as many as come.
    #[schema(minimum = 1)]
    uses: Option<u32>,
    /// How long it is good, such as `12h`.
    expires: String,
    /// Scopes that its applications may have besides those of everybody.
    scopes: Vec<String>,
    /// Grants that its applications may have besides `authorization_code` and `refresh_token`.
    grants: Vec<String>,
}

impl Default for RegistrationTokenToMake {
    fn default() -> Self {
        let (name, expires) = (String::new(), "1d".to_owned());
        Self { name, uses: None, expires, scopes: Vec::new(), grants: Vec::new() }
    }
}

impl RegistrationTokenToMake {
    fn read(self) -> Answer<NewToken> {
        let wrong = |member: &str, what: String| Refusal::invalid_request(format!("'{member}': {what}")).of(member);
        Ok(NewToken {
            name: self.name,
            uses: self.uses,
            lifetime: duration::parse(&self.expires).map_err(|e| wrong("expires", e.to_string()))?,
            scope: self.scopes.join(" ").parse().map_err(|e| wrong("scopes", format!("{e}")))?,
            grants: self
                .grants
                .iter()
                .map(|name| name.parse::<GrantType>())
                .collect::<Result<_, _>>()
                .map_err(|e| wrong("grants", e))?,
        })
    }
}

/// Lists the tokens, newest first.
#[utoipa::path(get, path = "/registration-tokens", tag = "Registration tokens",
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 200, body = Page<RegistrationToken>)))]
pub(super) async fn list(call: May<Oversee>) -> Answer<Page<RegistrationToken>> {
    let (tokens, now) = (call.edge.registrations().registration_tokens().await?, call.edge.instruments().now());
    Ok(Page::of(tokens.iter().map(|token| RegistrationToken::of(token, now))))
}

/// Makes a token that lets applications register themselves. It is in the answer and nowhere else.
#[utoipa::path(post, path = "/registration-tokens", tag = "Registration tokens",
    request_body = RegistrationTokenToMake, params(Once), security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 201, description = "Made", body = MadeRegistrationToken)))]
pub(super) async fn create(
    call: May<Operate>,
    Creation(Object(new), once): Creation<Object<RegistrationTokenToMake>>,
) -> Answer<Created> {
    let new = new.read()?;
    let making = |call: ApiCaller| async move {
        let made = call.edge.registrations().registration_token_create(new, &call.actor()).await?;
        let stored = RegistrationToken::of(&made.stored, call.edge.instruments().now());
        Ok(Created::new(&MadeRegistrationToken { token: made.token.expose().to_owned(), stored }))
    };
    once.make(&call, making).await
}

/// Revokes a token. What it registered stays.
#[utoipa::path(delete, path = "/registration-tokens/{registration_token_id}", tag = "Registration tokens",
    security(("bearer" = ["gatepost:admin"]), ("session" = [])),
    responses((status = 204, description = "Revoked")))]
pub(super) async fn revoke(call: May<Operate>, Id(id): Id<RegistrationTokenId>) -> Answer<StatusCode> {
    call.edge.registrations().registration_token_revoke(id, &call.actor()).await?;
    Ok(StatusCode::NO_CONTENT)
}
