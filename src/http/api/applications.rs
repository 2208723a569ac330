//! `/api/v1/applications`.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::approvals::Approval;
use super::confirmed::Confirmed;
use super::extract::{
    ApiCaller, Created, Creation, IfMatch, May, Object, Once, Owned, Query, ReadApplications, Tagged, Versioned as _,
    WriteApplications,
};
use super::paging::{Limit, Page, place, searched};
use super::registration::{
    ApplicationChange, ApplicationType, Members, NewApplication, SentSettings, ShownSettings, changed_settings,
    check_owner, new_settings,
};
use crate::domain::application::{self, ApplicationKind, ApplicationState};
use crate::domain::ids::Timestamp;
use crate::domain::listing::{ApplicationFilter, ApplicationPlace, ApplicationStates};
use crate::flows::access::Need;
use crate::flows::applications::{DELETE, SettingsChange};
use crate::flows::self_service::Changed;
use crate::http::reply::Answer;
use crate::protocol::refusal::Refusal;

/// An application, without anything secret.
#[derive(Serialize, ToSchema)]
pub(super) struct Application {
    /// The client id; never issued twice.
    client_id: String,
    /// Its settings.
    #[serde(flatten)]
    settings: ShownSettings,
    /// `active`, `deactivated` or `deleted`.
    state: &'static str,
    /// When it was deactivated or deleted.
    #[schema(format = DateTime)]
    state_since: Option<String>,
    /// Why it is deactivated, such as `requested`.
    state_reason: Option<&'static str>,
    /// How it authenticates: `client_secret_basic`, `private_key_jwt` or `none`.
    token_endpoint_auth_method: &'static str,
    /// Whether it stays, used or not.
    exempt: bool,
    /// `registered`; `declared`: then the configuration is the only place to change it; `dynamic`: it registered itself; or
    /// `document`: a document at its client id describes it.
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
        let (state_since, state_reason) = match application.state {
            ApplicationState::Active => (None, None),
            ApplicationState::Deactivated { at, reason } => (Some(at.to_string()), Some(reason.name())),
            ApplicationState::Deleted { at } => (Some(at.to_string()), None),
        };
        Self {
            client_id: application.client_id.to_string(),
            settings: ShownSettings::of(&application.settings),
            state: application.state.name(),
            state_since,
            state_reason,
            token_endpoint_auth_method: application.settings.auth_method().name(),
            exempt,
            origin: application.origin.name(),
            created_at: application.created_at.to_string(),
            last_used_at: application.last_used_at.map(|at: Timestamp| at.to_string()),
        }
    }
}

/// An application as it is shown by itself.
#[derive(Serialize, ToSchema)]
pub(super) struct ShownApplication {
    /// From when on its tokens are signed with its algorithm, if that is still ahead; until then with the server's own.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_algorithm_from: Option<String>,
    /// The application.
    #[serde(flatten)]
    application: Application,
}

impl ShownApplication {
    async fn of(asked: &ApiCaller, application: application::Application) -> Result<Self, Refusal> {
        let from = asked.edge.keys().announced_until(application.settings.signing_algorithm).await?;
        Ok(Self { signing_algorithm_from: from.map(|at| at.to_string()), application: application.into() })
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
    application: ShownApplication,
}

/// An application that was just changed.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangedApplication {
    /// What waits for an operator.
    waiting: Option<Approval>,
    /// The application, with the part of the change that the owner may make alone.
    #[serde(flatten)]
    application: ShownApplication,
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
    #[param(value_type = Option<ApplicationType>, inline)]
    kind: Option<ApplicationKind>,
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
    call: May<ReadApplications>,
    Query(query): Query<ApplicationQuery>,
) -> Answer<Page<Application>> {
    let (name, client_id) = place(query.cursor.as_deref())?.unwrap_or_default();
    let search = searched(query.q.as_deref())?;
    let owner = match &query.owner {
        Some(named) => match call.edge.people().owner_named(named).await? {
            Some(owner) => Some(owner),
            None => return Ok(Page::whole(Vec::new())),
        },
        None => None,
    };
    let state = query.state.map(Into::into);
    let filter = ApplicationFilter { within: None, owner, search, kind: query.kind, state };
    let after = ApplicationPlace { name, client_id };
    let rows = call.edge.access().applications_page(&call.caller, filter, &after, query.limit.rows()).await?;
    Ok(query.limit.page(rows, |row| (row.settings.name.clone(), row.client_id.to_string())))
}

