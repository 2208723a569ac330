//! Authorization requests (RFC 6749 §4.1.1) from their arrival to their answer.
//!
//! Until the redirect URI is proven to be the application's, a refusal can only be shown on a page; [`Proven`] is what
//! makes the difference, and only [`Authorizations::prove_client`] makes one.

mod browser;
mod passwordless;
mod pushed_request;

use std::net::IpAddr;
use std::sync::Arc;

use super::admission::unmet;
use super::application_cache::ApplicationCache;
use super::authorization_response::AuthorizationResponses;
use super::client_documents::ClientDocuments;
use super::clients::Clients;
use super::delivery_traces::DeliveryTraces;
use super::foundations::Foundations;
use super::groups::Groups;
use super::guess_limits::GuessLimits;
use super::instruments::Instruments;
use super::keys::Keys;
use super::known_scopes::known_scopes;
use super::mail::Mail;
use super::mail_limits::MailLimits;
use super::proofs::Proofs;
use super::request_limits::RequestLimits;
use super::sign_in::SignIns;
use crate::config::{Issuer, RateLimits};
use crate::domain::application::{Application, ApplicationState};
use crate::domain::asked_claims::AskedClaims;
use crate::domain::authorization::{AUTHORIZATION_LIFETIME, Authorization, Source};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::{AuthorizationId, ClientId};
use crate::domain::session::Device;
use crate::domain::sign_in::UnknownAccount;
use crate::domain::told_claims::Teller;
use crate::protocol::acr::AuthenticationClass;
use crate::protocol::authorize::{AuthorizationRequest, require_redirect_uri};
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::parameters::Parameters;
use crate::protocol::redirect_uri::{Matching, RegisteredRedirect};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::requested_scope::{self, ScopeLimits};
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;
use crate::store::Store;

pub use browser::{Begun, Continuation, OpenAuthorization, Refused};
pub use pushed_request::PUSHED_REQUEST_LIFETIME;

/// An application and a redirect URI that is its own. From here on a refusal may be sent there.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The application.
    pub application: Arc<Application>,
    /// Where the answer goes.
    pub redirect: RegisteredRedirect,
    /// Whether the request named it.
    pub named: bool,
}

/// Who carries a request here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::flows) enum Channel {
    /// A browser, or the application for one that follows (RFC 9126).
    Browser,
    /// The application's own server, for a mail.
    Api,
}

/// Finds where the answer goes among what is registered for the application.
pub(in crate::flows) fn prove_redirect(
    application: &Application,
    parameters: &Parameters,
    channel: Channel,
) -> Result<RegisteredRedirect, Refusal> {
    let requested = parameters.value("redirect_uri");
    let registered = &application.settings.redirect_uris;
    match channel {
        Channel::Browser => {
            require_redirect_uri(parameters, registered)?;
            RegisteredRedirect::find(requested, registered, application.settings.kind.redirect_matching())
        }
        Channel::Api => RegisteredRedirect::find(requested, registered, Matching::WithOwnQuery),
    }
}

/// A request within what the application may ask for.
#[derive(Clone, Debug)]
pub(in crate::flows) struct Settled {
    request: AuthorizationRequest,
    scope: Scope,
    resources: Vec<ResourceId>,
    claims: AskedClaims,
    // The account of an id_token_hint is not looked up: the sign-in page would reveal its address to anyone who has the
    // token, and the application need not know it.
    expected_sub: Option<String>,
}

impl Settled {
    /// What the person has to agree to.
    fn to_agree_to(&self) -> Scope {
        self.scope.clone().union(&self.claims.scope)
    }
}

/// Authorization requests, on their way to an answer.
pub struct Authorizations {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
    issuer: Issuer,
    application_cache: Arc<ApplicationCache>,
    client_documents: Arc<ClientDocuments>,
    clients: Arc<Clients>,
    keys: Arc<Keys>,
    groups: Arc<Groups>,
    proofs: Arc<Proofs>,
    delivery_traces: Arc<DeliveryTraces>,
    mail: Arc<Mail>,
    mail_limits: Arc<MailLimits>,
    responses: Arc<AuthorizationResponses>,
    sign_ins: Arc<SignIns>,
    guesses: Arc<GuessLimits>,
    request_limits: Arc<RequestLimits>,
    unknown_account: UnknownAccount,
    free_scopes: Scope,
    remember_loopback: bool,
}

