//! `/admin/users/{sub}`: one account, and what can be done with it.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::frame::{Bar, Here};
use super::group;
use super::messages::OperatorMessages;
use super::view::{OwnedLine, SessionLine, UpstreamLine, UsedLine, UserPage};
use crate::domain::application::Application;
use crate::domain::attribute::Editor;
use crate::domain::attribute_schema::AttributeError;
use crate::domain::session::{AuthenticationMethod, Session};
use crate::domain::upstream::UpstreamIdentity;
use crate::domain::user::{EmailAddress, Profile, User};
use crate::flows::access::MOST_OWNED;
use crate::flows::access::Need;
use crate::flows::people::ManageUserError;
use crate::flows::sessions::ApplicationAccess;
use crate::http::Edge;
use crate::http::pages::attribute_fields::{Refused, attribute_fields, read_attributes};
use crate::http::pages::csrf_form::{CsrfForm, check_token};
use crate::http::pages::flow::shown;
use crate::http::pages::page_error::{PageError, PageResult};
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::view::Form;
use crate::http::pages::viewer::{FreshOperator, Operator};
use crate::http::pages::visit::{Visit, address, see};
use crate::protocol::refusal::{ErrorCode, Refusal};

/// An operator, freshly signed in, and the account that they change. It is never their own: an operator who locks
/// themselves out could not undo it.
pub(in crate::http) struct AnotherAccount {
    operator: FreshOperator,
    user: User,
}

impl AsRef<Visit> for AnotherAccount {
    fn as_ref(&self) -> &Visit {
        self.operator.as_ref()
    }
}

impl FromRequestParts<Edge> for AnotherAccount {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let Path(segments): Path<HashMap<String, String>> =
            Path::from_request_parts(parts, edge).await.map_err(PageError::explained)?;
        let sub = segments.get("sub").map_or("", String::as_str);
        let operator = FreshOperator::from_request_parts(parts, edge).await?;
        check_token(&operator, parts)?;
        let user = edge.people().user_for(&operator.caller(), sub, Need::WriteUsers).await?;
        if user.id == operator.person.user.id {
            let own = "operators do not change their own account here";
            return Err(Refusal::new(ErrorCode::Conflict, own).into());
        }
        Ok(Self { operator, user })
    }
}

/// `GET /admin/users/{sub}`.
pub(in crate::http) async fn show(Path(sub): Path<String>, operator: Operator) -> PageResult {
    let user = operator.edge.people().user_for(&operator.caller(), &sub, Need::ReadUsers).await?;
    user_page(&operator, user, Wrong::Nothing).await
}

/// `POST …/disable`.
pub(in crate::http) async fn disable(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    operator.edge.people().user_disable(user.id, &operator.actor()).await?;
    Ok(see(&after(&user, "disabled")))
}

/// `POST …/enable`.
pub(in crate::http) async fn enable(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    operator.edge.people().user_enable(user.id, &operator.actor()).await?;
    Ok(see(&after(&user, "enabled")))
}

/// `POST …/attributes`: what the person is described by.
pub(in crate::http) async fn describe(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let CsrfForm { sender: AnotherAccount { operator, user }, posted } = form;
    let people = operator.edge.people();
    let error = match read_attributes(&people.attribute_schema(), &user, Editor::Operator, &posted) {
        Err(error) => error,
        Ok(attributes) => {
            let profile = Profile { attributes, ..Profile::of(&user) };
            match people.user_change(&user, profile, &operator.actor()).await {
                Ok(_) => return Ok(see(&after(&user, "described"))),
                Err(ManageUserError::Attribute(error)) => error,
                Err(other) => return Err(Refusal::from(other).into()),
            }
        }
    };
    let page = user_page(&operator, user, Wrong::Attribute(&posted, &error)).await?;
    Ok(page.with_status(StatusCode::BAD_REQUEST).into_response())
}

/// `POST …/promote`: makes the person an operator.
pub(in crate::http) async fn promote(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    let profile = Profile { admin: true, ..Profile::of(&user) };
    operator.edge.people().user_change(&user, profile, &operator.actor()).await?;
    Ok(see(&after(&user, "promoted")))
}

/// `POST …/demote`: takes an operator's power away.
pub(in crate::http) async fn demote(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    let profile = Profile { admin: false, ..Profile::of(&user) };
    operator.edge.people().user_change(&user, profile, &operator.actor()).await?;
    Ok(see(&after(&user, "demoted")))
}

/// `POST …/passkeys/{id}/remove`.
pub(in crate::http) async fn remove_passkey(
    Path((_, id)): Path<(String, String)>,
    form: CsrfForm<AnotherAccount>,
) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    let unknown = |_| Refusal::new(ErrorCode::NotFound, "there is no such passkey");
    operator.edge.passkeys().remove(&user, id.parse().map_err(unknown)?, &operator.actor()).await?;
    Ok(see(&after(&user, "passkey-removed")))
}

/// `POST …/upstreams/{id}/disconnect`.
pub(in crate::http) async fn disconnect_upstream(
    Path((_, id)): Path<(String, String)>,
    form: CsrfForm<AnotherAccount>,
) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    let unknown = |_| Refusal::new(ErrorCode::NotFound, "there is no such identity");
    operator.edge.upstreams().disconnect(&user, id.parse().map_err(unknown)?, &operator.actor()).await?;
    Ok(see(&after(&user, "disconnected")))
}

