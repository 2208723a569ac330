//! Authorization requests that an application sends to the server itself before a browser is involved
//! (RFC 9126).

use std::time::Duration;

use super::{Authorizations, Channel, prove_redirect};
use crate::domain::application::{Application, ClientAuthentication};
use crate::domain::ids::ClientId;
use crate::domain::one_time::PushedRequest;
use crate::flows::clients::ClientRequest;
use crate::flows::request_limits::Sender;
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

/// Parameters that authenticate the application. They are for this request only and are not kept.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

impl Authorizations {
    /// RFC 9126 §2: takes a request that the authorization endpoint would take, and gives the URI it goes by.
    pub async fn push_request(&self, request: ClientRequest<'_>) -> Result<String, Refusal> {
        let client = self.clients.authenticate_request_at(&request, Some(PATH)).await?;
        client.proven(self.push_request_of(&client.application, &request).await)
    }

    async fn push_request_of(&self, application: &Application, request: &ClientRequest<'_>) -> Result<String, Refusal> {
        // An attacker can push requests in the name of a public client.
        if application.settings.authentication == ClientAuthentication::None {
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
        let value = PushedRequest::from_random(self.instruments.random());
        let kept = parameters.without(&CREDENTIALS).with("client_id", application.client_id.as_str())?;
        let row = PushedRow {
            uri_hash: value.hash(),
            application: application.id,
            parameters: kept.to_form(),
            expires_at: self.instruments.now().plus(PUSHED_REQUEST_LIFETIME),
        };
        self.store.pushed_request_insert(&row).await?;
        Ok(format!("{URI_PREFIX}{}", value.expose()))
    }

    /// RFC 9126 §4: the parameters behind a URI, once, for the application that pushed them.
    pub async fn take_pushed_request(&self, client_id: &ClientId, request_uri: &str) -> Result<Parameters, Refusal> {
        let unknown = || {
            Refusal::new(
                ErrorCode::InvalidRequestUri,
                "the request_uri is not known, was used, has expired, or is another application's",
            )
        };
        let value = request_uri.strip_prefix(URI_PREFIX).ok_or_else(unknown)?;
        let value: PushedRequest = value.parse().map_err(|_| unknown())?;
        let application = self.application_cache.application(client_id).await?.ok_or_else(unknown)?;
        let mut tx = self.store.begin().await?;
        let taken =
            tx.pushed_request_take(value.hash(), application.id, self.instruments.now()).await?.ok_or_else(unknown)?;
        tx.commit().await?;
        Parameters::from_form(taken.as_bytes())
    }
}