impl Authorizations {
    /// Requests are kept in the database.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        client_documents: &Arc<ClientDocuments>,
        clients: &Arc<Clients>,
        keys: &Arc<Keys>,
        groups: &Arc<Groups>,
        proofs: &Arc<Proofs>,
        delivery_traces: &Arc<DeliveryTraces>,
        mail: &Arc<Mail>,
        mail_limits: &Arc<MailLimits>,
        responses: &Arc<AuthorizationResponses>,
        sign_ins: &Arc<SignIns>,
        guesses: &Arc<GuessLimits>,
        request_limits: &Arc<RequestLimits>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master_keys: Arc::clone(&base.master_keys),
            issuer: base.config.server.issuer.clone(),
            application_cache: Arc::clone(application_cache),
            client_documents: Arc::clone(client_documents),
            clients: Arc::clone(clients),
            keys: Arc::clone(keys),
            groups: Arc::clone(groups),
            proofs: Arc::clone(proofs),
            delivery_traces: Arc::clone(delivery_traces),
            mail: Arc::clone(mail),
            mail_limits: Arc::clone(mail_limits),
            responses: Arc::clone(responses),
            sign_ins: Arc::clone(sign_ins),
            guesses: Arc::clone(guesses),
            request_limits: Arc::clone(request_limits),
            free_scopes: base.config.self_service.scopes.clone(),
            remember_loopback: base.config.consent.remember_loopback,
            unknown_account: base.config.login.unknown_account,
        }
    }

    /// Other limits on new requests from now on.
    pub fn set_limits(&self, limits: &RateLimits) {
        self.request_limits.set_limits(limits);
    }

    /// Finds the application and proves its redirect URI. What goes wrong here must not be sent anywhere.
    async fn prove_client(
        &self,
        parameters: &Parameters,
        (channel, address): (Channel, IpAddr),
    ) -> Result<Proven, Refusal> {
        let application = self.asking_application(parameters, address).await?;
        let redirect = prove_redirect(&application, parameters, channel)?;
        Ok(Proven { application, redirect, named: parameters.value("redirect_uri").is_some() })
    }

    async fn asking_application(&self, parameters: &Parameters, address: IpAddr) -> Result<Arc<Application>, Refusal> {
        let client_id = parameters.required("client_id")?;
        let unknown = || Refusal::new(ErrorCode::UnauthorizedClient, "there is no application with this client_id");
        let client_id: ClientId = client_id.parse().map_err(|_| unknown())?;
        let application = self.client_documents.application(&client_id, address).await?.ok_or_else(unknown)?;
        match application.state {
            ApplicationState::Active => Ok(application),
            ApplicationState::Deactivated { at, .. } => Err(Refusal::new(
                ErrorCode::UnauthorizedClient,
                format!("this application was deactivated on {}", at.date()),
            )),
            ApplicationState::Deleted { .. } => Err(unknown()),
        }
    }

    /// Reads a request and checks it against what the application may ask for. `extra` is allowed besides.
    ///
    /// Whichever way a request comes in, its first mistake is the same: that the application may not ask at all,
    /// then what is malformed, then a missing PKCE, and only then that it asks for too much.
    pub(in crate::flows) async fn settle(
        &self,
        application: &Application,
        parameters: &Parameters,
        extra: &Scope,
    ) -> Result<Settled, Refusal> {
        let settings = &application.settings;
        if !settings.grants.contains(&GrantType::AuthorizationCode) {
            let grant = GrantType::AuthorizationCode.name();
            let what = format!("this application is not registered for the grant {grant}");
            return Err(Refusal::new(ErrorCode::UnauthorizedClient, what));
        }
        let request = AuthorizationRequest::from_parameters(parameters)?;
        let hint = request
            .id_token_hint
            .as_deref()
            .map(|hint| self.keys.read_id_token_hint(hint, &self.issuer))
            .transpose()?;
        if request.code_challenge.is_none() && application.needs_pkce() {
            return Err(Refusal::invalid_request("this application must use PKCE: code_challenge is missing")
                .with_mismatch(Mismatch::missing(Field::CodeChallenge, None)));
        }
        let catalogue = self.application_cache.catalogue().await?;
        let targets = catalogue.with_open(&application.targets());
        let resources = self.application_cache.permitted_targets(application, &request.resources, &targets).await?;
        let open = catalogue.open_scope_of(&resources);
        let allowed = settings.scope.clone().union(extra).union(&open);
        let known = known_scopes(&catalogue, &self.free_scopes);
        let scope = requested_scope::settle(
            request.scope.as_ref(),
            ScopeLimits {
                allowed: &allowed,
                default: &settings.default_scope.clone().union(&open),
                known: &known,
                policy: settings.scope_policy,
            },
        )?;
        let schema = self.application_cache.attribute_schema();
        let claims = AskedClaims::of(request.claims.clone(), Teller { application, schema: &schema }, &scope);
        if !claims.request.can_be_met_by(&AuthenticationClass::NAMES) {
            return Err(unmet());
        }
        Ok(Settled { request, scope, resources, claims, expected_sub: hint.map(|hint| hint.sub) })
    }

    fn new_authorization(&self, proven: &Proven, source: Source, settled: Settled, device: &Device) -> Authorization {
        let now = self.instruments.now();
        let Settled { request, scope, resources, claims, expected_sub } = settled;
        Authorization {
            id: AuthorizationId::new(self.instruments.row_id(now)),
            application: proven.application.id,
            source,
            redirect_uri: proven.redirect.as_str().to_owned(),
            redirect_uri_sent: proven.named,
            response_mode: request.response_mode,
            scope,
            resources,
            state: request.state,
            nonce: request.nonce,
            code_challenge: request.code_challenge,
            dpop_jkt: request.dpop_jkt,
            prompt: request.prompt,
            max_age: request.max_age,
            acr_values: request.acr_values.or(&claims.request.wished_classes()),
            login_hint: request.login_hint,
            ui_locales: request.ui_locales,
            expected_sub,
            claims,
            device: device.clone(),
            created_at: now,
            expires_at: now.plus(AUTHORIZATION_LIFETIME),
            completed_at: None,
        }
    }
}
