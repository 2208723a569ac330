//! `/api/v1/users`: people's accounts.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::api_request::{ApiRequest, Named};
use super::once::{Created, once};
use super::paging::{Limit, Page, place, searched};
use super::precondition::{TRIES, check, is_conditional, tag_of_user, tagged, too_many_at_once};
use super::problem::Named as _;
use super::registration::Change;
use crate::domain::ids::Timestamp;
use crate::domain::listing::{UserFilter, UserStates};
use crate::domain::user::{self, EmailAddress, Profile, UserState};
use crate::flows::access::Need;
use crate::flows::manage_user::{Admin, ManageUserError, NewUser};
use crate::http::reply::{Refused, json_no_store};
use crate::protocol::refusal::Refusal;

/// Somebody's account.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    /// Its public name, in tokens too.
    sub: String,
    /// Its address; none once deleted.
    email: Option<String>,
    /// Whether somebody has proven that the address is theirs.
    email_verified: bool,
    /// What it is called.
    name: Option<String>,
    /// The language of its mails, such as `de`.
    locale: Option<String>,
    /// Whether it runs this server.
    admin: bool,
    /// `active`, `disabled` or `deleted`.
    state: &'static str,
    /// Since when it is disabled or deleted.
    #[schema(format = DateTime)]
    state_since: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When somebody last signed in.
    #[schema(format = DateTime)]
    last_sign_in_at: Option<String>,
}

impl From<user::User> for User {
    fn from(user: user::User) -> Self {
        Self {
            sub: user.sub,
            email: user.email.as_ref().map(EmailAddress::to_string),
            email_verified: user.email_verified_at.is_some(),
            name: user.name,
            locale: user.locale,
            admin: user.admin,
            state: user.state.name(),
            state_since: match user.state {
                UserState::Active => None,
                UserState::Disabled { at } | UserState::Deleted { at } => Some(at.to_string()),
            },
            created_at: user.created_at.to_string(),
            last_sign_in_at: user.last_sign_in_at.map(|at: Timestamp| at.to_string()),
        }
    }
}

/// Where an account is in its life.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AccountState {
    /// Its owner can sign in.
    Active,
    /// Nobody can sign in.
    Disabled,
    /// It is gone.
    Deleted,
}

impl From<AccountState> for UserStates {
    fn from(state: AccountState) -> Self {
        match state {
            AccountState::Active => Self::Active,
            AccountState::Disabled => Self::Disabled,
            AccountState::Deleted => Self::Deleted,
        }
    }
}

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UserQuery {
    /// Only those with this in their name or address.
    #[param(min_length = 1, max_length = 254)]
    q: Option<String>,
    /// Only those in this state; without it all but deleted ones.
    #[param(inline)]
    state: Option<AccountState>,
    /// How many accounts a page has.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// Its address.
    #[schema(example = "john.smith@example.com")]
    email: String,
    /// What it is called.
    name: Option<String>,
    /// The language of its mails and pages, such as `de`.
    locale: Option<String>,
    /// Whether it is to run this server; only operators can say so.
    admin: Option<bool>,
}

/// What is to change of an account (RFC 7396): what is left out stays, `null` takes away.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountChange {
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Change<String>,
    /// The language of its mails and pages, such as `de`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    locale: Change<String>,
    /// Whether it runs this server; only operators can say so.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    admin: Change<bool>,
}

/// Lists accounts, newest first.
#[utoipa::path(get, path = "/users", tag = "Accounts", params(UserQuery),
    security(("bearer" = ["users:read"]), ("session" = [])),
    responses((status = 200, body = Page<User>)))]
pub(super) async fn list(asked: ApiRequest) -> Result<Response, Refused> {
    asked.reach(Need::ReadUsers)?;
    let query: UserQuery = asked.query()?;
    let before: Option<String> = place(query.cursor.as_deref())?;
    let filter = UserFilter { search: searched(query.q.as_deref())?, state: query.state.map(Into::into) };
    let rows = asked.edge.server.users_page(&asked.caller, &filter, before.as_deref(), query.limit.rows()).await?;
    let page: Page<User> = query.limit.page(rows, |user| user.id.to_string());
    Ok(json_no_store(&page))
}

/// Makes an account. Its owner can sign in at once, by a mail to that address.
#[utoipa::path(post, path = "/users", tag = "Accounts", request_body = NewAccount,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, the request makes nothing and gets the same answer")),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = User, headers(("Location" = String), ("ETag" = String)))))]
pub(super) async fn create(asked: ApiRequest, body: Body) -> Result<Response, Refused> {
    asked.reach(Need::WriteUsers)?;
    let body = asked.bytes(body).await?;
    let new: NewAccount = asked.object(&body)?;
    if new.admin == Some(true) {
        asked.reach(Need::Operate)?;
    }
    // What was sent is not repeated: addresses stay out of the log, and this one may be anything.
    let email =
        new.email.parse().map_err(|e| Refusal::invalid_request(format!("the value of 'email' is {e}")).of("email"))?;
    let admin = if new.admin == Some(true) { Admin::Yes } else { Admin::No };
    let new = NewUser { email, name: new.name, locale: new.locale, admin };
    let (server, actor) = (asked.edge.server.clone(), asked.caller.actor());
    let making = async move {
        let user = server.user_create(new, &actor).await.map_err(refused)?;
        let location = server.config.server.issuer.url_of(&format!("/api/v1/users/{}", user.sub));
        let tag = tag_of_user(&user);
        Ok(Created::new(&User::from(user)).at(location).tagged(tag))
    };
    once(&asked, &body, Box::pin(making)).await
}

