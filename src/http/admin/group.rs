//! `/admin/groups/{group}`: one group, and who is in it.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here};
use super::messages::OperatorMessages;
use super::view::{GroupPage, MemberLine, PAGE};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::group::{Group, GroupName};
use crate::domain::ids::UserId;
use crate::domain::user::{EmailAddress, Sub};
use crate::flows::access::Need;
use crate::flows::consequences::Consequences;
use crate::flows::groups::{GroupError, GroupSettings};
use crate::http::Edge;
use crate::http::pages::csrf_form::{CsrfForm, check_token};
use crate::http::pages::fields::{Query, cut, id};
use crate::http::pages::page_error::{PageError, PageResult};
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::{Visit, address, see};
use crate::protocol::refusal::Refusal;

/// The most addresses that are added at once.
const MOST_AT_ONCE: usize = 100;

/// The address of a group's page. Some characters of names mean something else in an address.
pub(super) fn href(name: &GroupName) -> String {
    let segment: String = url::form_urlencoded::byte_serialize(name.as_str().as_bytes()).collect();
    format!("{}/{segment}", Here::Groups.href())
}

/// What the operator can put right is told on the page that they came from.
pub(super) fn taken<T>(t: &OperatorMessages, done: Result<T, GroupError>) -> Result<Result<T, String>, PageError> {
    let error = match done {
        Ok(done) => return Ok(Ok(done)),
        Err(error) => error,
    };
    t.group_problem(&error).map(Err).ok_or_else(|| Refusal::from(error).into())
}

/// An operator, freshly signed in, and the group that they change.
pub(in crate::http) struct GroupOfOperator {
    operator: FreshOperator,
    group: Group,
}

impl AsRef<Visit> for GroupOfOperator {
    fn as_ref(&self) -> &Visit {
        self.operator.as_ref()
    }
}

impl FromRequestParts<Edge> for GroupOfOperator {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let Path(name): Path<String> = Path::from_request_parts(parts, edge).await.map_err(PageError::explained)?;
        let operator = FreshOperator::from_request_parts(parts, edge).await?;
        check_token(&operator, parts)?;
        let group = edge.groups().group_for(&operator.caller(), &name, Need::WriteGroups).await?;
        Ok(Self { operator, group })
    }
}

/// `GET /admin/groups/{group}`.
pub(in crate::http) async fn show(
    Path(name): Path<String>,
    operator: Operator,
    Query(parameters): Query,
) -> PageResult {
    let group = operator.edge.groups().group_for(&operator.caller(), &name, Need::ReadGroups).await?;
    group_page(&operator, group, id(&parameters, "after"), Occasion::default()).await
}

/// `POST …/add`: adds the accounts of the addresses that were typed.
pub(in crate::http) async fn add(form: CsrfForm<GroupOfOperator>) -> PageResult<Response> {
    let GroupOfOperator { operator, group } = form.sender;
    let t = OperatorMessages::of(operator.language);
    let emails = form.posted.text("emails").to_owned();
    let added = match accounts(&operator, &emails).await? {
        Ok(users) => taken(t, operator.edge.groups().group_add(&group.name, &users, &operator.actor()).await)?,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) => Ok(see(&after(&group, "added"))),
        Err(problem) => refused(&operator, group, Occasion { emails, add: Some(problem), ..Occasion::default() }).await,
    }
}

/// `POST …/remove`: takes one account out.
pub(in crate::http) async fn remove(form: CsrfForm<GroupOfOperator>) -> PageResult<Response> {
    let GroupOfOperator { operator, group } = form.sender;
    let unknown = || Refusal::from(GroupError::UnknownAccount);
    let sub: Sub = form.posted.text("sub").parse().map_err(|_| unknown())?;
    let user = operator.edge.people().account_of_sub(&sub).await?.ok_or_else(unknown)?;
    let removed = operator.edge.groups().group_remove(&group.name, &[user.id], &operator.actor()).await;
    removed.map_err(Refusal::from)?;
    Ok(see(&after(&group, "removed")))
}

/// `POST …/require`: says how its people have to sign in to applications.
pub(in crate::http) async fn require(form: CsrfForm<GroupOfOperator>) -> PageResult<Response> {
    let GroupOfOperator { operator, group } = form.sender;
    let wrong = || Refusal::invalid_request("the form does not say how people have to sign in");
    let require = RequiredSignIn::from_name(form.posted.text("require")).ok_or_else(wrong)?;
    let (groups, to) = (operator.edge.groups(), GroupSettings::require(require));
    groups.group_change(&group.name, to, &operator.actor()).await.map_err(Refusal::from)?;
    Ok(see(&after(&group, "changed")))
}

/// `POST …/visibility`: lets developers know of the group, or not any more.
pub(in crate::http) async fn visibility(form: CsrfForm<GroupOfOperator>) -> PageResult<Response> {
    let GroupOfOperator { operator, group } = form.sender;
    let to = GroupSettings::visible_to_developers(form.posted.text("visible") == "yes");
    let groups = operator.edge.groups();
    groups.group_change(&group.name, to, &operator.actor()).await.map_err(Refusal::from)?;
    Ok(see(&after(&group, "changed")))
}

