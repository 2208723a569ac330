//! `/api/v1/users`: people's accounts.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::extract::{
    Account, ApiCaller, Created, Creation, IfMatch, May, Object, Once, Query, ReadUsers, Tagged, Versioned as _,
    WriteUsers,
};
use super::merge_patch::Change;
use super::paging::{Limit, Page, place, searched};
use super::problem::{Named as _, email_address};
use crate::domain::attribute::Attributes;
use crate::domain::ids::Timestamp;
use crate::domain::listing::{UserFilter, UserStates};
use crate::domain::user::{self, EmailAddress, Profile, UserState};
use crate::flows::access::Need;
use crate::flows::people::{Admin, ManageUserError, NewUser};
use crate::http::reply::{Answer, Refused};
use crate::protocol::refusal::Refusal;

/// An account of a person.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    /// The subject identifier, as in tokens.
    sub: String,
    /// Its address; none once deleted.
    email: Option<String>,
    /// Whether the address was proven.
    email_verified: bool,
    /// The person's name.
    name: Option<String>,
    /// The language of its mails, such as `de`.
    locale: Option<String>,
    /// What else the person is described by, by the names of the attributes that the configuration declares.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// Whether it is an operator.
    admin: bool,
    /// `active`, `disabled` or `deleted`.
    state: &'static str,
    /// Since when it is disabled or deleted.
    #[schema(format = DateTime)]
    state_since: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the person last signed in.
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
            attributes: user.attributes.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
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

/// The state of an account.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AccountState {
    /// The person can sign in.
    Active,
    /// The person cannot sign in.
    Disabled,
    /// It is deleted.
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

/// The filter of a list of accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UserQuery {
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
pub(super) struct NewAccount {
    /// Its address.
    #[schema(example = "john.smith@example.com")]
    email: String,
    /// The person's name.
    name: Option<String>,
    /// The language of its mails and pages, such as `de`.
    locale: Option<String>,
    /// Whether it is to be an operator; only operators can set this.
    admin: Option<bool>,
}

/// A change of an account (RFC 7396): what is left out stays, `null` removes.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// The person's name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Change<String>,
    /// The language of its mails and pages, such as `de`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    locale: Change<String>,
    /// Whether it is an operator; only operators can set this.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    admin: Change<bool>,
    /// What else the person is described by: those named are set, or removed by `null`; `null` for all removes all.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    attributes: Change<Map<String, Value>>,
}

/// Lists accounts, newest first.
#[utoipa::path(get, path = "/users", tag = "Accounts", params(UserQuery),
    security(("bearer" = ["users:read"]), ("session" = [])), responses((status = 200, body = Page<User>)))]
pub(super) async fn list(call: May<ReadUsers>, Query(query): Query<UserQuery>) -> Answer<Page<User>> {
    let before: Option<String> = place(query.cursor.as_deref())?;
    let filter = UserFilter { search: searched(query.q.as_deref())?, state: query.state.map(Into::into) };
    let rows = call.edge.people().users_page(&call.caller, &filter, before.as_deref(), query.limit.rows()).await?;
    Ok(query.limit.page(rows, |user| user.id.to_string()))
}

/// Creates an account. The person can sign in at once, by a mail to that address.
#[utoipa::path(post, path = "/users", tag = "Accounts", request_body = NewAccount, params(Once),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = User, headers(("Location" = String), ("ETag" = String)))))]
pub(super) async fn create(
    call: May<WriteUsers>,
    Creation(Object(new), once): Creation<Object<NewAccount>>,
) -> Answer<Created> {
    let admin = if new.admin == Some(true) { Admin::Yes } else { Admin::No };
    if admin == Admin::Yes {
        call.reach(Need::Operate)?;
    }
    let new = NewUser { email: email_address(&new.email)?, name: new.name, locale: new.locale, admin };
    let making = |call: ApiCaller| async move {
        let user = call.edge.people().user_create(new, &call.actor()).await.map_err(refused)?;
        let (location, tag) = (call.url_of(&format!("users/{}", user.sub)), user.tag());
        Ok(Created::new(&User::from(user)).at(location).tagged(tag))
    };
    once.make(&call, making).await
}

