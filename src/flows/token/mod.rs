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
mod issue_id_jag;
mod jwt_bearer;
mod login_code;
mod possession;
mod refresh_token;
mod token_exchange;
mod try_out;
mod try_sign_in;
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
use super::proofs::{Proofs, Proven};
use super::token_status::TokenStatus;
use super::trusted_issuers::TrustedIssuers;
use super::usage::UsageLog;
use crate::config::{self, Issuer};
use crate::domain::application::Application;
use crate::domain::encryption::MasterKeyring;
use crate::domain::one_time::RefreshToken;
use crate::domain::told_claims::Teller;
use crate::protocol::claims::{Audience, TokenProfile};
use crate::protocol::claims_request::ClaimsPlace;
use crate::protocol::id_jag;
use crate::protocol::id_token::GroupsClaim;
use crate::protocol::mismatch::{Field, Mismatch};
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::Refusal;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::{self, Scope};
use crate::protocol::token::{GrantType, TokenRequest, TokenResponse, check_registered};
use crate::protocol::token_format;
use crate::store::{ApplicationUse, Store};
use granted::{Granted, Payment, Subject};
use issue::Settled;
pub use try_sign_in::{AboutPerson, SignInToLookAt};
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
    token_status: Arc<TokenStatus>,
    proofs: Arc<Proofs>,
    trusted_issuers: Arc<TrustedIssuers>,
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
        token_status: &Arc<TokenStatus>,
        proofs: &Arc<Proofs>,
        trusted_issuers: &Arc<TrustedIssuers>,
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
            token_status: Arc::clone(token_status),
            proofs: Arc::clone(proofs),
            trusted_issuers: Arc::clone(trusted_issuers),
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
        client.proven(self.token_for(&client, &parsed, &request).await)
    }

    async fn token_for(
        &self,
        client: &AuthenticatedClient,
        parsed: &TokenRequest,
        request: &ClientRequest<'_>,
    ) -> Result<TokenResponse, Refusal> {
        let application = &*client.application;
        check_registered(&application.settings.grants, parsed.grant)?;
        let proof = self.check_proof(application, parsed.grant, request.proof)?;
        if parsed.grant == GrantType::TokenExchange && id_jag::is_asked_for(request.parameters) {
            let issued = Box::pin(self.issue_id_jag(application, parsed, request.parameters, proof.as_ref())).await?;
            self.note_use(client);
            return Ok(issued);
        }
        let granted = apply_grant(self, client, parsed, request.parameters, proof.as_ref()).await?;
        self.check_admitted(application, &granted.subject).await?;
        let settled = self.settle(application, &granted, (&parsed.resources, parsed.scope.as_ref())).await?;
        let settled = Settled { key: proof.as_ref().map(|proof| proof.key.clone()), ..settled };
        let response = self.issue(application, &granted, &settled)?;
        let refresh_token = self.pay(application, &granted, &settled, proof.as_ref()).await?;
        self.note_use(client);
        let refresh_token = refresh_token.map(|token| token.expose().to_owned());
        Ok(TokenResponse { refresh_token, ..response })
    }

    fn note_use(&self, client: &AuthenticatedClient) {
        let (application, secret) = (client.application.id, client.secret);
        self.usage.note(ApplicationUse { application, secret, at: self.instruments.now() });
    }

    /// Spends what the grant costs; this write decides. Returns the refresh token.
    async fn pay(
        &self,
        application: &Application,
        granted: &Granted,
        settled: &Settled,
        proof: Option<&Proven>,
    ) -> Result<Option<RefreshToken>, Refusal> {
        proof.map_or(Ok(()), |proof| self.proofs.use_up(proof))?;
        let person = match &granted.subject {
            Subject::Application => return Ok(None),
            Subject::Person(person) => person,
            Subject::Exchanged(exchanged) => {
                self.use_up_alone(proof).await?;
                let audience = Audience::of(&settled.resources, application.client_id.as_str());
                return Box::pin(self.hold_subject(application, exchanged, &audience)).await.map(|()| None);
            }
        };
        match &granted.payment {
            Payment::Nothing => self.use_up_alone(proof).await.map(|()| None),
            Payment::Begin(beginning) => {
                let begun = Box::pin(self.begin_family(application, &person.family, beginning, proof)).await;
                if let Err(refusal) = &begun {
                    self.delivery_traces.note_refusal(beginning.traced_sign_in, refusal).await;
                }
                begun
            }
            Payment::Rotate(token) => {
                Box::pin(refresh_token::rotate(self, application, token, &person.family, proof)).await.map(Some)
            }
            Payment::Repeat(successor) => self.use_up_alone(proof).await.map(|()| Some(successor.clone())),
        }
    }

    /// What a token of the grant says, before it is issued: for which resources, with which scope, in which format. It is
    /// bound to no key.
    async fn settle(
        &self,
        application: &Application,
        granted: &Granted,
        (resources, scope): (&[ResourceId], Option<&Scope>),
    ) -> Result<Settled, Refusal> {
        let resources = self.settle_resources(application, granted, resources).await?;
        let format = settle_format(self, application, &resources).await?;
        let scope = self.settle_scope(granted, scope, &resources).await?;
        let groups = self.groups_of(application, granted, &scope).await?;
        Ok(Settled { scope, resources, groups, format, key: None })
    }

    /// The resources of the token, as the operator declares them, or else as they are registered.
    async fn settle_resources(
        &self,
        application: &Application,
        granted: &Granted,
        requested: &[ResourceId],
    ) -> Result<Vec<ResourceId>, Refusal> {
        if granted.resources.are_none(requested) {
            return Ok(Vec::new());
        }
        let catalogue = self.application_cache.catalogue().await?;
        let allowed = granted.resources.allowed(application, &catalogue);
        let requested = if requested.is_empty() { granted.resources.by_default() } else { requested };
        let permitted = self.application_cache.permitted_targets(application, requested, &allowed).await?;
        Ok(catalogue.as_declared(permitted))
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
            Subject::Exchanged(exchanged) => match &exchanged.user {
                Some(user) => Ok(self.groups.claim_of(user.id, application, scope).await?),
                None => Ok(GroupsClaim::default()),
            },
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
            Subject::Application | Subject::Exchanged(_) => understood,
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

/// What the grant gives, before anything is spent.
async fn apply_grant(
    tokens: &Tokens,
    client: &AuthenticatedClient,
    parsed: &TokenRequest,
    parameters: &Parameters,
    proof: Option<&Proven>,
) -> Result<Granted, Refusal> {
    let application = &*client.application;
    // Each that waits is in a box of its own: the future of a request would have room for the largest of them
    // otherwise, 15 KB that an application's own token has no use for.
    match parsed.grant {
        GrantType::ClientCredentials => client_credentials::grant(application),
        GrantType::AuthorizationCode => {
            Box::pin(authorization_code::grant(tokens, application, parameters, proof)).await
        }
        GrantType::RefreshToken => Box::pin(refresh_token::grant(tokens, application, parameters, proof)).await,
        GrantType::DeviceCode => Box::pin(device_code::grant(tokens, application, parameters)).await,
        GrantType::TokenExchange => {
            Box::pin(token_exchange::grant(tokens, application, parsed, parameters, proof)).await
        }
        GrantType::JwtBearer => Box::pin(jwt_bearer::grant(tokens, application, parameters)).await,
        GrantType::LoginCode => Box::pin(login_code::grant(tokens, application, parameters, proof)).await,
    }
}

/// The format of the access token. It is for those who read it, so what they say goes first; then what its
/// application says, and then the server.
async fn settle_format(
    tokens: &Tokens,
    application: &Application,
    resources: &[ResourceId],
) -> Result<TokenProfile, Refusal> {
    let otherwise = application.settings.token_profile.unwrap_or(tokens.settings.format);
    if resources.is_empty() {
        return Ok(otherwise);
    }
    let catalogue = tokens.application_cache.catalogue().await?;
    let mut readers = Vec::with_capacity(resources.len());
    for resource in resources {
        let reads = match tokens.application_cache.application_of_target(resource).await? {
            Some(reader) => reader.settings.token_profile,
            None => catalogue.resource(resource).and_then(|described| described.token_format),
        };
        readers.push((resource, reads));
    }
    Ok(token_format::agreed(&readers)?.unwrap_or(otherwise))
}
