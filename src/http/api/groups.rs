//! `/api/v1/groups`: groups of people, and who is in them.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::confirmed::Confirmed;
use super::extract::{
    Account, ApiCaller, Created, Creation, May, Named, Needed, Object, Once, Query, ReadGroups, ReadUsers, WriteGroups,
};
use super::paging::{Limit, Page, place};
use super::problem::Named as _;
use super::users::User;
use crate::domain::assurance::RequiredSignIn;
use crate::domain::group::{self, GroupName};
use crate::domain::ids::UserId;
use crate::domain::user::{Sub, UserState};
use crate::flows::access::Reach;
use crate::flows::groups::{GroupError, GroupSettings, NewGroup};
use crate::http::Edge;
use crate::http::reply::{Answer, Refused, Unkept};
use crate::protocol::named::Named as _;
use crate::protocol::refusal::Refusal;

/// A group of people.
#[derive(Serialize, ToSchema)]
pub(super) struct Group {
    /// Its name.
    name: String,
    /// Whether developers know of it, and may choose it for their applications.
    visible_to_developers: bool,
    /// How the people in it have to sign in to applications: `any`, or `passkey`.
    require: &'static str,
    /// How many accounts are in it; only operators see that.
    members: Option<i64>,
    /// Whether the configuration declares it, so that only the configuration changes or deletes it.
    declared: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
}

impl Group {
    fn seen(group: &group::Group, reach: Reach) -> Self {
        Self {
            name: group.name.to_string(),
            visible_to_developers: group.visible_to_developers,
            require: group.require.name(),
            members: (reach == Reach::All).then_some(group.members),
            declared: group.declared,
            created_at: group.created_at.to_string(),
        }
    }
}

impl From<group::Group> for Group {
    fn from(group: group::Group) -> Self {
        Self::seen(&group, Reach::All)
    }
}

/// A group to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupToMake {
    /// Its name: 1 to 64 characters of `a-z A-Z 0-9 - _ . : / @`, compared exactly.
    #[schema(example = "staff")]
    name: String,
    /// Whether developers may know of it.
    visible_to_developers: Option<bool>,
    /// How the people in it have to sign in to applications: `any`, or `passkey`.
    require: Option<String>,
}

/// A change of a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupChange {
    /// Whether developers may know of it.
    visible_to_developers: Option<bool>,
    /// How the people in it have to sign in to applications: `any`, or `passkey`.
    require: Option<String>,
}

/// A group that an account is in.
#[derive(Serialize, ToSchema)]
pub(super) struct GroupOfAccount {
    /// Its name.
    name: String,
}

/// A page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MemberQuery {
    /// How many accounts a page has.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The group of the path, with its caller, who may do `N` with it. One that they may not know of is not there.
pub(super) struct Grouped<N>(group::Group, May<N>);

impl<N: Needed> FromRequestParts<Edge> for Grouped<N> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let call = May::from_request_parts(parts, edge).await?;
        let Named(name) = Named::<String>::from_request_parts(parts, edge).await?;
        let group = call.edge.groups().group_for(&call.caller, &name, N::NEED).await?;
        Ok(Self(group, call))
    }
}

/// The group and the account of the path.
pub(super) struct Membership(GroupName, UserId, May<WriteGroups>);

impl FromRequestParts<Edge> for Membership {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Answer<Self> {
        let call = May::from_request_parts(parts, edge).await?;
        let Named((name, sub)) = Named::<(String, String)>::from_request_parts(parts, edge).await?;
        let name = name.parse().map_err(|_| Refusal::from(GroupError::Unknown))?;
        let sub: Sub = sub.parse().map_err(|_| Refusal::from(GroupError::UnknownAccount))?;
        let user = call.edge.people().account_of_sub(&sub).await?;
        let user = user.filter(|user| !matches!(user.state, UserState::Deleted { .. }));
        let user = user.ok_or_else(|| Refusal::from(GroupError::UnknownAccount))?;
        Ok(Self(name, user.id, call))
    }
}

/// Lists the groups, by name. Developers see those that an operator lets them see.
#[utoipa::path(get, path = "/groups", tag = "Groups",
    security(("bearer" = ["groups:read"]), ("session" = [])), responses((status = 200, body = Page<Group>)))]
pub(super) async fn list(call: May<ReadGroups>) -> Answer<Page<Group>> {
    let reach = call.reach(<ReadGroups as Needed>::NEED)?;
    let groups = call.edge.groups().groups_for(&call.caller).await?;
    Ok(Page::whole(groups.iter().map(|group| Group::seen(group, reach)).collect()))
}

/// Makes a group without members.
#[utoipa::path(post, path = "/groups", tag = "Groups", request_body = GroupToMake, params(Once),
    security(("bearer" = ["groups:write"]), ("session" = [])),
    responses((status = 201, description = "Made", body = Group, headers(("Location" = String)))))]
