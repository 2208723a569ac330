//! `POST /users`: creates an account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{AppendHeaders, IntoResponse};
use serde::{Deserialize, Serialize};

use super::Edge;
use super::account_maker::AccountMaker;
use super::json_body::JsonObject;
use super::reply::{Answer, Unkept};
use crate::domain::user::{EmailAddress, User};
use crate::flows::people::{Admin, NewUser};
use crate::protocol::refusal::Refusal;

/// The body. `username` is another word for `email`. No member makes an operator.
#[derive(Deserialize)]
pub(super) struct NewAccount {
    email: Option<String>,
    username: Option<String>,
    name: Option<String>,
    locale: Option<String>,
}

/// An account as the caller sees it.
#[derive(Serialize)]
struct Account {
    sub: String,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    locale: Option<String>,
    created_at: String,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            sub: user.sub,
            email: user.email.as_ref().map(EmailAddress::to_string),
            email_verified: user.email_verified_at.is_some(),
            name: user.name,
            locale: user.locale,
            created_at: user.created_at.to_string(),
        }
    }
}

/// Creates an account. The caller is authenticated first, so that errors in the body reveal nothing to an
/// unauthenticated client.
pub(super) async fn create(
    State(edge): State<Edge>,
    AccountMaker(actor): AccountMaker,
    JsonObject(new): JsonObject<NewAccount>,
) -> Answer<impl IntoResponse> {
    let email = address_of(new.email.as_deref(), new.username.as_deref())?;
    let new = NewUser { email, name: new.name, locale: new.locale, admin: Admin::No };
    let user = edge.people().user_create(new, &actor).await?;
    let location = edge.config().server.issuer.url_of(&format!("/api/v1/users/{}", user.sub));
    Ok((StatusCode::CREATED, AppendHeaders([(LOCATION, location)]), Unkept(Account::from(user))))
}

fn address_of(email: Option<&str>, username: Option<&str>) -> Result<EmailAddress, Refusal> {
    let written = match (email, username) {
        (Some(email), Some(username)) if email != username => {
            return Err(Refusal::invalid_request("email and username name two different addresses; send one of them"));
        }
        (Some(written), _) | (None, Some(written)) => written,
        (None, None) => return Err(Refusal::invalid_request("the member 'email' is missing")),
    };
    let member = if email.is_some() { "email" } else { "username" };
    // The value is not quoted: addresses must not be logged.
    written.parse().map_err(|e| Refusal::invalid_request(format!("the value of '{member}' is {e}")))
}
