//! Builds the rooms, the lowest first: each from exactly what it works with.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::adapters::Outside;
use crate::adapters::fetch::{Documents, Fetcher};
use crate::config::{self, Config};
use crate::domain::encryption::MasterKeyring;
use crate::flows::Rooms;
use crate::flows::access::Access;
use crate::flows::address_changes::AddressChanges;
use crate::flows::application_cache::ApplicationCache;
use crate::flows::applications::Applications;
use crate::flows::authorization_response::AuthorizationResponses;
use crate::flows::authorize::Authorizations;
use crate::flows::browsers::Browsers;
use crate::flows::client_documents::ClientDocuments;
use crate::flows::clients::Clients;
use crate::flows::deliveries::Deliveries;
use crate::flows::delivery_traces::DeliveryTraces;
use crate::flows::device_grants::DeviceGrants;
use crate::flows::foundations::Foundations;
use crate::flows::groups::Groups;
use crate::flows::guess_limits::GuessLimits;
use crate::flows::hash_secrets::SecretHasher;
use crate::flows::idempotency::Idempotency;
use crate::flows::insight::Insight;
use crate::flows::instruments::Instruments;
use crate::flows::keys::Keys;
use crate::flows::life_cycle::LifeCycle;
use crate::flows::login_codes::LoginCodes;
use crate::flows::logos::Logos;
use crate::flows::mail::Mail;
use crate::flows::mail_limits::MailLimits;
use crate::flows::oversight::Oversight;
use crate::flows::ownership::Ownership;
use crate::flows::passkeys::Passkeys;
use crate::flows::people::People;
use crate::flows::proofs::Proofs;
use crate::flows::provision::Provisioning;
use crate::flows::registrations::Registrations;
use crate::flows::request_limits::RequestLimits;
use crate::flows::self_service::SelfService;
use crate::flows::sessions::Sessions;
use crate::flows::sign_in::SignIns;
use crate::flows::sign_out::SignOut;
use crate::flows::sign_up::SignUps;
use crate::flows::token::Tokens;
use crate::flows::token_status::TokenStatus;
use crate::flows::trusted_issuers::TrustedIssuers;
use crate::flows::upkeep::Upkeep;
use crate::flows::upstreams::{Line, Upstreams};
use crate::flows::usage::UsageLog;
use crate::flows::webhooks::Webhooks;
use crate::store::Store;

/// Puts the parts together. Nothing is read from the database yet.
pub(super) fn build(config: Config, store: Store, master_keys: MasterKeyring, outside: Outside) -> Rooms {
    let documents = documents(&config, &outside);
    let base = Foundations {
        documents,
        config: Arc::new(config),
        store,
        master_keys: Arc::new(master_keys),
        instruments: Instruments::new(Arc::clone(&outside.clock), Arc::clone(&outside.entropy)),
    };
    let line = Line { documents: base.documents.clone(), resolver: Arc::clone(&outside.resolver) };
    let shared = Shared::new(&base.config.rate_limits);
    let ground = Ground::new(&base, &shared, outside);
    let management = Management::new(&base, &shared, &ground);
    let endpoints = Endpoints::new(&base, &shared, &ground, line);
    all(base, shared.usage, ground, management, endpoints)
}

/// What others publish, from wherever the operator lets it be fetched.
fn documents(config: &Config, outside: &Outside) -> Documents {
    let (resolver, networks) = (Arc::clone(&outside.resolver), config.document_networks());
    let fetcher = Fetcher::new(resolver, networks, "registration.allow_private");
    Documents::new(fetcher, Arc::clone(&outside.clock), config.server.issuer.is_loopback())
}

/// What several rooms work with that is no room itself.
struct Shared {
    hasher: Arc<SecretHasher>,
    usage: Arc<UsageLog>,
    guesses: Arc<GuessLimits>,
    request_limits: Arc<RequestLimits>,
}

impl Shared {
    fn new(limits: &config::RateLimits) -> Self {
        Self {
            hasher: Arc::default(),
            usage: Arc::default(),
            guesses: Arc::new(GuessLimits::new(limits)),
            request_limits: Arc::new(RequestLimits::new(limits)),
        }
    }
}