pub(super) async fn create(
    call: May<WriteGroups>,
    Creation(Object(new), once): Creation<Object<GroupToMake>>,
) -> Answer<Created> {
    let name = new.name.parse::<GroupName>().map_err(|e| Refusal::invalid_request(e.to_string()).of("name"))?;
    let require = required_sign_in(new.require.as_deref())?.unwrap_or_default();
    let new = NewGroup { name, visible_to_developers: new.visible_to_developers.unwrap_or_default(), require };
    let making = |call: ApiCaller| async move {
        let group = call.edge.groups().group_create(new, &call.actor()).await;
        let group = group.map_err(|error| Refusal::from(error).of("name"))?;
        let segment: String = url::form_urlencoded::byte_serialize(group.name.as_str().as_bytes()).collect();
        let location = call.url_of(&format!("groups/{segment}"));
        Ok(Created::new(&Group::from(group)).at(location))
    };
    once.make(&call, making).await
}

/// Shows a group.
#[utoipa::path(get, path = "/groups/{group}", tag = "Groups",
    security(("bearer" = ["groups:read"]), ("session" = [])), responses((status = 200, body = Group)))]
pub(super) async fn show(Grouped(group, call): Grouped<ReadGroups>) -> Answer<Unkept<Group>> {
    let reach = call.reach(<ReadGroups as Needed>::NEED)?;
    Ok(Unkept(Group::seen(&group, reach)))
}

/// Changes who may know of a group, and how the people in it have to sign in.
#[utoipa::path(patch, path = "/groups/{group}", tag = "Groups", request_body = GroupChange,
    security(("bearer" = ["groups:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = Group)))]
pub(super) async fn change(
    Grouped(group, call): Grouped<WriteGroups>,
    Object(change): Object<GroupChange>,
) -> Answer<Unkept<Group>> {
    let require = required_sign_in(change.require.as_deref())?;
    let to = GroupSettings { visible_to_developers: change.visible_to_developers, require };
    let group = call.edge.groups().group_change(&group.name, to, &call.actor()).await.map_err(Refusal::from)?;
    Ok(Unkept(group.into()))
}

fn required_sign_in(name: Option<&str>) -> Answer<Option<RequiredSignIn>> {
    let wrong = || Refusal::invalid_request(format!("expected {}", RequiredSignIn::EXPECTED)).of("require");
    name.map(|name| RequiredSignIn::from_name(name).ok_or_else(wrong)).transpose()
}

/// Deletes a group. It has no members any more. Where applications let in its members this is a conflict that says what
/// would follow, unless `confirm` says that it is meant; such an application never becomes one for everybody.
#[utoipa::path(delete, path = "/groups/{group}", tag = "Groups", params(Confirmed),
    security(("bearer" = ["groups:write"]), ("session" = [])), responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    Grouped(group, call): Grouped<WriteGroups>,
    Query(confirmed): Query<Confirmed>,
) -> Answer<StatusCode> {
    call.edge
        .groups()
        .group_delete(&group.name, confirmed.consequences(), &call.actor())
        .await
        .map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the members of a group, the oldest accounts first.
#[utoipa::path(get, path = "/groups/{group}/members", tag = "Groups", params(MemberQuery),
    security(("bearer" = ["groups:read"]), ("session" = [])), responses((status = 200, body = Page<User>)))]
pub(super) async fn members(
    Grouped(group, call): Grouped<ReadGroups>,
    Query(query): Query<MemberQuery>,
) -> Answer<Page<User>> {
    let after: Option<String> = place(query.cursor.as_deref())?;
    let after = after.and_then(|after| after.parse().ok());
    let groups = call.edge.groups();
    let rows = groups.members_page(&call.caller, &group.name, after, query.limit.rows()).await?;
    Ok(query.limit.page(rows, |user| user.id.to_string()))
}

/// Adds an account to a group. Adding it twice is no error.
#[utoipa::path(put, path = "/groups/{group}/members/{sub}", tag = "Groups",
    security(("bearer" = ["groups:write"]), ("session" = [])), responses((status = 204, description = "Added")))]
pub(super) async fn add(Membership(name, user, call): Membership) -> Answer<StatusCode> {
    call.edge.groups().group_add(&name, &[user], &call.actor()).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an account out of a group. One that is not in it is no error.
#[utoipa::path(delete, path = "/groups/{group}/members/{sub}", tag = "Groups",
    security(("bearer" = ["groups:write"]), ("session" = [])), responses((status = 204, description = "Not in it any more")))]
pub(super) async fn remove(Membership(name, user, call): Membership) -> Answer<StatusCode> {
    call.edge.groups().group_remove(&name, &[user], &call.actor()).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the groups that an account is in, by name.
#[utoipa::path(get, path = "/users/{sub}/groups", tag = "Accounts",
    security(("bearer" = ["users:read"]), ("session" = [])), responses((status = 200, body = Page<GroupOfAccount>)))]
pub(super) async fn of_account(Account(user, call): Account<ReadUsers>) -> Answer<Page<GroupOfAccount>> {
    let groups = call.edge.groups().groups_of_user(&user).await.map_err(Refusal::from)?;
    Ok(Page::whole(groups.into_iter().map(|name| GroupOfAccount { name: name.to_string() }).collect()))
}
