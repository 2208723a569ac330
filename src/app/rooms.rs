//! Builds the rooms, the lowest first: each from exactly what it works with.

use std::sync::{Arc, OnceLock};

use crate::adapters::Outside;
use crate::config::Config;
use crate::domain::encryption::MasterKeyring;
use crate::flows::Rooms;
use crate::flows::access::Access;
use crate::flows::application_cache::ApplicationCache;
use crate::flows::applications::Applications;
use crate::flows::authorization_response::AuthorizationResponses;
use crate::flows::authorize::Authorizations;
use crate::flows::browsers::Browsers;
use crate::flows::clients::Clients;
use crate::flows::delivery_traces::DeliveryTraces;
use crate::flows::foundations::Foundations;
use crate::flows::guess_limits::GuessLimits;
use crate::flows::hash_secrets::SecretHasher;
use crate::flows::idempotency::Idempotency;
use crate::flows::insight::Insight;
use crate::flows::instruments::Instruments;
use crate::flows::keys::Keys;
use crate::flows::life_cycle::LifeCycle;
use crate::flows::login_codes::LoginCodes;
use crate::flows::mail::Mail;
use crate::flows::mail_limits::MailLimits;
use crate::flows::oversight::Oversight;
use crate::flows::ownership::Ownership;
use crate::flows::people::People;
use crate::flows::provision::Provisioning;
use crate::flows::request_limits::RequestLimits;
use crate::flows::self_service::SelfService;
use crate::flows::sessions::Sessions;
use crate::flows::sign_in::SignIns;
use crate::flows::sign_out::SignOut;
use crate::flows::token::Tokens;
use crate::flows::token_status::TokenStatus;
use crate::flows::upkeep::Upkeep;
use crate::flows::usage::UsageLog;
use crate::flows::webhooks::Webhooks;
use crate::store::Store;

/// Puts the parts together. Nothing is read from the database yet.
#[expect(clippy::too_many_lines, reason = "a line for each room and each that it works with")]
pub(super) fn build(config: Config, store: Store, master_keys: MasterKeyring, outside: Outside) -> Rooms {
    let instruments = Instruments::new(outside.clock, outside.entropy);
    let (config, master_keys) = (Arc::new(config), Arc::new(master_keys));
    let base = Foundations {
        config: Arc::clone(&config),
        store: store.clone(),
        master_keys: Arc::clone(&master_keys),
        instruments: instruments.clone(),
    };
    let browsers = Arc::new(Browsers::new(instruments.clone(), Arc::clone(&master_keys)));
    let idempotency = Arc::new(Idempotency::new(instruments.clone(), store.clone(), Arc::clone(&master_keys)));
    let delivery_traces = Arc::new(DeliveryTraces::new(instruments.clone(), store.clone()));
    let mail = Arc::new(Mail::new(&base, &delivery_traces, outside.mailer));
    let mail_limits =
        Arc::new(MailLimits::new(instruments.clone(), store.clone(), &browsers, config.rate_limits.clone()));
    let login_codes = Arc::new(LoginCodes::new(store.clone(), Arc::clone(&master_keys), config.login.link_ttl));
    let keys = Arc::new(Keys::new(&base));
    let application_cache = Arc::new(ApplicationCache::new(instruments.clone(), store.clone()));
    let webhooks = Arc::new(Webhooks::new(&base, outside.resolver));
    let insight = Arc::new(Insight::new(instruments.clone(), store.clone(), &application_cache));
    let (hasher, usage) = (Arc::<SecretHasher>::default(), Arc::<UsageLog>::default());
    let guesses = Arc::new(GuessLimits::new(&config.rate_limits));
    let request_limits = Arc::new(RequestLimits::new(&config.rate_limits));
    let clients = Arc::new(Clients::new(&base, &application_cache, &hasher, &guesses, &usage));
    let sessions = Arc::new(Sessions::new(instruments.clone(), store.clone(), &application_cache));
    let access = Arc::new(Access::new(store.clone(), config.self_service.applications_per_owner));
    let people = Arc::new(People::new(instruments.clone(), store.clone()));
    let oversight = Arc::new(Oversight::new(store.clone()));
    let applications = Arc::new(Applications::new(&base, &application_cache, &keys, &hasher));
    let self_service = Arc::new(SelfService::new(&base, &access, &applications, &mail));
    let ownership = Arc::new(Ownership::new(&base, &access, &mail, &mail_limits));
    let life_cycle = Arc::new(LifeCycle::new(&base, &access, &applications, &application_cache, &mail, &usage));
    let provisioning = Arc::new(Provisioning::new(&base, &applications, &hasher));
    let responses = Arc::new(AuthorizationResponses::new(&base, &application_cache));
    let sign_ins = Arc::new(SignIns::new(
        &base,
        &delivery_traces,
        &mail,
        &mail_limits,
        &login_codes,
        &sessions,
        &people,
        &responses,
    ));
    let authorizations = Arc::new(Authorizations::new(
        &base,
        &application_cache,
        &clients,
        &keys,
        &delivery_traces,
        &mail,
        &mail_limits,
        &responses,
        &sign_ins,
        &guesses,
        &request_limits,
    ));
    let sign_out = Arc::new(SignOut::new(&base, &application_cache, &keys, &sessions));
    let tokens =
        Arc::new(Tokens::new(&base, &application_cache, &keys, &clients, &delivery_traces, &login_codes, &usage));
    let token_status = Arc::new(TokenStatus::new(&base, &application_cache, &keys, &clients, &usage));
    let upkeep = Arc::new(Upkeep::new(&base, &application_cache, &keys, &insight, &life_cycle, &webhooks));
    Rooms {
        config,
        sources: OnceLock::new(),
        store,
        master_keys,
        instruments,
        usage,
        browsers,
        idempotency,
        delivery_traces,
        mail,
        mail_limits,
        login_codes,
        keys,
        application_cache,
        webhooks,
        insight,
        clients,
        sessions,
        access,
        people,
        oversight,
        applications,
        self_service,
        ownership,
        life_cycle,
        provisioning,
        responses,
        sign_ins,
        authorizations,
        sign_out,
        tokens,
        token_status,
        upkeep,
    }
}
