//! Authorization requests that an application sends to the server itself before a browser is involved
//! (RFC 9126).
//!
//! Those of an application that authenticates are stored, so many at a time. A public one proves nothing, so nothing is
//! stored for it: the URI carries the request.

use std::time::Duration;

use super::{Authorizations, Channel, prove_redirect};
use crate::domain::application::Application;
use crate::domain::ids::{ClientId, Timestamp};
use crate::domain::one_time::{PushedRequest, ValueHash};
use crate::flows::clients::ClientRequest;
use crate::flows::proofs::Nonce;
use crate::flows::request_limits::Sender;
use crate::protocol::authorize::PARAMETERS;
use crate::protocol::carried_request::CarriedRequest;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::store::PushedRow;

/// What every URI of a pushed request begins with (RFC 9126 §2.2).
const URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The endpoint, which assertions may name as their audience.
const PATH: &str = "/oauth/par";

/// The lifetime of a pushed request.
pub const PUSHED_REQUEST_LIFETIME: Duration = Duration::from_secs(90);

/// The most that is kept of one request, in bytes.
const LARGEST: usize = 16 * 1024;

/// The most that a URI carries, in bytes: proxies take addresses of about eight thousand characters.
const LARGEST_CARRIED: usize = 4 * 1024;

/// How many requests of one application may wait to be taken.
const MOST_WAITING: i64 = 1000;

/// The purpose of the key that carried requests are signed with.
const CARRIED: &str = "pushed_requests.carried";

impl Authorizations {
    /// RFC 9126 §2: takes a request that the authorization endpoint would take, and gives the URI it goes by.
    pub async fn push_request(&self, request: ClientRequest<'_>) -> Result<String, Refusal> {
        let client = self.clients.authenticate_request_at(&request, Some(PATH)).await?;
        client.proven(self.push_request_of(&client.application, &request).await)
    }

    async fn push_request_of(&self, application: &Application, request: &ClientRequest<'_>) -> Result<String, Refusal> {
        let is_public = application.is_public();
        if is_public {
            self.request_limits.admit(Sender::at(request.address), self.instruments.now())?;
        }
        let parameters = request.parameters;
        if parameters.value("request_uri").is_some() {
            return Err(Refusal::invalid_request("a pushed request cannot itself have a request_uri"));
        }
        if parameters.value("client_id").is_some_and(|named| named != application.client_id.as_str()) {
            return Err(Refusal::invalid_request("client_id is not the application that authenticated itself"));
        }
        // RFC 9126 §2.1: validated as the authorization endpoint would.
        self.settle(application, parameters, &Scope::empty()).await?;
        prove_redirect(application, parameters, Channel::Browser)?;
        let known = parameters.only(&PARAMETERS).with("client_id", application.client_id.as_str())?;
        let known = self.with_key(known, request)?.to_form();
        let value = if is_public { self.carry(known)? } else { self.store_request(application, known).await? };
        Ok(format!("{URI_PREFIX}{value}"))
    }

    /// RFC 9449 §10.1: the key of a proof beside the request is that of its code, as if `dpop_jkt` named it.
    fn with_key(&self, known: Parameters, request: &ClientRequest<'_>) -> Result<Parameters, Refusal> {
        let Some(sent) = request.proof else { return Ok(known) };
        let proven = self.proofs.check_at_endpoint(sent, Nonce::Optional)?;
        let key = proven.key.to_string();
        let known = match known.value("dpop_jkt") {
            None => known.with("dpop_jkt", &key)?,
            Some(named) if named == key => known,
            Some(_) => return Err(Refusal::invalid_request("dpop_jkt is another key than that of the DPoP proof")),
        };
        self.proofs.use_up(&proven)?;
        Ok(known)
    }

    async fn store_request(&self, application: &Application, parameters: String) -> Result<String, Refusal> {
        check_size(&parameters, LARGEST)?;
        let now = self.instruments.now();
        let value = PushedRequest::from_random(self.instruments.random());
        let row = PushedRow {
            uri_hash: value.hash(),
            application: application.id,
            parameters,
            expires_at: now.plus(PUSHED_REQUEST_LIFETIME),
        };
        if self.store.pushed_request_insert(&row, MOST_WAITING, now).await? {
            return Ok(value.expose().to_owned());
        }
        let what =
            format!("{MOST_WAITING} requests of this application wait already; each waits for 90 seconds at most");
        Err(Refusal::new(ErrorCode::TooManyRequests, what).retry_after(PUSHED_REQUEST_LIFETIME / 10))
    }

    fn carry(&self, parameters: String) -> Result<String, Refusal> {
        check_size(&parameters, LARGEST_CARRIED)?;
        let keys = self.master_keys.derive(CARRIED);
        let key = keys.first().ok_or_else(|| Refusal::server_error("there is no master key"))?;
        let expires_at = self.instruments.now().plus(PUSHED_REQUEST_LIFETIME).as_micros();
        Ok(CarriedRequest { parameters, expires_at }.write(key, self.instruments.random()))
    }

    /// RFC 9126 §4: the parameters behind a URI, once, for the application that pushed them.
    pub async fn take_pushed_request(&self, client_id: &ClientId, request_uri: &str) -> Result<Parameters, Refusal> {
        let value = request_uri.strip_prefix(URI_PREFIX).ok_or_else(unknown)?;
        let application = self.application_cache.application(client_id).await?.ok_or_else(unknown)?;
        if CarriedRequest::is_carried(value) {
            return self.take_carried(&application, value).await;
        }
        let value: PushedRequest = value.parse().map_err(|_| unknown())?;
        let mut tx = self.store.begin().await?;
        let taken =
            tx.pushed_request_take(value.hash(), application.id, self.instruments.now()).await?.ok_or_else(unknown)?;
        tx.commit().await?;
        Parameters::from_form(taken.as_bytes())
    }

    /// Only now that a browser brings it something is written: that it was taken.
    async fn take_carried(&self, application: &Application, value: &str) -> Result<Parameters, Refusal> {
        let carried = CarriedRequest::read(value, &self.master_keys.derive(CARRIED)).ok_or_else(unknown)?;
        let (expires_at, now) = (Timestamp::from_micros(carried.expires_at), self.instruments.now());
        let parameters = Parameters::from_form(carried.parameters.as_bytes())?;
        if now >= expires_at || parameters.value("client_id") != Some(application.client_id.as_str()) {
            return Err(unknown());
        }
        let mut tx = self.store.begin().await?;
        if !tx.pushed_request_note_taken(ValueHash::of(value), application.id, (expires_at, now)).await? {
            return Err(unknown());
        }
        tx.commit().await?;
        Ok(parameters)
    }
}

fn check_size(parameters: &str, largest: usize) -> Result<(), Refusal> {
    if parameters.len() <= largest {
        return Ok(());
    }
    let what = format!("the request has {} bytes as a form, and may have {largest}", parameters.len());
    Err(Refusal::new(ErrorCode::TooLarge, what))
}

fn unknown() -> Refusal {
    Refusal::new(
        ErrorCode::InvalidRequestUri,
        "the request_uri is not known, was used, has expired, or is another application's",
    )
}
