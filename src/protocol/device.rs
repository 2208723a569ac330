//! The device authorization endpoint's request and response (RFC 8628 §3.1, §3.2).

use std::time::Duration;

use serde::Serialize;

use super::parameters::Parameters;
use super::refusal::Refusal;
use super::resource::{self, ResourceId};
use super::scope::Scope;

/// How long a device waits between two polls, unless it was told to slow down.
pub const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// How much longer it waits each time that it is told to slow down (RFC 8628 §3.5).
pub const SLOW_DOWN_BY: Duration = Duration::from_secs(5);

/// How long a person has to answer.
pub const DEVICE_CODE_LIFETIME: Duration = Duration::from_mins(15);

/// A request of a device after parsing: well formed, not yet allowed.
#[derive(Clone, Debug)]
pub struct DeviceAuthorizationRequest {
    /// The requested scope; none means the application's default.
    pub scope: Option<Scope>,
    /// The requested resources (RFC 8707); none means the application itself.
    pub resources: Vec<ResourceId>,
}

impl DeviceAuthorizationRequest {
    /// Reads the parameters.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let scope = parameters.value("scope").map(str::parse).transpose();
        Ok(Self {
            scope: scope.map_err(|e| Refusal::invalid_scope(format!("the scope is malformed: {e}")))?,
            resources: resource::requested(parameters)?,
        })
    }
}

/// A successful answer of the endpoint (RFC 8628 §3.2).
#[derive(Clone, Serialize)]
pub struct DeviceAuthorizationResponse {
    /// What the device polls with.
    pub device_code: String,
    /// What the person types.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code or a link.
    pub verification_uri_complete: String,
    /// The lifetime of both codes in seconds.
    pub expires_in: u64,
    /// How many seconds the device waits between two polls.
    pub interval: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::refusal::ErrorCode;

    #[test]
    fn malformed_scopes_and_resources_have_their_own_errors() {
        let read =
            |form: &str| DeviceAuthorizationRequest::from_parameters(&Parameters::from_form(form.as_bytes()).unwrap());
        assert_eq!(read("client_id=tv&scope=a%22b").unwrap_err().code, ErrorCode::InvalidScope);
        assert_eq!(read("client_id=tv&resource=api").unwrap_err().code, ErrorCode::InvalidTarget);
        let plain = read("client_id=tv&unknown=x").unwrap();
        assert!(plain.scope.is_none() && plain.resources.is_empty());
    }
}
