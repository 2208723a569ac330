//! Client authentication (RFC 6749 §2.3).

mod by_foreign_token;
mod by_secret;
mod issuer_keys;
mod published_keys;
mod verify_secret;

use std::net::IpAddr;
use std::sync::Arc;

use super::client_documents::ClientDocuments;
use super::foundations::Foundations;
use super::guess_limits::GuessLimits;
use super::hash_secrets::{HashingFigures, SecretHasher};
use super::instruments::Instruments;
use super::proofs::SentProof;
use super::usage::UsageLog;
use crate::adapters::fetch::Documents;
use crate::config::{Issuer, RateLimits};
use crate::domain::application::{Application, ApplicationState, ClientAuthentication, DeactivationReason};
use crate::domain::audit::Actor;
use crate::domain::ids::{ClientId, SecretId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::protocol::assertion::{self, Addressee, VerifiedAssertion};
use crate::protocol::client_auth::{AuthMethod, ClientCredentials};
use crate::protocol::federation::Unverified;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::token;
use crate::store::{ApplicationUse, Store};
pub(in crate::flows) use by_foreign_token::{SpentToken, used_before};
use by_secret::declared_hash;
pub(in crate::flows) use issuer_keys::Unproven;
use verify_secret::SecretVerifier;

/// An application that has authenticated, or a public one, which need not.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    /// Which one.
    pub application: Arc<Application>,
    /// The secret that it authenticated with, if it has one.
    pub secret: Option<SecretId>,
}

impl AuthenticatedClient {
    /// Marks a refusal as one of an authenticated application.
    pub(super) fn proven<T>(&self, answer: Result<T, Refusal>) -> Result<T, Refusal> {
        match self.application.settings.authentication {
            // An attacker can send requests in the name of a public client.
            ClientAuthentication::None => answer,
            _ => answer.map_err(Refusal::of_proven_application),
        }
    }
}

/// A request that an application sends itself.
#[derive(Clone, Copy, Debug)]
pub struct ClientRequest<'a> {
    /// The `Authorization` header, if there was one.
    pub authorization: Option<&'a str>,
    /// The parameters of the body.
    pub parameters: &'a Parameters,
    /// Where it came from.
    pub address: IpAddr,
    /// What it has in the header `DPoP`, if it has that.
    pub proof: Option<&'a SentProof>,
}

/// Finds out who sends requests of applications.
pub struct Clients {
    instruments: Instruments,
    store: Store,
    client_documents: Arc<ClientDocuments>,
    issuer: Issuer,
    /// Checks secrets, and remembers those it has checked.
    secrets: SecretVerifier,
    guesses: Arc<GuessLimits>,
    usage: Arc<UsageLog>,
    /// The keys that applications and other issuers publish.
    documents: Documents,
}

impl Clients {
    /// How often Argon2 was run: the work that secrets make.
    pub fn argon2_runs(&self) -> u64 {
        self.secrets.argon2_runs()
    }

    /// No secret is remembered yet.
    pub fn new(
        base: &Foundations,
        client_documents: &Arc<ClientDocuments>,
        hasher: &Arc<SecretHasher>,
        guesses: &Arc<GuessLimits>,
        usage: &Arc<UsageLog>,
    ) -> Self {
        Self {
            secrets: SecretVerifier::new(
                base.instruments.random(),
                Arc::clone(hasher),
                Arc::clone(&base.master_keys),
                declared_hash(&base.config),
            ),
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            client_documents: Arc::clone(client_documents),
            issuer: base.config.server.issuer.clone(),
            guesses: Arc::clone(guesses),
            usage: Arc::clone(usage),
            documents: base.documents.clone(),
        }
    }

    /// How much there is to hash.
    pub fn hashing_figures(&self) -> HashingFigures {
        self.secrets.hashing_figures()
    }

    /// Other limits on wrong secrets from now on.
    pub fn set_limits(&self, limits: &RateLimits) {
        self.guesses.set_limits(limits);
    }

    /// Authenticates the client of a request.
    pub async fn authenticate_request(&self, request: &ClientRequest<'_>) -> Result<AuthenticatedClient, Refusal> {
        self.authenticate_request_at(request, None).await
    }

    /// The same at an endpoint that an assertion may be meant for besides the token endpoint (RFC 9126 §2).
    pub(super) async fn authenticate_request_at(
        &self,
        request: &ClientRequest<'_>,
        endpoint: Option<&str>,
    ) -> Result<AuthenticatedClient, Refusal> {
        let credentials = ClientCredentials::from_request(request.authorization, request.parameters)?;
        self.authenticate_at(&credentials, request.address, endpoint).await
    }

    /// Checks the credentials of a request.
    ///
    /// An unknown client id and a wrong secret get the same answer. Only a client that authenticated learns that its
    /// application is deactivated or deleted.
    pub async fn authenticate_client(
        &self,
        credentials: &ClientCredentials,
        address: IpAddr,
    ) -> Result<AuthenticatedClient, Refusal> {
        self.authenticate_at(credentials, address, None).await
    }

