//! ACTS: what the server does, one file for each flow: load, decide, commit.
//!
//! Owns the order of steps, what is kept in memory between requests, and where a transaction begins and
//! ends. Does not own rules (`protocol`), facts (`domain`), SQL (`store`) or HTTP (`http`). Imports `store`,
//! `adapters`, `domain`, `protocol` and `config`.

pub mod access;
pub mod address_changes;
mod admission;
pub mod application_cache;
pub mod applications;
pub mod authorization_response;
pub mod authorize;
pub mod browsers;
pub mod client_documents;
pub mod clients;
mod confirmed_counter;
pub mod consequences;
pub mod deliveries;
pub mod delivery_traces;
pub mod device_grants;
pub mod foundations;
pub mod groups;
pub mod guess_limits;
pub mod hash_secrets;
mod hashing_queue;
pub mod idempotency;
pub mod insight;
pub mod instruments;
pub mod keys;
mod known_scopes;
pub mod life_cycle;
pub mod login_codes;
pub mod logos;
pub mod mail;
pub mod mail_limits;
pub mod oversight;
mod own_names;
pub mod ownership;
pub mod passkeys;
pub mod people;
pub mod proofs;
pub mod provision;
pub mod registrations;
pub mod request_limits;
pub mod requester;
mod secret_fingerprints;
pub mod self_service;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
mod targets;
pub mod token;
pub mod token_status;
pub mod trusted_issuers;
mod unread_documents;
mod unused_limit;
pub mod upkeep;
pub mod upstreams;
pub mod usage;
pub mod webhooks;

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::config::{Config, Sources};
use crate::domain::encryption::MasterKeyring;
use crate::store::Store;
use access::Access;
use address_changes::AddressChanges;
use application_cache::ApplicationCache;
use applications::Applications;
use authorization_response::AuthorizationResponses;
use authorize::Authorizations;
use browsers::Browsers;
use client_documents::ClientDocuments;
use clients::Clients;
use deliveries::Deliveries;
use delivery_traces::DeliveryTraces;
use device_grants::DeviceGrants;
use groups::Groups;
use idempotency::Idempotency;
use insight::Insight;
use instruments::Instruments;
use keys::Keys;
use life_cycle::LifeCycle;
use login_codes::LoginCodes;
use logos::Logos;
use mail::Mail;
use mail_limits::MailLimits;
use oversight::Oversight;
use ownership::Ownership;
use passkeys::Passkeys;
use people::People;
use proofs::Proofs;
use provision::Provisioning;
use registrations::Registrations;
use self_service::SelfService;
use sessions::Sessions;
use sign_in::SignIns;
use sign_out::SignOut;
use sign_up::SignUps;
use token::Tokens;
use token_status::TokenStatus;
use trusted_issuers::TrustedIssuers;
use upkeep::Upkeep;
use upstreams::Upstreams;
use usage::UsageLog;
use webhooks::Webhooks;

/// The rooms of one server or command, lowest first, as the composition root has built them. It hands them out, each to the
/// caller that works in it; no room knows of this.
pub struct Rooms {
    /// What the operator set.
    pub config: Arc<Config>,
    /// Who set what, for the operators to see; a command has no need to know.
    pub sources: ArcSwapOption<Sources>,
    /// The database.
    pub store: Store,
    /// Opens what is stored encrypted.
    pub master_keys: Arc<MasterKeyring>,
    /// The clock and the randomness.
    pub instruments: Instruments,
    /// Uses of applications that are still to be written down.
    pub usage: Arc<UsageLog>,
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
    /// The signing keys.
    pub keys: Arc<Keys>,
    /// Applications at hand.
    pub application_cache: Arc<ApplicationCache>,
    /// Applications that are described elsewhere.
    pub client_documents: Arc<ClientDocuments>,
    /// The webhooks.
    pub webhooks: Arc<Webhooks>,
    /// What is sent to other servers.
    pub deliveries: Arc<Deliveries>,
    /// The pictures of applications.
    pub logos: Arc<Logos>,
    /// What owners see of their applications.
    pub insight: Arc<Insight>,
    /// Who sends requests of applications.
    pub clients: Arc<Clients>,
    /// The sessions of browsers.
    pub sessions: Arc<Sessions>,
    /// Who may do what.
    pub access: Arc<Access>,
    /// The accounts.
    pub people: Arc<People>,
    /// Groups of them.
    pub groups: Arc<Groups>,
    /// What operators see.
    pub oversight: Arc<Oversight>,
    /// Whether senders hold the keys that their tokens are bound to.
    pub proofs: Arc<Proofs>,
    /// Whose identity assertions count.
    pub trusted_issuers: Arc<TrustedIssuers>,
    /// The applications.
    pub applications: Arc<Applications>,
    /// Those that register themselves.
    pub registrations: Arc<Registrations>,
    /// What developers do with theirs.
    pub self_service: Arc<SelfService>,
    /// Their owners.
    pub ownership: Arc<Ownership>,
    /// From their last use to their end.
    pub life_cycle: Arc<LifeCycle>,
    /// What the configuration declares.
    pub provisioning: Arc<Provisioning>,
    /// The answers to authorization requests.
    pub responses: Arc<AuthorizationResponses>,
    /// Who may make an account.
    pub sign_ups: Arc<SignUps>,
    /// Signing in.
    pub sign_ins: Arc<SignIns>,
    /// Signing in without mail.
    pub passkeys: Arc<Passkeys>,
    /// Signing in at another provider.
    pub upstreams: Arc<Upstreams>,
    /// Authorization requests.
    pub authorizations: Arc<Authorizations>,
    /// Requests of devices.
    pub device_grants: Arc<DeviceGrants>,
    /// Other addresses for accounts.
    pub address_changes: Arc<AddressChanges>,
    /// Signing out for applications.
    pub sign_out: Arc<SignOut>,
    /// The token endpoint.
    pub tokens: Arc<Tokens>,
    /// Whether tokens count.
    pub token_status: Arc<TokenStatus>,
    /// What keeps the server going.
    pub upkeep: Arc<Upkeep>,
}
