//! Applications that register themselves, and look after their registration (RFC 7591, RFC 7592).
//!
//! What such an application says of itself is unchecked: it gets what everybody may have, people are asked for
//! consent, and it owns nothing here. An initial access token of an operator may allow more.

mod expire;
mod manage;
mod register;
mod tokens;

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::application_cache::ApplicationCache;
use super::applications::Applications;
use super::clients::Clients;
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::keys::Keys;
use super::mail::Mail;
use super::own_names::{PASSES_FOR_KNOWN, passes_for_known};
use super::request_limits::RequestLimits;
use crate::config::{self, DynamicRegistration, Issuer};
use crate::domain::application::{Application, ApplicationSettings};
use crate::domain::one_time::RegistrationAccessToken;
use crate::domain::registration::{Allowance, ClientMetadata, Members};
use crate::domain::secret::ClientSecret;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Store, Transaction};

pub use manage::Managing;
pub use register::{Asking, PATH};
pub use tokens::{TokenChangeError, WithToken};

/// What an application that registered itself is told (RFC 7591 §3.2.1, RFC 7592 §3).
#[derive(Debug)]
pub struct ClientInformation {
    application: Application,
    method: AuthMethod,
    /// Its secret, if it has just got one.
    secret: Option<ClientSecret>,
    access_token: RegistrationAccessToken,
    uri: String,
}

impl ClientInformation {
    /// As the members of the answer, credentials in the clear.
    pub fn members(&self) -> Members {
        let mut members = ClientMetadata::registered(&self.application, self.method);
        if let Some(secret) = &self.secret {
            members.insert("client_secret".to_owned(), secret.expose().into());
            members.insert("client_secret_expires_at".to_owned(), 0.into());
        }
        members.insert("registration_access_token".to_owned(), self.access_token.expose().into());
        members.insert("registration_client_uri".to_owned(), self.uri.as_str().into());
        members
    }
}

/// Lets applications register themselves.
pub struct Registrations {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    mail: Arc<Mail>,
    application_cache: Arc<ApplicationCache>,
    applications: Arc<Applications>,
    keys: Arc<Keys>,
    clients: Arc<Clients>,
    limits: RequestLimits,
    rates: ArcSwap<config::RateLimits>,
    settings: config::Registration,
}

impl Registrations {
    /// As far as the operator lets them.
    #[expect(clippy::too_many_arguments, reason = "these are the rooms it works in")]
    pub fn new(
        base: &Foundations,
        mail: &Arc<Mail>,
        application_cache: &Arc<ApplicationCache>,
        applications: &Arc<Applications>,
        keys: &Arc<Keys>,
        clients: &Arc<Clients>,
    ) -> Self {
        let rates = &base.config.rate_limits;
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            mail: Arc::clone(mail),
            application_cache: Arc::clone(application_cache),
            applications: Arc::clone(applications),
            keys: Arc::clone(keys),
            clients: Arc::clone(clients),
            limits: RequestLimits::of_registrations(rates),
            rates: ArcSwap::from_pointee(rates.clone()),
            settings: base.config.registration.clone(),
        }
    }

    /// Other limits from now on; what was counted stays counted.
    pub fn set_limits(&self, limits: &config::RateLimits) {
        self.limits.set_limits(limits);
        self.rates.store(Arc::new(limits.clone()));
    }

    /// Whether applications may register themselves at all.
    pub fn is_on(&self) -> bool {
        self.settings.dynamic != DynamicRegistration::Off
    }

    /// What everybody may have who may register; the scopes of open resources are anybody's to ask for.
    async fn allowance(&self) -> Result<Allowance, Refusal> {
        let open = self.application_cache.catalogue().await?.open_scope();
        Ok(Allowance::of_everybody(self.settings.scopes.clone().union(&open)))
    }

    /// What an application says of itself, if it may have that.
    fn read(&self, sent: &Members, allowed: &Allowance) -> Result<ClientMetadata, Refusal> {
        let metadata = ClientMetadata::read(sent, allowed, self.keys.default_algorithm())?;
        if self.mail.is_own_name(&metadata.settings.name) {
            let what = "'client_name': an application cannot have the name of this server";
            return Err(Refusal::new(ErrorCode::InvalidClientMetadata, what));
        }
        Ok(metadata)
    }

    /// Where an application sees and changes its registration.
    fn uri_of(&self, application: &Application) -> String {
        self.issuer.url_of(&format!("{PATH}/{}", application.client_id))
    }

    fn new_access_token(&self) -> RegistrationAccessToken {
        RegistrationAccessToken::from_random(self.instruments.random())
    }
}

/// Whether a name that an application gives itself is not to be taken for that of one that is looked after here.
async fn check_look(
    tx: &mut Transaction,
    before: Option<&ApplicationSettings>,
    settings: &ApplicationSettings,
) -> Result<(), Refusal> {
    if passes_for_known(tx, before, settings).await? {
        return Err(Refusal::new(ErrorCode::InvalidClientMetadata, PASSES_FOR_KNOWN));
    }
    Ok(())
}