/// The rooms that many others hold.
struct Ground {
    browsers: Arc<Browsers>,
    idempotency: Arc<Idempotency>,
    delivery_traces: Arc<DeliveryTraces>,
    mail: Arc<Mail>,
    mail_limits: Arc<MailLimits>,
    login_codes: Arc<LoginCodes>,
    keys: Arc<Keys>,
    application_cache: Arc<ApplicationCache>,
    client_documents: Arc<ClientDocuments>,
    webhooks: Arc<Webhooks>,
    deliveries: Arc<Deliveries>,
    logos: Arc<Logos>,
    insight: Arc<Insight>,
    clients: Arc<Clients>,
    sessions: Arc<Sessions>,
    access: Arc<Access>,
    people: Arc<People>,
    groups: Arc<Groups>,
    oversight: Arc<Oversight>,
    proofs: Arc<Proofs>,
}

impl Ground {
    fn new(base: &Foundations, shared: &Shared, outside: Outside) -> Self {
        let Foundations { config, store, master_keys, instruments, .. } = base;
        let (instruments, store) = (|| instruments.clone(), || store.clone());
        let browsers = Arc::new(Browsers::new(instruments(), Arc::clone(master_keys)));
        let delivery_traces = Arc::new(DeliveryTraces::new(instruments(), store()));
        let application_cache = Arc::new(ApplicationCache::new(base));
        application_cache.set_attribute_schema(config.provisioning.attribute_schema());
        let limits = config.rate_limits.clone();
        let mail = Arc::new(Mail::new(base, &delivery_traces, outside.mailer));
        let keys = Arc::new(Keys::new(base));
        let fetcher = Arc::new(Fetcher::new(outside.resolver, config.webhook_networks(), "webhooks.allow_private"));
        let webhooks = Arc::new(Webhooks::new(base, &fetcher));
        let client_documents = Arc::new(ClientDocuments::new(base, &mail, &keys, &application_cache));
        Self {
            idempotency: Arc::new(Idempotency::new(instruments(), store(), Arc::clone(master_keys))),
            mail_limits: Arc::new(MailLimits::new(instruments(), store(), &browsers, limits)),
            login_codes: Arc::new(LoginCodes::new(store(), Arc::clone(master_keys), config.login.link_ttl)),
            deliveries: Arc::new(Deliveries::new(base, &fetcher, &keys, &webhooks)),
            logos: Arc::new(Logos::new(base, &fetcher)),
            insight: Arc::new(Insight::new(instruments(), store(), &application_cache)),
            clients: Arc::new(Clients::new(base, &client_documents, &shared.hasher, &shared.guesses, &shared.usage)),
            sessions: Arc::new(Sessions::new(base, &application_cache)),
            access: Arc::new(Access::new(store(), config.self_service.applications_per_owner)),
            people: Arc::new(People::new(instruments(), store(), &application_cache)),
            groups: Arc::new(Groups::new(instruments(), store(), &application_cache)),
            oversight: Arc::new(Oversight::new(store())),
            proofs: Arc::new(Proofs::new(base)),
            browsers,
            delivery_traces,
            mail,
            keys,
            application_cache,
            client_documents,
            webhooks,
        }
    }
}

/// The rooms in which applications are looked after.
struct Management {
    applications: Arc<Applications>,
    registrations: Arc<Registrations>,
    self_service: Arc<SelfService>,
    ownership: Arc<Ownership>,
    life_cycle: Arc<LifeCycle>,
    provisioning: Arc<Provisioning>,
    upkeep: Arc<Upkeep>,
}

impl Management {
    fn new(base: &Foundations, shared: &Shared, ground: &Ground) -> Self {
        let Shared { hasher, usage, .. } = shared;
        let Ground { access, application_cache, clients, keys, groups, mail, mail_limits, insight, .. } = ground;
        let Ground { webhooks, deliveries, .. } = ground;
        let applications = Arc::new(Applications::new(base, application_cache, keys, hasher));
        let life_cycle = Arc::new(LifeCycle::new(base, access, &applications, application_cache, mail, usage));
        Self {
            registrations: Arc::new(Registrations::new(base, mail, application_cache, &applications, keys, clients)),
            self_service: Arc::new(SelfService::new(base, access, &applications, mail)),
            ownership: Arc::new(Ownership::new(base, access, mail, mail_limits)),
            provisioning: Arc::new(Provisioning::new(base, groups, &applications, hasher)),
            upkeep: Arc::new(Upkeep::new(
                base,
                application_cache,
                keys,
                groups,
                insight,
                &life_cycle,
                webhooks,
                deliveries,
            )),
            life_cycle,
            applications,
        }
    }
}