/// `POST …/delete`: the name has to be typed, so that no group is deleted by a slip. Where applications let in its members
/// the page says what would follow, and its form that this is known.
pub(in crate::http) async fn delete(form: CsrfForm<GroupOfOperator>) -> PageResult<Response> {
    let GroupOfOperator { operator, group } = form.sender;
    let t = OperatorMessages::of(operator.language);
    if form.posted.text("name").trim_ascii() != group.name.as_str() {
        let problem = t.group.not_its_name.to_owned();
        return refused(&operator, group, Occasion { delete: Some(problem), ..Occasion::default() }).await;
    }
    let consequences = Consequences::accepted(form.posted.text("follows") == "known");
    let deleted = operator.edge.groups().group_delete(&group.name, consequences, &operator.actor()).await;
    let asks = matches!(deleted, Err(GroupError::Needed(_)));
    match taken(t, deleted)? {
        Ok(()) => Ok(see(&Here::Groups.after("deleted"))),
        Err(problem) => {
            refused(&operator, group, Occasion { delete: Some(problem), asks, ..Occasion::default() }).await
        }
    }
}

/// The accounts of these addresses, or what is wrong with one of them.
async fn accounts(operator: &Operator, emails: &str) -> Result<Result<Vec<UserId>, String>, Refusal> {
    let t = OperatorMessages::of(operator.language);
    let mut found = Vec::new();
    let words = emails.split([' ', ',', ';', '\n', '\r', '\t']).filter(|word| !word.is_empty());
    for word in words.take(MOST_AT_ONCE + 1) {
        let Ok(email) = word.parse::<EmailAddress>() else {
            return Ok(Err(t.group.not_an_address.with(t.language.quoted(word))));
        };
        match operator.edge.people().owner_named(email.as_str()).await? {
            Some(id) => found.push(id),
            None => return Ok(Err(t.group.no_account.with(email))),
        }
    }
    Ok(match found.len() {
        0 => Err(t.group.whom.to_owned()),
        1..=MOST_AT_ONCE => Ok(found),
        _ => Err(t.group.at_most.with(MOST_AT_ONCE)),
    })
}

/// The group's page, where it says what was just done.
fn after(group: &Group, done: &str) -> String {
    format!("{}?done={done}", href(&group.name))
}

fn notice(t: &OperatorMessages, done: &str) -> Option<&'static str> {
    match done {
        "created" => Some(t.group.created),
        "added" => Some(t.group.added),
        "removed" => Some(t.group.removed),
        "changed" => Some(t.group.changed),
        _ => None,
    }
}

/// What a form of the page holds after it was refused, and why it was.
#[derive(Default)]
struct Occasion {
    emails: String,
    add: Option<String>,
    delete: Option<String>,
    /// Whether deleting it is only asked about.
    asks: bool,
}

async fn refused(operator: &Operator, group: Group, occasion: Occasion) -> PageResult<Response> {
    let page = group_page(operator, group, None, occasion).await?;
    Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
}

async fn group_page(operator: &Operator, group: Group, after: Option<UserId>, occasion: Occasion) -> PageResult {
    let t = OperatorMessages::of(operator.language);
    let here = href(&group.name);
    let form = |what: &str| operator.form(format!("{here}/{what}"));
    let groups = operator.edge.groups();
    let mut members = groups.members_page(&operator.caller(), &group.name, after, PAGE + 1).await?;
    let next = cut(&mut members, PAGE).map(|last| address(&here, &[("after", &last.id.to_string())]));
    let line = |user: crate::domain::user::User| MemberLine {
        remove: form("remove").carrying("sub", user.sub.clone()),
        address: user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        user,
    };
    let other = match group.require {
        RequiredSignIn::Any => RequiredSignIn::Passkey,
        RequiredSignIn::Passkey => RequiredSignIn::Any,
    };
    let visible = if group.visible_to_developers { "no" } else { "yes" };
    Ok(operator.page(&GroupPage {
        t,
        bar: Bar::of(operator, Here::Groups),
        notice: operator.done.as_deref().and_then(|done| notice(t, done)),
        history: address(Here::Audit.href(), &[("subject", group.name.as_str())]),
        members: members.into_iter().map(line).collect(),
        first: after.map(|_| here.clone()),
        next,
        add: form("add"),
        emails: occasion.emails,
        add_problem: occasion.add,
        visibility: form("visibility").carrying("visible", visible.to_owned()),
        require: form("require").carrying("require", other.name()),
        requires_passkey: group.require == RequiredSignIn::Passkey,
        delete: if occasion.asks { form("delete").carrying("follows", "known") } else { form("delete") },
        delete_problem: occasion.delete,
        group,
    }))
}
