//! The token endpoint (RFC 6749 §3.2), in phases that are the same for all grants: parse, authenticate the application,
//! apply the grant, settle scope and audience, issue, pay.
//!
//! A grant is one file here. It decides the subject of the token, what may be requested and what has to be spent;
//! everything before and after it is in this file. Until the payment nothing is spent, so a request that fails for any
//! other reason can be sent again.

mod authorization_code;
mod client_credentials;
mod device_code;
mod family;
mod granted;
mod issue;
mod login_code;
mod refresh_token;
mod try_out;
mod unanswered;

use std::sync::Arc;
use std::time::Duration;

use super::application_cache::ApplicationCache;
use super::clients::{AuthenticatedClient, ClientRequest, Clients};
use super::delivery_traces::DeliveryTraces;
use super::device_grants::PollTimes;
use super::foundations::Foundations;
use super::groups::Groups;
use super::instruments::Instruments;
use super::keys::Keys;
use super::login_codes::LoginCodes;
use super::usage::UsageLog;
use crate::config::{self, Issuer};
use crate::domain::application::Application;
use crate::domain::encryption::MasterKeyring;
use crate::domain::one_time::RefreshToken;
use crate::domain::told_claims::Teller;
use crate::protocol::claims_request::ClaimsPlace;
use crate::protocol::id_token::GroupsClaim;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::{self, Scope};
use crate::protocol::token::{GrantType, TokenRequest, TokenResponse, check_registered};
use crate::store::{ApplicationUse, Store};
use granted::{Granted, Payment, Subject};
use issue::Settled;
use unanswered::Unanswered;

/// The token endpoint.
pub struct Tokens {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
    issuer: Issuer,
    application_cache: Arc<ApplicationCache>,
    keys: Arc<Keys>,
    clients: Arc<Clients>,
    groups: Arc<Groups>,
    delivery_traces: Arc<DeliveryTraces>,
    login_codes: Arc<LoginCodes>,
    usage: Arc<UsageLog>,
    /// Codes whose exchange was not answered.
    unanswered: Unanswered,
    /// When devices polled last.
    polls: PollTimes,
    settings: config::Tokens,
    request_timeout: Duration,
}