/// The rooms behind the endpoints of the protocol.
struct Endpoints {
    responses: Arc<AuthorizationResponses>,
    sign_ups: Arc<SignUps>,
    sign_ins: Arc<SignIns>,
    passkeys: Arc<Passkeys>,
    upstreams: Arc<Upstreams>,
    authorizations: Arc<Authorizations>,
    device_grants: Arc<DeviceGrants>,
    sign_out: Arc<SignOut>,
    address_changes: Arc<AddressChanges>,
    trusted_issuers: Arc<TrustedIssuers>,
    tokens: Arc<Tokens>,
    token_status: Arc<TokenStatus>,
}

impl Endpoints {
    fn new(base: &Foundations, shared: &Shared, ground: &Ground, line: Line) -> Self {
        let Shared { usage, guesses, request_limits, .. } = shared;
        let Ground { application_cache, client_documents, clients, keys, delivery_traces, mail, mail_limits, .. } =
            ground;
        let Ground { login_codes, sessions, people, groups, proofs, .. } = ground;
        let responses = Arc::new(AuthorizationResponses::new(base, application_cache));
        let sign_ups = Arc::new(SignUps::new(base, mail));
        let sign_ins = Arc::new(SignIns::new(
            base,
            delivery_traces,
            mail,
            mail_limits,
            login_codes,
            sessions,
            people,
            &sign_ups,
            &responses,
        ));
        let trusted_issuers = Arc::new(TrustedIssuers::new(&base.config, clients));
        let token_status = Arc::new(TokenStatus::new(base, application_cache, keys, clients, groups, proofs, usage));
        Self {
            passkeys: Arc::new(Passkeys::new(base, mail, sessions)),
            upstreams: Arc::new(Upstreams::new(base, line, (mail, people), (sessions, &sign_ups))),
            authorizations: Arc::new(Authorizations::new(
                base,
                application_cache,
                client_documents,
                clients,
                keys,
                groups,
                proofs,
                delivery_traces,
                mail,
                mail_limits,
                &responses,
                &sign_ins,
                guesses,
                request_limits,
            )),
            device_grants: Arc::new(DeviceGrants::new(base, application_cache, clients, request_limits)),
            address_changes: Arc::new(AddressChanges::new(base, mail, mail_limits)),
            sign_out: Arc::new(SignOut::new(base, application_cache, keys, sessions)),
            tokens: Arc::new(Tokens::new(
                base,
                application_cache,
                keys,
                clients,
                groups,
                delivery_traces,
                login_codes,
                &token_status,
                proofs,
                &trusted_issuers,
                usage,
            )),
            trusted_issuers,
            token_status,
            responses,
            sign_ups,
            sign_ins,
        }
    }
}

/// A line for each room.
fn all(base: Foundations, usage: Arc<UsageLog>, ground: Ground, management: Management, endpoints: Endpoints) -> Rooms {
    Rooms {
        config: base.config,
        sources: ArcSwapOption::empty(),
        store: base.store,
        master_keys: base.master_keys,
        instruments: base.instruments,
        usage,
        browsers: ground.browsers,
        idempotency: ground.idempotency,
        delivery_traces: ground.delivery_traces,
        mail: ground.mail,
        mail_limits: ground.mail_limits,
        login_codes: ground.login_codes,
        keys: ground.keys,
        application_cache: ground.application_cache,
        client_documents: ground.client_documents,
        webhooks: ground.webhooks,
        deliveries: ground.deliveries,
        logos: ground.logos,
        insight: ground.insight,
        clients: ground.clients,
        sessions: ground.sessions,
        access: ground.access,
        people: ground.people,
        groups: ground.groups,
        oversight: ground.oversight,
        proofs: ground.proofs,
        applications: management.applications,
        registrations: management.registrations,
        self_service: management.self_service,
        ownership: management.ownership,
        life_cycle: management.life_cycle,
        provisioning: management.provisioning,
        upkeep: management.upkeep,
        responses: endpoints.responses,
        sign_ups: endpoints.sign_ups,
        sign_ins: endpoints.sign_ins,
        passkeys: endpoints.passkeys,
        upstreams: endpoints.upstreams,
        authorizations: endpoints.authorizations,
        device_grants: endpoints.device_grants,
        sign_out: endpoints.sign_out,
        address_changes: endpoints.address_changes,
        trusted_issuers: endpoints.trusted_issuers,
        tokens: endpoints.tokens,
        token_status: endpoints.token_status,
    }
}
