//! `/api/v1/applications`.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::approvals::Approval;
use super::extract::{
    ApiCaller, Created, Creation, IfMatch, May, Object, Once, Owned, Query, ReadApplications, Tagged, Versioned as _,
    WriteApplications,
};
use super::paging::{Limit, Page, place, searched};
use super::registration::{ApplicationChange, Kind, NewApplication};
use crate::domain::application::{self, ApplicationState, ClientAuthentication, PkcePolicy};
use crate::domain::ids::Timestamp;
use crate::domain::listing::{ApplicationFilter, ApplicationPlace, ApplicationStates};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::flows::access::Need;
use crate::flows::applications::{DELETE, SettingsChange};
use crate::flows::self_service::Changed;
use crate::http::reply::Answer;

/// An application, without anything secret.
#[derive(Serialize, ToSchema)]
pub(super) struct Application {
    /// The client id; never issued twice.
    client_id: String,
    /// The name that people see.
    name: String,
    /// What it is for.
    #[serde(rename = "type")]
    kind: Kind,
    /// `active`, `deactivated` or `deleted`.
    state: &'static str,
    /// When it was deactivated or deleted.
    #[schema(format = DateTime)]
    state_since: Option<String>,
    /// Why it is deactivated, such as `requested`.
    state_reason: Option<&'static str>,
    /// The grants it may use.
    grants: Vec<&'static str>,
    /// The scope it may ask for.
    scope: String,
    /// The scope it gets when it asks for none.
    default_scope: String,
    /// The redirect URIs.
    redirect_uris: Vec<String>,
    /// The post-logout redirect URIs.
    post_logout_redirect_uris: Vec<String>,
    /// The APIs it may ask tokens for.
    audiences: Vec<String>,
    /// How many seconds its access tokens live; none follows the server's setting.
    token_ttl: Option<u64>,
    /// The format of its access tokens: `rfc9068` (`typ` is `at+jwt`) or `plain` (`JWT`).
    token_profile: &'static str,
    /// What its tokens are signed with.
    signing_algorithm: &'static str,
    /// How it authenticates: `client_secret_basic`, `private_key_jwt` or `none`.
    token_endpoint_auth_method: &'static str,
    /// Its public keys, if it authenticates with them.
    #[schema(value_type = Option<Object>)]
    jwks: Option<serde_json::Value>,
    /// Whether it is the operator's own, so that its users are not asked for consent.
    first_party: bool,
    /// Whether it must use PKCE although it can keep a secret.
    require_pkce: bool,
    /// What opening one of its sign-in links does; none follows the server's setting.
    link_mode: Option<&'static str>,
    /// How its requests for addresses without an account are answered; none follows the server's setting.
    unknown_account: Option<&'static str>,
    /// Whether it is exempt from the life cycle of unused applications.
    exempt: bool,
    /// `registered`, or `declared`: then the configuration is the only place to change it.
    origin: &'static str,
    /// When it was registered.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last made a successful request.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

impl From<application::Application> for Application {
    fn from(application: application::Application) -> Self {
        let exempt = application.is_exempt();
        let settings = application.settings;
        let (state_since, state_reason) = match application.state {
            ApplicationState::Active => (None, None),
            ApplicationState::Deactivated { at, reason } => (Some(at.to_string()), Some(reason.name())),
            ApplicationState::Deleted { at } => (Some(at.to_string()), None),
        };
        let (token_endpoint_auth_method, jwks) = match &settings.authentication {
            ClientAuthentication::Secret => ("client_secret_basic", None),
            ClientAuthentication::PrivateKeyJwt(keys) => ("private_key_jwt", serde_json::to_value(keys).ok()),
            ClientAuthentication::None => ("none", None),
        };
        Self {
            client_id: application.client_id.to_string(),
            name: settings.name,
            kind: settings.kind.into(),
            state: application.state.name(),
            state_since,
            state_reason,
            grants: settings.grants.iter().map(|grant| grant.name()).collect(),
            scope: settings.scope.to_string(),
            default_scope: settings.default_scope.to_string(),
            redirect_uris: settings.redirect_uris,
            post_logout_redirect_uris: settings.post_logout_redirect_uris,
            audiences: settings.audiences.iter().map(ToString::to_string).collect(),
            token_ttl: settings.token_ttl.map(|ttl| ttl.as_secs()),
            token_profile: settings.token_profile.name(),
            signing_algorithm: settings.signing_algorithm.name(),
            token_endpoint_auth_method,
            jwks,
            first_party: settings.first_party,
            require_pkce: settings.pkce == PkcePolicy::Required,
            link_mode: settings.link_mode.map(LinkMode::name),
            unknown_account: settings.unknown_account.map(UnknownAccount::name),
            exempt,
            origin: application.origin.name(),
            created_at: application.created_at.to_string(),
            last_used_at: application.last_used_at.map(|at: Timestamp| at.to_string()),
        }
    }
}

/// An application that was just registered.
#[derive(Serialize, ToSchema)]
pub(super) struct RegisteredApplication {
    /// Its secret, if it has one. It is shown here and never again.
    client_secret: Option<String>,
    /// What waits for an operator.
    waiting: Option<Approval>,
    /// The application.
    #[serde(flatten)]
    application: Application,
}

/// An application that was just changed.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangedApplication {
    /// What waits for an operator.
    waiting: Option<Approval>,
    /// The application, with the part of the change that the owner may make alone.
    #[serde(flatten)]
    application: Application,
}