/// Shows an account.
#[utoipa::path(get, path = "/users/{sub}", tag = "Accounts", params(("sub" = String, Path, description = "The account")),
    security(("bearer" = ["users:read"]), ("session" = [])),
    responses((status = 200, body = User, headers(("ETag" = String)))))]
pub(super) async fn show(asked: ApiRequest, Named(sub): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::ReadUsers)?;
    let user = asked.edge.server.user_for(&asked.caller, &sub, Need::ReadUsers).await?;
    Ok(shown(user))
}

/// Changes what is known of an account.
#[utoipa::path(patch, path = "/users/{sub}", tag = "Accounts", request_body = AccountChange,
    params(("sub" = String, Path, description = "The account"),
        ("If-Match" = Option<String>, Header, description = "Change it only if this is still its ETag")),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = User, headers(("ETag" = String)))))]
pub(super) async fn change(asked: ApiRequest, Named(sub): Named<String>, body: Body) -> Result<Response, Refused> {
    asked.reach(Need::WriteUsers)?;
    let server = &asked.edge.server;
    server.user_for(&asked.caller, &sub, Need::WriteUsers).await?;
    let change: AccountChange = asked.object(&asked.bytes(body).await?)?;
    if change.admin.is_said() {
        asked.reach(Need::Operate)?;
    }
    for _ in 0..TRIES {
        let known = server.user_for(&asked.caller, &sub, Need::WriteUsers).await?;
        check(&asked.headers, &tag_of_user(&known))?;
        let change = change.clone();
        let profile = Profile {
            name: change.name.over(known.name.clone()),
            locale: change.locale.over(known.locale.clone()),
            admin: change.admin.over(Some(known.admin)).unwrap_or_default(),
        };
        match server.user_change(&known, profile, &asked.caller.actor()).await {
            Err(ManageUserError::Changed) if !is_conditional(&asked.headers) => {}
            changed => return Ok(shown(changed.map_err(refused)?)),
        }
    }
    Err(too_many_at_once())
}

/// Deletes an account for good. Its address is free again, its `sub` is never issued again.
#[utoipa::path(delete, path = "/users/{sub}", tag = "Accounts",
    params(("sub" = String, Path, description = "The account"),
        ("If-Match" = Option<String>, Header, description = "Delete it only if this is still its ETag")),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(asked: ApiRequest, Named(sub): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::WriteUsers)?;
    let user = asked.edge.server.user_for(&asked.caller, &sub, Need::WriteUsers).await?;
    check(&asked.headers, &tag_of_user(&user))?;
    let seen = is_conditional(&asked.headers).then_some(&user);
    asked.edge.server.user_delete_seen(user.id, seen, &asked.caller.actor()).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Disables an account: nobody can sign in, and all that it has granted has ended.
#[utoipa::path(post, path = "/users/{sub}/disable", tag = "Accounts", params(("sub" = String, Path, description = "The account")),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = User, headers(("ETag" = String)))))]
pub(super) async fn disable(asked: ApiRequest, Named(sub): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::WriteUsers)?;
    let user = asked.edge.server.user_for(&asked.caller, &sub, Need::WriteUsers).await?;
    let user = asked.edge.server.user_disable(user.id, &asked.caller.actor()).await.map_err(refused)?;
    Ok(shown(user))
}

/// Enables an account again. What ended with it stays ended; its owner signs in anew.
#[utoipa::path(post, path = "/users/{sub}/enable", tag = "Accounts", params(("sub" = String, Path, description = "The account")),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = User, headers(("ETag" = String)))))]
pub(super) async fn enable(asked: ApiRequest, Named(sub): Named<String>) -> Result<Response, Refused> {
    asked.reach(Need::WriteUsers)?;
    let user = asked.edge.server.user_for(&asked.caller, &sub, Need::WriteUsers).await?;
    let user = asked.edge.server.user_enable(user.id, &asked.caller.actor()).await.map_err(refused)?;
    Ok(shown(user))
}

fn shown(user: user::User) -> Response {
    let tag = tag_of_user(&user);
    tagged(json_no_store(&User::from(user)), &tag)
}

fn refused(error: ManageUserError) -> Refused {
    let field = match &error {
        ManageUserError::Profile(user::ProfileError::Name) => Some("name"),
        ManageUserError::Profile(user::ProfileError::Locale) => Some("locale"),
        ManageUserError::Taken => Some("email"),
        _ => None,
    };
    let refusal = Refusal::from(error);
    match field {
        Some(field) => refusal.of(field),
        None => refusal.into(),
    }
}