/// Registers an application. It is active at once; its secret is in the answer and nowhere else. What only an operator
/// may grant waits for approval.
#[utoipa::path(post, path = "/applications", tag = "Applications", request_body = NewApplication, params(Once),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 201, description = "Registered", body = RegisteredApplication, headers(("Location" = String), ("ETag" = String)))))]
pub(super) async fn create(
    call: May<WriteApplications>,
    Creation(Object(members), once): Creation<Object<Members>>,
) -> Answer<Created> {
    let SentSettings { given, reason } = SentSettings::read(members)?;
    let settings = new_settings(&given, call.edge.keys().default_algorithm())?;
    let is_named = given.says("scopes");
    let settings = if is_named { settings } else { call.edge.self_service().within_limits(&call.caller, settings) };
    let making = |call: ApiCaller| async move {
        let made = call.edge.self_service().register_for(&call.caller, settings, &reason).await?;
        let client_id = &made.application.client_id;
        let (location, tag) = (call.url_of(&format!("applications/{client_id}")), made.application.tag());
        let registered = RegisteredApplication {
            client_secret: made.secret.map(|secret| secret.expose().to_owned()),
            waiting: made.waiting.map(|waiting| Approval::of(&waiting, client_id.as_str())),
            application: ShownApplication::of(&call, made.application).await?,
        };
        Ok(Created::new(&registered).at(location).tagged(tag))
    };
    once.make(&call, making).await
}

/// Shows an application.
#[utoipa::path(get, path = "/applications/{client_id}", tag = "Applications",
    security(("bearer" = ["applications:read"]), ("session" = [])),
    responses((status = 200, body = ShownApplication, headers(("ETag" = String)))))]
pub(super) async fn show(Owned(application, call): Owned<ReadApplications>) -> Answer<Tagged<ShownApplication>> {
    let tag = application.tag();
    Ok(Tagged::with(tag, ShownApplication::of(&call, application).await?))
}

/// Changes settings of an application. Its type cannot change; what only an operator may grant waits for approval. Taking
/// the last allowed group away is a conflict unless `confirm` says that it is meant: no person may use the application then.
#[utoipa::path(patch, path = "/applications/{client_id}", tag = "Applications", request_body = ApplicationChange,
    params(IfMatch, Confirmed), security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 200, description = "As it is now", body = ChangedApplication, headers(("ETag" = String)))))]
pub(super) async fn change(
    Owned(application, call): Owned<WriteApplications>,
    if_match: IfMatch,
    Query(confirmed): Query<Confirmed>,
    Object(members): Object<Members>,
) -> Answer<Tagged<ChangedApplication>> {
    let (client_id, SentSettings { given, reason }) = (application.client_id, SentSettings::read(members)?);
    check_owner(&given, &call.caller)?;
    let changed = if_match.change(async || {
        let known = call.edge.access().application_for(&call.caller, &client_id, Need::WriteApplications).await?;
        if_match.check(&known)?;
        let (version, consequences) = (known.version, confirmed.consequences());
        let settings = changed_settings(&given, known.settings)?;
        let change = SettingsChange { settings, version, consequences };
        Ok(call.edge.self_service().change_for(&call.caller, &client_id, change, &reason).await?)
    });
    let Changed { application, waiting, .. } = changed.await?;
    let waiting = waiting.map(|waiting| Approval::of(&waiting, client_id.as_str()));
    let tag = application.tag();
    let application = ShownApplication::of(&call, application).await?;
    Ok(Tagged::with(tag, ChangedApplication { waiting, application }))
}

/// Deletes an application.
#[utoipa::path(delete, path = "/applications/{client_id}", tag = "Applications", params(IfMatch),
    security(("bearer" = ["applications:write"]), ("session" = [])),
    responses((status = 204, description = "Deleted")))]
pub(super) async fn delete(
    Owned(application, call): Owned<WriteApplications>,
    if_match: IfMatch,
) -> Answer<StatusCode> {
    let seen = if_match.seen(&application)?.map(|seen| seen.version);
    call.edge.applications().application_change_state_for(&call.caller, &application.client_id, DELETE, seen).await?;
    Ok(StatusCode::NO_CONTENT)
}
