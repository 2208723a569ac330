//! The state of the routers. It hands the rooms out one by one, so that what asks for one says which.

use std::sync::Arc;

use axum::extract::FromRef;
use tokio_util::sync::CancellationToken;

use super::brand::Brand;
use crate::config::{Config, Sources};
use crate::flows::Rooms;
use crate::flows::access::Access;
use crate::flows::address_changes::AddressChanges;
use crate::flows::application_cache::ApplicationCache;
use crate::flows::applications::Applications;
use crate::flows::authorize::Authorizations;
use crate::flows::browsers::Browsers;
use crate::flows::client_documents::ClientDocuments;
use crate::flows::clients::Clients;
use crate::flows::deliveries::Deliveries;
use crate::flows::device_grants::DeviceGrants;
use crate::flows::groups::Groups;
use crate::flows::idempotency::Idempotency;
use crate::flows::insight::Insight;
use crate::flows::instruments::Instruments;
use crate::flows::keys::Keys;
use crate::flows::life_cycle::LifeCycle;
use crate::flows::logos::Logos;
use crate::flows::mail::Mail;
use crate::flows::mail_limits::MailLimits;
use crate::flows::oversight::Oversight;
use crate::flows::ownership::Ownership;
use crate::flows::passkeys::Passkeys;
use crate::flows::people::People;
use crate::flows::proofs::Proofs;
use crate::flows::registrations::Registrations;
use crate::flows::self_service::SelfService;
use crate::flows::sessions::Sessions;
use crate::flows::sign_in::SignIns;
use crate::flows::sign_out::SignOut;
use crate::flows::sign_up::SignUps;
use crate::flows::token::Tokens;
use crate::flows::token_status::TokenStatus;
use crate::flows::trusted_issuers::TrustedIssuers;
use crate::flows::upkeep::Upkeep;
use crate::flows::upstreams::Upstreams;
use crate::flows::webhooks::Webhooks;
use crate::telemetry::Metrics;

/// What handlers and extractors ask for rooms. Every layer of a route clones it for every request, so a clone is one
/// counter.
#[derive(Clone)]
pub struct Edge(Arc<Parts>);

struct Parts {
    rooms: Arc<Rooms>,
    brand: Arc<Brand>,
    metrics: Arc<Metrics>,
    stopping: CancellationToken,
}

/// A room by its name, for extractors, and as the `State` of a handler.
macro_rules! hands_out {
    ($($field:ident: $room:ident,)*) => {
        impl Edge {$(
            #[doc = concat!("The room [`", stringify!($room), "`].")]
            pub(super) fn $field(&self) -> &Arc<$room> {
                &self.0.rooms.$field
            }
        )*}
        $(
            impl FromRef<Edge> for Arc<$room> {
                fn from_ref(edge: &Edge) -> Self {
                    Self::clone(&edge.0.rooms.$field)
                }
            }
        )*
    };
}

hands_out! {
    access: Access,
    address_changes: AddressChanges,
    application_cache: ApplicationCache,
    applications: Applications,
    authorizations: Authorizations,
    browsers: Browsers,
    client_documents: ClientDocuments,
    clients: Clients,
    deliveries: Deliveries,
    device_grants: DeviceGrants,
    groups: Groups,
    idempotency: Idempotency,
    insight: Insight,
    keys: Keys,
    life_cycle: LifeCycle,
    logos: Logos,
    mail: Mail,
    mail_limits: MailLimits,
    oversight: Oversight,
    ownership: Ownership,
    passkeys: Passkeys,
    people: People,
    proofs: Proofs,
    registrations: Registrations,
    self_service: SelfService,
    sessions: Sessions,
    sign_ins: SignIns,
    sign_out: SignOut,
    sign_ups: SignUps,
    token_status: TokenStatus,
    tokens: Tokens,
    trusted_issuers: TrustedIssuers,
    upkeep: Upkeep,
    upstreams: Upstreams,
    webhooks: Webhooks,
    config: Config,
}

impl Edge {
    /// Hands out these rooms.
    pub fn new(rooms: Arc<Rooms>, brand: Arc<Brand>, metrics: Arc<Metrics>, stopping: CancellationToken) -> Self {
        Self(Arc::new(Parts { rooms, brand, metrics, stopping }))
    }

    /// What pages show of the operator.
    pub(super) fn brand(&self) -> &Arc<Brand> {
        &self.0.brand
    }

    /// The metrics.
    pub(super) fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// Cancelled when the server is about to stop.
    pub(super) fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// The clock and the randomness.
    pub(super) fn instruments(&self) -> &Instruments {
        &self.0.rooms.instruments
    }

    /// Where each setting came from.
    pub(super) fn sources(&self) -> Option<Arc<Sources>> {
        self.0.rooms.sources.load_full()
    }
}