impl Tokens {
    /// Tokens live as long as the operator set.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        keys: &Arc<Keys>,
        clients: &Arc<Clients>,
        groups: &Arc<Groups>,
        delivery_traces: &Arc<DeliveryTraces>,
        login_codes: &Arc<LoginCodes>,
        usage: &Arc<UsageLog>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master_keys: Arc::clone(&base.master_keys),
            issuer: base.config.server.issuer.clone(),
            application_cache: Arc::clone(application_cache),
            keys: Arc::clone(keys),
            clients: Arc::clone(clients),
            groups: Arc::clone(groups),
            delivery_traces: Arc::clone(delivery_traces),
            login_codes: Arc::clone(login_codes),
            usage: Arc::clone(usage),
            unanswered: Unanswered::default(),
            polls: PollTimes::default(),
            settings: base.config.tokens.clone(),
            request_timeout: base.config.server.request_timeout,
        }
    }

    /// Answers a token request.
    pub async fn token(&self, request: ClientRequest<'_>) -> Result<TokenResponse, Refusal> {
        let parsed = TokenRequest::from_parameters(request.parameters)?;
        let client = self.clients.authenticate_request(&request).await?;
        client.proven(self.token_for(&client, &parsed, request.parameters).await)
    }

    async fn token_for(
        &self,
        client: &AuthenticatedClient,
        parsed: &TokenRequest,
        parameters: &Parameters,
    ) -> Result<TokenResponse, Refusal> {
        let application = &*client.application;
        check_registered(&application.settings.grants, parsed.grant)?;
        let granted = self.apply_grant(client, parsed.grant, parameters).await?;
        self.check_admitted(application, &granted.subject).await?;
        let resources = self.settle_resources(&granted, &parsed.resources).await?;
        let scope = self.settle_scope(&granted, parsed.scope.as_ref(), &resources).await?;
        let groups = self.groups_of(application, &granted, &scope).await?;
        let response = self.issue(application, &granted, &Settled { scope, resources, groups })?;
        let refresh_token = self.pay(application, &granted).await?;
        self.usage.note(ApplicationUse {
            application: client.application.id,
            secret: client.secret,
            at: self.instruments.now(),
        });
        let refresh_token = refresh_token.map(|token| token.expose().to_owned());
        Ok(TokenResponse { refresh_token, ..response })
    }

    async fn apply_grant(
        &self,
        client: &AuthenticatedClient,
        grant: GrantType,
        parameters: &Parameters,
    ) -> Result<Granted, Refusal> {
        let application = &*client.application;
        match grant {
            GrantType::ClientCredentials => client_credentials::grant(application),
            GrantType::AuthorizationCode => authorization_code::grant(self, application, parameters).await,
            GrantType::RefreshToken => refresh_token::grant(self, application, parameters).await,
            GrantType::DeviceCode => device_code::grant(self, application, parameters).await,
            GrantType::LoginCode => login_code::grant(self, application, parameters).await,
        }
    }

    /// Spends what the grant costs; this write decides. Returns the refresh token.
    async fn pay(&self, application: &Application, granted: &Granted) -> Result<Option<RefreshToken>, Refusal> {
        let Subject::Person(person) = &granted.subject else { return Ok(None) };
        match &granted.payment {
            Payment::Nothing => Ok(None),
            Payment::Begin(beginning) => {
                let begun = self.begin_family(application, &person.family, beginning).await;
                if let Err(refusal) = &begun {
                    self.delivery_traces.note_refusal(beginning.traced_sign_in, refusal).await;
                }
                begun
            }
            Payment::Rotate(token) => refresh_token::rotate(self, application, token, &person.family).await.map(Some),
            Payment::Repeat(successor) => Ok(Some(successor.clone())),
        }
    }

    /// The resources of the token, as the operator declares them, or else as they are registered.
    async fn settle_resources(&self, granted: &Granted, requested: &[ResourceId]) -> Result<Vec<ResourceId>, Refusal> {
        if granted.resources.are_none(requested) {
            return Ok(Vec::new());
        }
        let catalogue = self.application_cache.catalogue().await?;
        Ok(catalogue.as_declared(granted.resources.settle(requested, &catalogue)?))
    }

    /// The claim with the groups of the person whom the tokens speak for.
    async fn groups_of(
        &self,
        application: &Application,
        granted: &Granted,
        scope: &Scope,
    ) -> Result<GroupsClaim, Refusal> {
        match &granted.subject {
            Subject::Application => Ok(GroupsClaim::default()),
            Subject::Person(person) => {
                let teller = Teller { application, schema: &self.application_cache.attribute_schema() };
                let told = person.family.claims.told(teller, scope, ClaimsPlace::IdToken);
                Ok(self.groups.claim_of(person.user.id, application, &told.scope()).await?)
            }
        }
    }

    /// The scope of the token: the requested scope within the allowed one, limited to what the resources understand.
    async fn settle_scope(
        &self,
        granted: &Granted,
        requested: Option<&Scope>,
        resources: &[ResourceId],
    ) -> Result<Scope, Refusal> {
        let scope = scope::granted(requested, &granted.allowed_scope, &granted.default_scope)?;
        if resources.is_empty() {
            return Ok(scope);
        }
        let Some(understood) = self.application_cache.catalogue().await?.scope_of(resources) else { return Ok(scope) };
        let understood = match granted.subject {
            Subject::Application => understood,
            // The OpenID scopes are for this server's userinfo, not for the resource.
            Subject::Person(_) => understood.union(&Scope::identity()),
        };
        match scope.first_outside(&understood) {
            Some(outside) if requested.is_some() => Err(Refusal::invalid_scope(format!(
                "the scope '{outside}' means nothing to the resources asked for; they understand: {understood}"
            ))
            .with_mismatch(Mismatch::nearest(Field::Scope, outside, understood.iter()))),
            _ => Ok(scope.intersect(&understood)),
        }
    }
}