/// The state of an application.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    /// It can be used.
    Active,
    /// It gets no tokens.
    Deactivated,
    /// It is deleted, and can be brought back for a while.
    Deleted,
}

impl From<State> for ApplicationStates {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Deactivated => Self::Deactivated,
            State::Deleted => Self::Deleted,
        }
    }
}

/// The filter of a list of applications.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ApplicationQuery {
    /// Only those with this in their name, or with this client id.
    #[param(min_length = 1, max_length = 254)]
    q: Option<String>,
    /// Only those of this type.
    #[serde(rename = "type")]
    kind: Option<Kind>,
    /// Only those in this state; without it all but deleted ones.
    #[param(inline)]
    state: Option<State>,
    /// Only those of this owner: a `sub` or an address.
    owner: Option<String>,
    /// How many applications a page has.
    #[serde(default)]
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists applications by name: a person's own, or all for an operator.
#[utoipa::path(get, path = "/applications", tag = "Applications", params(ApplicationQuery),
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Page<Application>)))]
pub(super) async fn list(
    asked: May<ReadApplications>,
    Query(query): Query<ApplicationQuery>,
) -> Answer<Page<Application>> {
    let (name, client_id) = place(query.cursor.as_deref())?.unwrap_or_default();
    let search = searched(query.q.as_deref())?;
    let owner = match &query.owner {
        Some(named) => match asked.edge.people().owner_named(named).await? {
            Some(owner) => Some(owner),
            None => return Ok(Page::whole(Vec::new())),
        },
        None => None,
    };
    let (kind, state) = (query.kind.map(Into::into), query.state.map(Into::into));
    let filter = ApplicationFilter { within: None, owner, search, kind, state };
    let after = ApplicationPlace { name, client_id };
    let rows = asked.edge.access().applications_page(&asked.caller, filter, &after, query.limit.rows()).await?;
    Ok(query.limit.page(rows, |row| (row.settings.name.clone(), row.client_id.to_string())))
}

/// Registers an application. It is active at once; its secret is in the answer and nowhere else. What only an operator
/// may grant waits for approval.
#[utoipa::path(post, path = "/applications", tag = "Applications", request_body = NewApplication, params(Once),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Registered", body = RegisteredApplication, headers(("Location" = String), ("ETag" = String)))))]
pub(super) async fn create(
    asked: May<WriteApplications>,
    Creation(Object(new), once): Creation<Object<NewApplication>>,
) -> Answer<Created> {
    let reason = new.reason();
    let settings = new.settings(asked.edge.keys().default_algorithm())?;
    let making = |asked: ApiCaller| async move {
        let made = asked.edge.self_service().register_for(&asked.caller, settings, &reason).await?;
        let client_id = &made.application.client_id;
        let (location, tag) = (asked.url_of(&format!("applications/{client_id}")), made.application.tag());
        let registered = RegisteredApplication {
            client_secret: made.secret.map(|secret| secret.expose().to_owned()),
            waiting: made.waiting.map(|waiting| Approval::of(&waiting, client_id.as_str())),
            application: made.application.into(),
        };
        Ok(Created::new(&registered).at(location).tagged(tag))
    };
    once.make(&asked, making).await
}

/// Shows an application.
#[utoipa::path(get, path = "/applications/{client_id}", tag = "Applications",
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = Application, headers(("ETag" = String)))))]
pub(super) async fn show(Owned(application, _): Owned<ReadApplications>) -> Tagged<Application> {
    Tagged::of(application)
}

/// Changes settings of an application. Its type cannot change; what only an operator may grant waits for approval.
#[utoipa::path(patch, path = "/applications/{client_id}", tag = "Applications", request_body = ApplicationChange,
    params(IfMatch), security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = ChangedApplication, headers(("ETag" = String)))))]
pub(super) async fn change(
    Owned(application, asked): Owned<WriteApplications>,
    if_match: IfMatch,
    Object(change): Object<ApplicationChange>,
) -> Answer<Tagged<ChangedApplication>> {
    let (client_id, reason) = (application.client_id, change.reason());
    let changed = if_match.change(async || {
        let known = asked.edge.access().application_for(&asked.caller, &client_id, Need::WriteApplications).await?;
        if_match.check(&known)?;
        let change = SettingsChange { settings: change.clone().over(known.settings)?, version: known.version };
        Ok(asked.edge.self_service().change_for(&asked.caller, &client_id, change, &reason).await?)
    });
    let Changed { application, waiting, .. } = changed.await?;
    let waiting = waiting.map(|waiting| Approval::of(&waiting, client_id.as_str()));
    Ok(Tagged::of(application).map(|application| ChangedApplication { waiting, application }))
}

/// Deletes an application.
#[utoipa::path(delete, path = "/applications/{client_id}", tag = "Applications", params(IfMatch),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    Owned(application, asked): Owned<WriteApplications>,
    if_match: IfMatch,
) -> Answer<StatusCode> {
    let seen = if_match.seen(&application)?.map(|seen| seen.version);
    asked
        .edge
        .applications()
        .application_change_state_seen(&application.client_id, DELETE, seen, &asked.actor())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
