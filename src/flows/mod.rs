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
pub mod caught_mail;
pub mod check_bearer;
mod compose_mail;
pub mod csrf;
pub mod deliver_webhooks;
pub mod export_audit;
pub mod flash_secret;
pub mod forget_expired;
pub mod guess_limits;
pub mod hash_secrets;
pub mod idempotency;
pub mod insight;
mod invitations;
pub mod keyring;
pub mod known_browser;
pub mod life_cycle;
pub mod listings;
pub mod manage_application;
pub mod manage_user;
pub mod operate;
mod own_applications;
pub mod ownership;
pub mod provision;
pub mod pushed_request;
pub mod queue_mail;
pub mod readiness;
pub mod request_limits;
pub mod request_log;
pub mod rotate_keys;
pub mod self_service;
pub mod send_mail;
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

use uuid::Uuid;

use crate::adapters::Outside;
use crate::adapters::entropy::{Entropy, random, row_id};
use crate::adapters::fetch::Fetcher;
use crate::config::{Config, Sources};
use crate::domain::audit::{Actor, AuditEntry, AuditEvent};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::{AuditId, Timestamp};
use crate::store::Store;
use application_cache::ApplicationCache;
use deliver_webhooks::Deliveries;
use guess_limits::GuessLimits;
use keyring::Keyring;
use request_limits::RequestLimits;
use request_log::RequestLog;
use send_mail::Outbox;
use usage::UsageLog;
use verify_secret::SecretVerifier;

/// All that an act needs: what was configured, what is remembered, and what is kept in memory. Shared by
/// every request, job and command.
pub struct Server {
    /// What the operator set.
    pub config: Config,
    /// Who set what, for the operators to see; a command has no need to know.
    pub sources: OnceLock<Sources>,
    /// The database.
    pub store: Store,
    /// Opens what is stored encrypted.
    pub master_keys: MasterKeyring,
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
    /// Mail that is being sent.
    pub outbox: Outbox,
    /// Messages that are being sent to webhooks.
    pub deliveries: Deliveries,
    /// Connects to addresses that others chose.
    fetcher: Fetcher,
    outside: Outside,
}

impl Server {
    /// Puts the parts together. Nothing is read from the database yet.
    pub fn new(config: Config, store: Store, master_keys: MasterKeyring, outside: Outside) -> Self {
        Self {
            keyring: Keyring::default(),
            directory: ApplicationCache::default(),
            secrets: SecretVerifier::new(random(&*outside.entropy)),
            guesses: GuessLimits::new(&config.rate_limits),
            request_limits: RequestLimits::new(&config.rate_limits),
            usage: UsageLog::default(),
            fetcher: Fetcher::new(Arc::clone(&outside.resolver), config.webhook_networks()),
            requests: RequestLog::default(),
            config,
            sources: OnceLock::new(),
            store,
            master_keys,
            outbox: Outbox::default(),
            deliveries: Deliveries::default(),
            outside,
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        random(&*self.outside.entropy)
    }

    /// Where private keys come from.
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        Arc::clone(&self.outside.entropy)
    }

    fn row_id(&self, now: Timestamp) -> Uuid {
        row_id(&*self.outside.entropy, now)
    }

    fn audit_entry(&self, actor: &Actor, event: AuditEvent, at: Timestamp) -> AuditEntry {
        AuditEntry { id: AuditId::new(self.row_id(at)), at, actor: actor.clone(), event }
    }
}
