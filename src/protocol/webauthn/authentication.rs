//! Signing in with a passkey (§7.2): the answer to `navigator.credentials.get`.

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use super::authenticator_data::AuthenticatorData;
use super::{Base64Url, Ceremony, ClientData, PublicKey, RelyingParty, WebauthnError};

/// A browser's answer, not believed yet (§5.1.8 `AuthenticationResponseJSON`).
#[derive(Clone, Deserialize)]
pub struct Assertion {
    #[serde(rename = "rawId")]
    raw_id: Base64Url,
    response: AssertionResponse,
}

#[derive(Clone, Deserialize)]
struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64Url,
    #[serde(rename = "authenticatorData")]
    authenticator_data: Base64Url,
    signature: Base64Url,
    #[serde(rename = "userHandle")]
    user_handle: Option<Base64Url>,
}

/// What a verified answer says of its passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssertedCredential {
    /// The counter now.
    pub sign_count: u32,
    /// Whether it may have copies.
    pub backup_eligible: bool,
    /// Whether it has copies now.
    pub backed_up: bool,
}

impl Assertion {
    /// Reads the JSON that our script sends.
    pub fn read(json: &str) -> Result<Self, WebauthnError> {
        serde_json::from_str(json).map_err(|_| WebauthnError::Form("the assertion is no JSON of its kind"))
    }

    /// What the browser says; its challenge is the caller's to spend.
    pub fn client_data(&self, party: RelyingParty<'_>) -> Result<ClientData, WebauthnError> {
        ClientData::read(&self.response.client_data.0, Ceremony::Get, party)
    }

    /// Which passkey it claims to be of.
    pub fn credential_id(&self) -> &[u8] {
        &self.raw_id.0
    }

    /// Whose passkey it claims to be. A discoverable credential always says so (§7.2 step 6).
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.response.user_handle.as_ref().map(|handle| handle.0.as_slice())
    }

    /// Checks it with the key of its passkey (§7.2 steps 16 to 24).
    pub fn verify(&self, key: &PublicKey, party: RelyingParty<'_>) -> Result<AssertedCredential, WebauthnError> {
        let AssertionResponse { client_data, authenticator_data, signature, .. } = &self.response;
        let data = AuthenticatorData::read(&authenticator_data.0, party)?;
        let message = [authenticator_data.0.as_slice(), digest(&SHA256, &client_data.0).as_ref()].concat();
        key.verify(&message, &signature.0)?;
        let AuthenticatorData { backup_eligible, backed_up, sign_count, .. } = data;
        Ok(AssertedCredential { sign_count, backup_eligible, backed_up })
    }
}

/// Whether a counter goes on from what it was (§6.1.1). An authenticator that does not count says 0 for ever; one that
/// counts and does not go on was copied.
pub const fn counts_on(before: u32, now: u32) -> bool {
    now > before || (now == 0 && before == 0)
}
