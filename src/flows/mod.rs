//! ACTS: what the server does, one file for each: load, decide, commit.
//!
//! Owns the order of steps, what is kept in memory between requests, and where a transaction begins and
//! ends. Does not own rules (`protocol`), facts (`domain`), SQL (`store`) or HTTP (`http`). Imports `store`,
//! `adapters`, `domain`, `protocol` and `config`.

pub mod access;
pub mod account;
pub mod application_cache;
pub mod approvals;
pub mod authenticate_client;
pub mod authorize;
pub mod browsers;
pub mod check_bearer;
pub mod delivery_traces;
pub mod export_audit;
pub mod forget_expired;
pub mod foundations;
pub mod guess_limits;
pub mod hash_secrets;
pub mod idempotency;
pub mod insight;
pub mod instruments;
mod invitations;
pub mod keyring;
pub mod life_cycle;
pub mod listings;
pub mod login_codes;
pub mod mail;
pub mod mail_limits;
pub mod manage_application;
pub mod manage_user;
pub mod operate;
mod own_applications;
pub mod ownership;
pub mod provision;
pub mod pushed_request;
pub mod readiness;
pub mod request_limits;
pub mod request_log;
pub mod requester;
pub mod rotate_keys;
pub mod self_service;
pub mod set_up;
pub mod sign_in;
pub mod sign_out;
pub mod token;
pub mod token_status;
pub mod usage;
pub mod userinfo;
pub mod verify_secret;
pub mod watch_changes;
pub mod webhooks;

use std::sync::{Arc, OnceLock};

use crate::adapters::Outside;
use crate::config::{Config, Sources};
use crate::domain::encryption::MasterKeyring;
use crate::store::Store;
use application_cache::ApplicationCache;
use browsers::Browsers;
use delivery_traces::DeliveryTraces;
use foundations::Foundations;
use guess_limits::GuessLimits;
use idempotency::Idempotency;
use instruments::Instruments;
use keyring::Keyring;
use login_codes::LoginCodes;
use mail::Mail;
use mail_limits::MailLimits;
use request_limits::RequestLimits;
use request_log::RequestLog;
use usage::UsageLog;
use verify_secret::SecretVerifier;
use webhooks::Webhooks;

/// All that an act needs: what was configured, what is remembered, and what is kept in memory. Shared by
/// every request, job and command.
pub struct Server {
    /// What the operator set.
    pub config: Arc<Config>,
    /// Who set what, for the operators to see; a command has no need to know.
    pub sources: OnceLock<Sources>,
    /// The database.
    pub store: Store,
    /// Opens what is stored encrypted.
    pub master_keys: Arc<MasterKeyring>,
    /// The clock and the randomness.
    pub instruments: Instruments,
    /// What browsers carry.
    pub browsers: Arc<Browsers>,
    /// Requests that may arrive more than once.
    pub idempotency: Arc<Idempotency>,
    /// The steps of sign-ins.
    pub delivery_traces: Arc<DeliveryTraces>,
    /// The outbox.
    pub mail: Arc<Mail>,
    /// How many mails may be asked for.
    pub mail_limits: Arc<MailLimits>,
    /// The codes in mails.
    pub login_codes: Arc<LoginCodes>,
    /// The webhooks.
    pub webhooks: Arc<Webhooks>,
    /// The keys that sign and verify, as of the last look at the database.
    pub keyring: Keyring,
    /// Applications as of the last look at the database.
    pub directory: ApplicationCache,
    /// Checks secrets, and remembers those it has checked.
    pub secrets: SecretVerifier,
    /// Counts wrong guesses.
    pub guesses: GuessLimits,
    /// Counts authorization requests.
    pub request_limits: RequestLimits,
    /// Uses of applications that are still to be written down.
    pub usage: UsageLog,
    /// Requests that are still to be noted for their applications.
    pub requests: RequestLog,
}

impl Server {
    /// Puts the parts together. Nothing is read from the database yet.
    pub fn new(config: Config, store: Store, master_keys: MasterKeyring, outside: Outside) -> Self {
        let instruments = Instruments::new(outside.clock, outside.entropy);
        let (config, master_keys) = (Arc::new(config), Arc::new(master_keys));
        let base = Foundations {
            config: Arc::clone(&config),
            store: store.clone(),
            master_keys: Arc::clone(&master_keys),
            instruments: instruments.clone(),
        };
        let browsers = Arc::new(Browsers::new(instruments.clone(), Arc::clone(&master_keys)));
        let idempotency = Idempotency::new(instruments.clone(), store.clone(), Arc::clone(&master_keys));
        let delivery_traces = Arc::new(DeliveryTraces::new(instruments.clone(), store.clone()));
        let limits = config.rate_limits.clone();
        Self {
            keyring: Keyring::default(),
            directory: ApplicationCache::default(),
            secrets: SecretVerifier::new(instruments.random()),
            guesses: GuessLimits::new(&config.rate_limits),
            request_limits: RequestLimits::new(&config.rate_limits),
            usage: UsageLog::default(),
            requests: RequestLog::default(),
            sources: OnceLock::new(),
            idempotency: Arc::new(idempotency),
            mail: Arc::new(Mail::new(&base, Arc::clone(&delivery_traces), outside.mailer)),
            mail_limits: Arc::new(MailLimits::new(instruments.clone(), store.clone(), Arc::clone(&browsers), limits)),
            login_codes: Arc::new(LoginCodes::new(store.clone(), Arc::clone(&master_keys), config.login.link_ttl)),
            webhooks: Arc::new(Webhooks::new(&base, outside.resolver)),
            browsers,
            delivery_traces,
            config,
            store,
            master_keys,
            instruments,
        }
    }
}
