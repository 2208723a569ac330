//! The device authorization endpoint (RFC 8628 §3.1): a device asks, and gets two codes.

use super::DeviceGrants;
use crate::config::RateLimits;
use crate::domain::application::Application;
use crate::domain::device_grant::{DeviceAnswer, DeviceGrant, UserCode};
use crate::domain::ids::{ApplicationId, DeviceGrantId, Timestamp};
use crate::domain::one_time::DeviceCode;
use crate::domain::session::Device;
use crate::flows::clients::ClientRequest;
use crate::flows::guess_limits::network_of;
use crate::flows::known_scopes::known_scopes;
use crate::flows::request_limits::Sender;
use crate::protocol::device::{
    DEVICE_CODE_LIFETIME, DeviceAuthorizationRequest, DeviceAuthorizationResponse, POLL_INTERVAL,
};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::requested_scope::{self, ScopeLimits};
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::{GrantType, check_registered};
use crate::store::Transaction;

/// The page where people type their code.
const PAGE: &str = "/device";

/// How often another user code is tried where a request has the same one.
const MOST_COLLISIONS: usize = 5;

impl DeviceGrants {
    /// Takes a request of a device, which came from here.
    pub async fn begin_device_grant(
        &self,
        request: ClientRequest<'_>,
        asked_from: Device,
    ) -> Result<DeviceAuthorizationResponse, Refusal> {
        let client = self.clients.authenticate_request(&request).await?;
        client.proven(self.begin_for(&client.application, &request, asked_from).await)
    }

    async fn begin_for(
        &self,
        application: &Application,
        request: &ClientRequest<'_>,
        asked_from: Device,
    ) -> Result<DeviceAuthorizationResponse, Refusal> {
        let now = self.instruments.now();
        // An attacker can send requests in the name of a public client.
        if application.is_public() {
            self.request_limits.admit(Sender::at(request.address), now)?;
        }
        check_registered(&application.settings.grants, GrantType::DeviceCode)?;
        let (scope, resources) = self.settle(application, request).await?;
        let device_code = DeviceCode::from_random(self.instruments.random());
        let network = network_of(request.address).to_string();
        let mut tx = self.store.begin().await?;
        self.check_open(&mut tx, application.id, &network, now).await?;
        let new = |id, user_code_hash| DeviceGrant {
            id,
            application: application.id,
            user_code_hash,
            scope: scope.clone(),
            resources: resources.clone(),
            asked_from: asked_from.clone(),
            network: network.clone(),
            created_at: now,
            expires_at: now.plus(DEVICE_CODE_LIFETIME),
            browser: None,
            answer: DeviceAnswer::Awaited,
        };
        for _ in 0..MOST_COLLISIONS {
            let id = DeviceGrantId::new(self.instruments.row_id(now));
            let (user_code, hash) = self.user_codes.of_new(id);
            if tx.device_grant_insert(&new(id, hash), device_code.hash()).await? {
                tx.commit().await?;
                return Ok(self.response(&device_code, &user_code));
            }
        }
        Err(Refusal::server_error("no user code is free"))
    }

    /// What the device asks for, within what its application may ask for.
    async fn settle(
        &self,
        application: &Application,
        request: &ClientRequest<'_>,
    ) -> Result<(Scope, Vec<ResourceId>), Refusal> {
        let device_request = DeviceAuthorizationRequest::from_parameters(request.parameters)?;
        let settings = &application.settings;
        let catalogue = self.application_cache.catalogue().await?;
        let targets = catalogue.with_open(&application.targets());
        let resources =
            self.application_cache.permitted_targets(application, &device_request.resources, &targets).await?;
        let open = catalogue.open_scope_of(&resources);
        let known = known_scopes(&catalogue, &self.free_scopes);
        let limits = ScopeLimits {
            allowed: &settings.scope.clone().union(&open),
            default: &settings.default_scope.clone().union(&open),
            known: &known,
            policy: settings.scope_policy,
        };
        let scope = requested_scope::settle(device_request.scope.as_ref(), limits)?;
        Ok((scope, resources))
    }

    /// Open requests are what an attacker who guesses user codes can find.
    async fn check_open(
        &self,
        tx: &mut Transaction,
        application: ApplicationId,
        network: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let RateLimits { enabled, open_device_codes_per_ip, .. } = **self.limits.load();
        if !enabled {
            return Ok(());
        }
        let most = usize::try_from(open_device_codes_per_ip).unwrap_or(usize::MAX);
        let open = tx.device_grants_open(application, network, now).await?;
        let Some(next) = open.len().checked_sub(most).and_then(|at| open.get(at)) else { return Ok(()) };
        let what = "too many devices wait for an answer here; answer one of them, or wait until its code has expired";
        Err(Refusal::new(ErrorCode::TooManyRequests, what).retry_after(next.since(now)))
    }

    fn response(&self, device_code: &DeviceCode, user_code: &UserCode) -> DeviceAuthorizationResponse {
        let (user_code, page) = (user_code.grouped(), self.issuer.url_of(PAGE));
        DeviceAuthorizationResponse {
            device_code: device_code.expose().to_owned(),
            verification_uri_complete: format!("{page}?user_code={user_code}"),
            user_code,
            verification_uri: page,
            expires_in: DEVICE_CODE_LIFETIME.as_secs(),
            interval: POLL_INTERVAL.as_secs(),
        }
    }
}
