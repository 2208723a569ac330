//! Requests of devices without a browser (RFC 8628), from their arrival to the person's answer. What a device gets for
//! that is decided at the token endpoint.
//!
//! The two halves never meet: the device has the device code, the browser that took the user code has the row's id.

mod answer;
mod begin;
mod polls;
mod user_codes;

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::application_cache::ApplicationCache;
use super::clients::Clients;
use super::foundations::Foundations;
use super::instruments::Instruments;
use super::request_limits::RequestLimits;
use crate::config::{Issuer, RateLimits};
use crate::protocol::scope::Scope;
use crate::store::Store;
use user_codes::UserCodes;

pub use answer::{Decision, EnteredCode, OpenedDevice};
pub(in crate::flows) use polls::{Poll, PollTimes};

/// Requests of devices, on their way to an answer.
pub struct DeviceGrants {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    application_cache: Arc<ApplicationCache>,
    clients: Arc<Clients>,
    request_limits: Arc<RequestLimits>,
    user_codes: UserCodes,
    limits: ArcSwap<RateLimits>,
    free_scopes: Scope,
}

impl DeviceGrants {
    /// Requests are kept in the database.
    pub fn new(
        base: &Foundations,
        application_cache: &Arc<ApplicationCache>,
        clients: &Arc<Clients>,
        request_limits: &Arc<RequestLimits>,
    ) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            application_cache: Arc::clone(application_cache),
            clients: Arc::clone(clients),
            request_limits: Arc::clone(request_limits),
            user_codes: UserCodes::new(Arc::clone(&base.master_keys)),
            limits: ArcSwap::from_pointee(base.config.rate_limits.clone()),
            free_scopes: base.config.self_service.scopes.clone(),
        }
    }

    /// Other limits on open requests and wrong codes from now on; what was counted stays counted.
    pub fn set_limits(&self, limits: RateLimits) {
        self.limits.store(Arc::new(limits));
    }
}