    async fn authenticate_at(
        &self,
        credentials: &ClientCredentials,
        address: IpAddr,
        endpoint: Option<&str>,
    ) -> Result<AuthenticatedClient, Refusal> {
        match credentials {
            ClientCredentials::Secret { client_id, secret } => {
                self.authenticate_by_secret(client_id, secret, address).await
            }
            ClientCredentials::Assertion { client_id, assertion } => {
                // In a box, so that the future of a client with a secret is no larger for it.
                Box::pin(self.authenticate_by_assertion(client_id.as_deref(), assertion, (endpoint, address))).await
            }
            ClientCredentials::Identifier { client_id } => {
                let application = self.find(client_id, address).await?.ok_or_else(unauthenticated)?;
                if !application.is_public() {
                    return Err(unauthenticated());
                }
                working(&application)?;
                Ok(AuthenticatedClient { application, secret: None })
            }
        }
    }

    /// Authenticates a client at an API of this server itself, without a token. It must be registered for `scope`.
    pub async fn check_client_scope(
        &self,
        credentials: &ClientCredentials,
        address: IpAddr,
        scope: &str,
    ) -> Result<Actor, Refusal> {
        let client = self.authenticate_client(credentials, address).await?;
        if client.application.is_public() {
            return Err(Refusal::invalid_client(
                "this application has no secret, so any caller could pretend to be it",
            ));
        }
        if !client.application.settings.scope.contains(scope) {
            let description = format!("this application may not ask for the scope '{scope}', which is needed here");
            return Err(Refusal::new(ErrorCode::InsufficientScope, description));
        }
        self.usage.note(ApplicationUse {
            application: client.application.id,
            secret: client.secret,
            at: self.instruments.now(),
        });
        Ok(Actor::Application(client.application.client_id.clone()))
    }

    async fn find(&self, client_id: &str, address: IpAddr) -> Result<Option<Arc<Application>>, Refusal> {
        // A text that cannot be a client id is unknown, without a look into the database.
        let Ok(client_id) = client_id.parse::<ClientId>() else { return Ok(None) };
        self.client_documents.known_application(&client_id, address).await
    }

    /// RFC 7523 §3. The `jti` is spent only by an assertion that is valid in every other way, so an attacker cannot use
    /// it up.
    async fn authenticate_by_assertion(
        &self,
        client_id: Option<&str>,
        assertion: &str,
        (endpoint, address): (Option<&str>, IpAddr),
    ) -> Result<AuthenticatedClient, Refusal> {
        let mut named = None;
        if let (Some(client_id), Some(claims)) = (client_id, Unverified::read(assertion)) {
            let application = self.find(client_id, address).await?;
            let trusts = |application: &Arc<Application>| claims.is_of(&application.settings.federated);
            if claims.is_foreign_to(client_id) || application.as_ref().is_some_and(trusts) {
                return Box::pin(self.authenticate_by_foreign_token(application, assertion)).await;
            }
            named = application;
        }
        let claimed = assertion::claimed_client(assertion)?;
        if client_id.is_some_and(|other| other != claimed) {
            return Err(Refusal::invalid_request("client_id and the client assertion name two different clients"));
        }
        let unknown = || Refusal::invalid_client("no application with registered keys has this client id");
        let application = match named {
            Some(application) => application,
            None => self.find(&claimed, address).await?.ok_or_else(unknown)?,
        };
        if application.settings.auth_method() != AuthMethod::PrivateKeyJwt {
            return Err(unknown());
        }
        let issuer = &self.issuer;
        let paths = token::PATHS.into_iter().chain(endpoint);
        let addressee = Addressee {
            issuer: issuer.as_str(),
            endpoints: paths.map(|path| issuer.url_of(path)).collect(),
            form: application.settings.assertion_audience,
        };
        // Boxed: it is rarely large, and would make the future of every token request so.
        let verified = Box::pin(self.verify_assertion(&application, assertion, &addressee, address)).await?;
        self.spend_assertion(&application, verified).await?;
        working(&application)?;
        Ok(AuthenticatedClient { application, secret: None })
    }

    async fn spend_assertion(&self, application: &Application, verified: VerifiedAssertion) -> Result<(), Refusal> {
        let (jti, expires) = (ValueHash::of(&verified.jti), Timestamp::from_seconds(verified.expires));
        if self.store.client_assertion_spend(application.id, jti, expires).await? {
            Ok(())
        } else {
            Err(Refusal::invalid_client("the client assertion was used before; its jti must be new each time"))
        }
    }
}

/// The answer to a wrong secret and to an unknown client id alike.
fn wrong() -> Refusal {
    Refusal::invalid_client("the client id is unknown or the client secret is wrong")
}

fn unauthenticated() -> Refusal {
    Refusal::invalid_client("the client id is unknown, or its application has to authenticate and did not")
}

/// Refuses an application that is not active, with the date and the reason.
fn working(application: &Application) -> Result<(), Refusal> {
    match application.state {
        ApplicationState::Active => Ok(()),
        ApplicationState::Deactivated { at, reason } => {
            let why = match (reason, application.last_used_at) {
                (DeactivationReason::Requested | DeactivationReason::Suspended | DeactivationReason::Removed, _) => {
                    String::new()
                }
                (DeactivationReason::Undeclared, _) => {
                    " because it was removed from the server's configuration".to_owned()
                }
                (DeactivationReason::Unused, Some(used)) => {
                    format!(" because it was not used since {}", used.date())
                }
                (DeactivationReason::Unused, None) => {
                    format!(" because it was not used since it was registered on {}", application.created_at.date())
                }
            };
            Err(Refusal::invalid_client(format!("this application was deactivated on {}{why}", at.date())))
        }
        ApplicationState::Deleted { at } => {
            Err(Refusal::invalid_client(format!("this application was deleted on {}", at.date())))
        }
    }
}