/// Shows an account.
#[utoipa::path(get, path = "/users/{sub}", tag = "Accounts", security(("bearer" = ["users:read"]), ("session" = [])),
    responses((status = 200, body = User, headers(("ETag" = String)))))]
pub(super) async fn show(Account(user, _): Account<ReadUsers>) -> Tagged<User> {
    Tagged::of(user)
}

/// Changes an account.
#[utoipa::path(patch, path = "/users/{sub}", tag = "Accounts", request_body = AccountChange, params(IfMatch),
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = User, headers(("ETag" = String)))))]
pub(super) async fn change(
    Account(user, call): Account<WriteUsers>,
    if_match: IfMatch,
    Object(change): Object<AccountChange>,
) -> Answer<Tagged<User>> {
    if change.admin.is_said() {
        call.reach(Need::Operate)?;
    }
    let changed = if_match.change(async || {
        let known = call.edge.people().user_for(&call.caller, &user.sub, Need::WriteUsers).await?;
        if_match.check(&known)?;
        call.edge.people().user_change(&known, change.clone().over(&known), &call.actor()).await.map_err(refused)
    });
    Ok(Tagged::of(changed.await?))
}

impl AccountChange {
    fn over(self, known: &user::User) -> Profile {
        Profile {
            name: self.name.over(known.name.clone()),
            locale: self.locale.over(known.locale.clone()),
            admin: self.admin.over(Some(known.admin)).unwrap_or_default(),
            attributes: attributes_over(self.attributes, &known.attributes),
        }
    }
}

fn attributes_over(change: Change<Map<String, Value>>, known: &Attributes) -> Attributes {
    let mut attributes = known.clone();
    match change {
        Change::Keep => {}
        Change::Unset => attributes.clear(),
        Change::To(members) => {
            for (name, value) in members {
                attributes.set(&name, Some(value).filter(|value| !value.is_null()));
            }
        }
    }
    attributes
}

/// Deletes an account for good. Its address is free again, its `sub` is never issued again.
#[utoipa::path(delete, path = "/users/{sub}", tag = "Accounts", params(IfMatch),
    security(("bearer" = ["users:write"]), ("session" = [])), responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(Account(user, call): Account<WriteUsers>, if_match: IfMatch) -> Answer<StatusCode> {
    call.edge.people().user_delete_seen(user.id, if_match.seen(&user)?, &call.actor()).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Disables an account: its sessions and grants end, and there is no sign-in.
#[utoipa::path(post, path = "/users/{sub}/disable", tag = "Accounts",
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = User, headers(("ETag" = String)))))]
pub(super) async fn disable(Account(user, call): Account<WriteUsers>) -> Answer<Tagged<User>> {
    Ok(Tagged::of(call.edge.people().user_disable(user.id, &call.actor()).await?))
}

/// Enables an account again. Its sessions and grants stay ended.
#[utoipa::path(post, path = "/users/{sub}/enable", tag = "Accounts",
    security(("bearer" = ["users:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = User, headers(("ETag" = String)))))]
pub(super) async fn enable(Account(user, call): Account<WriteUsers>) -> Answer<Tagged<User>> {
    Ok(Tagged::of(call.edge.people().user_enable(user.id, &call.actor()).await?))
}

fn refused(error: ManageUserError) -> Refused {
    let field = match &error {
        ManageUserError::Profile(user::ProfileError::Name) => Some("name"),
        ManageUserError::Profile(user::ProfileError::Locale) => Some("locale"),
        ManageUserError::Taken => Some("email"),
        ManageUserError::Attribute(_) => Some("attributes"),
        _ => None,
    };
    Refusal::from(error).about(field)
}