/// `POST …/sign-out`: ends all their sessions and grants.
pub(in crate::http) async fn sign_out(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    operator.edge.people().user_sign_out(&user, &operator.actor()).await?;
    Ok(see(&after(&user, "signed-out")))
}

/// `POST …/delete`: the address has to be typed, so that an account is not deleted by a slip.
pub(in crate::http) async fn delete(form: CsrfForm<AnotherAccount>) -> PageResult<Response> {
    let AnotherAccount { operator, user } = form.sender;
    let address = form.posted.text("email").trim_ascii().to_ascii_lowercase();
    if user.email.as_ref().map(EmailAddress::key) != Some(address) {
        let page = user_page(&operator, user, Wrong::Address).await?;
        return Ok(page.with_status(StatusCode::BAD_REQUEST).into_response());
    }
    operator.edge.people().user_delete(user.id, &operator.actor()).await?;
    Ok(see(&Here::Users.after("deleted")))
}

fn address_of(user: &User) -> String {
    format!("{}/{}", Here::Users.href(), user.sub)
}

/// The same, where it says what was just done.
fn after(user: &User, done: &str) -> String {
    format!("{}?done={done}", address_of(user))
}

fn notice(t: &OperatorMessages, done: &str) -> Option<&'static str> {
    match done {
        "disabled" => Some(t.person.disabled),
        "enabled" => Some(t.person.enabled),
        "signed-out" => Some(t.person.signed_out),
        "described" => Some(t.person.saved),
        "promoted" => Some(t.person.promoted),
        "disconnected" => Some(t.person.disconnected),
        "passkey-removed" => Some(t.person.passkey_removed),
        "demoted" => Some(t.person.demoted),
        _ => None,
    }
}

/// What was wrong with a form that came back.
enum Wrong<'a> {
    Nothing,
    Address,
    Attribute(&'a PostedForm, &'a AttributeError),
}

async fn user_page(operator: &Operator, user: User, wrong: Wrong<'_>) -> PageResult {
    let (edge, t) = (&operator.edge, OperatorMessages::of(operator.language));
    let refused = match wrong {
        Wrong::Attribute(typed, error) => Some(Refused { typed, error }),
        Wrong::Nothing | Wrong::Address => None,
    };
    let fields = attribute_fields(t, &edge.people().attribute_schema(), &user, Editor::Operator, refused.as_ref());
    let owned = edge.access().applications_of(&operator.caller(), &user).await?;
    let groups = edge.groups().groups_of_user(&user).await.map_err(Refusal::from)?;
    let passkeys = edge.passkeys().passkeys_of(user.id).await?;
    let upstreams = edge.upstreams().identities_of(user.id).await?;
    let seen = edge.sessions().account_overview(&user).await?;
    let search = user.email.as_ref().map_or("", EmailAddress::as_str);
    let all_owned = || address(Here::Applications.href(), &[("q", search)]);
    let form = |what: &str| operator.form(format!("{}/{what}", address_of(&user)));
    Ok(operator.page(&UserPage {
        t,
        bar: Bar::of(operator, Here::Users),
        notice: operator.done.as_deref().and_then(|done| notice(t, done)),
        problem: matches!(wrong, Wrong::Address).then_some(t.person.not_its_address),
        fields,
        describe: form("attributes"),
        groups: groups.into_iter().map(|name| (group::href(&name), name)).collect(),
        passkeys: passkeys.into_iter().map(|one| (form(&format!("passkeys/{}/remove", one.id)), one)).collect(),
        upstreams: upstreams.into_iter().map(|(one, label)| identity_line(&form, one, label)).collect(),
        now: operator.now(),
        sessions: seen.sessions.into_iter().map(|session| session_line(t, edge, session)).collect(),
        used: seen.applications.iter().map(used_line).collect(),
        sign_out: form("sign-out"),
        all_owned: i64::try_from(owned.len()).is_ok_and(|shown| shown == MOST_OWNED).then(all_owned),
        owned: owned.iter().map(owned_line).collect(),
        own: user.id == operator.person.user.id,
        disable: form("disable"),
        enable: form("enable"),
        promote: form("promote"),
        demote: form("demote"),
        delete: form("delete"),
        user,
    }))
}

fn identity_line(form: &impl Fn(&str) -> Form, identity: UpstreamIdentity, label: Option<String>) -> UpstreamLine {
    UpstreamLine { disconnect: form(&format!("upstreams/{}/disconnect", identity.id)), label, identity }
}

/// With the way by which it was signed in.
fn session_line(t: &OperatorMessages, edge: &Edge, session: Session) -> SessionLine {
    let way = match session.amr {
        AuthenticationMethod::Email => t.person.by_mail.to_owned(),
        AuthenticationMethod::SoftwareKey | AuthenticationMethod::HardwareKey => t.person.by_passkey.to_owned(),
        AuthenticationMethod::Upstream => {
            let label = |name| edge.upstreams().label_of_name(name);
            session.upstream.as_ref().map_or_else(|| t.person.by_another.to_owned(), label)
        }
    };
    SessionLine { session, way }
}

fn used_line(access: &ApplicationAccess) -> UsedLine {
    UsedLine {
        app: shown(&access.application),
        href: format!("/portal/applications/{}", access.application.client_id.in_path()),
        scope: access.scope.to_string(),
        since: access.since,
    }
}

fn owned_line(application: &Application) -> OwnedLine {
    OwnedLine {
        app: shown(application),
        href: format!("/portal/applications/{}", application.client_id.in_path()),
        state: application.state,
    }
}
