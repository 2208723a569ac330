//! Registering a passkey (§7.1): the answer to `navigator.credentials.create`.

use minicbor::Decoder;
use serde::Deserialize;

use super::authenticator_data::AuthenticatorData;
use super::{Base64Url, Ceremony, ClientData, PublicKey, RelyingParty, WebauthnError};

/// A browser's answer, not believed yet (§5.1.8 `RegistrationResponseJSON`).
#[derive(Clone, Deserialize)]
pub struct Registration {
    #[serde(rename = "rawId")]
    raw_id: Base64Url,
    response: AttestationResponse,
}

#[derive(Clone, Deserialize)]
struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64Url,
    #[serde(rename = "attestationObject")]
    attestation: Base64Url,
}

/// A passkey that was made for this server, by a person whom their authenticator has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// Its id.
    pub id: Vec<u8>,
    /// The key.
    pub public_key: PublicKey,
    /// The counter, if the authenticator has one.
    pub sign_count: u32,
    /// Whether it may have copies on other devices.
    pub backup_eligible: bool,
    /// Whether it has copies now.
    pub backed_up: bool,
}

impl Registration {
    /// Reads the JSON that our script sends.
    pub fn read(json: &str) -> Result<Self, WebauthnError> {
        serde_json::from_str(json).map_err(|_| WebauthnError::Form("the registration is no JSON of its kind"))
    }

    /// What the browser says; its challenge is the caller's to spend.
    pub fn client_data(&self, party: RelyingParty<'_>) -> Result<ClientData, WebauthnError> {
        ClientData::read(&self.response.client_data.0, Ceremony::Create, party)
    }

    /// The credential in it (§7.1 steps 13 to 25).
    pub fn credential(&self, party: RelyingParty<'_>) -> Result<NewCredential, WebauthnError> {
        let data = AuthenticatorData::read(authenticator_data_of(&self.response.attestation.0)?, party)?;
        let credential = data.credential.ok_or(WebauthnError::NoCredential)?;
        if credential.id != self.raw_id.0 {
            return Err(WebauthnError::OtherCredential);
        }
        Ok(NewCredential {
            id: credential.id,
            public_key: credential.public_key,
            sign_count: data.sign_count,
            backup_eligible: data.backup_eligible,
            backed_up: data.backed_up,
        })
    }
}

/// The authenticator data of an attestation object (§6.5). Its statement is passed over: none was asked for.
fn authenticator_data_of(object: &[u8]) -> Result<&[u8], WebauthnError> {
    let bad = |_| WebauthnError::Form("attestationObject");
    let mut decoder = Decoder::new(object);
    let members = decoder.map().map_err(bad)?;
    let mut found = None;
    for _ in 0..members.filter(|members| *members <= 8).ok_or(WebauthnError::Form("attestationObject"))? {
        match decoder.str().map_err(bad)? {
            "authData" if found.is_none() => found = Some(decoder.bytes().map_err(bad)?),
            "authData" => return Err(WebauthnError::Form("attestationObject has authData twice")),
            _ => decoder.skip().map_err(bad)?,
        }
    }
    if decoder.position() != object.len() {
        return Err(WebauthnError::Form("something follows the attestationObject"));
    }
    found.ok_or(WebauthnError::Form("attestationObject has no authData"))
}
