//! What the browser says about a ceremony (§5.8.1): which page asked, with which challenge.

use serde::Deserialize;

use super::{Base64Url, RelyingParty, WebauthnError};

/// What was asked of the authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// To make a passkey.
    Create,
    /// To sign in with one.
    Get,
}

impl Ceremony {
    const fn client_data_type(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// The members of the client data that are looked at; a browser may add others.
#[derive(Deserialize)]
struct Members {
    r#type: String,
    challenge: Base64Url,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// Client data that is of the right ceremony and of a page of ours. Reading it is the check.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientData {
    challenge: Vec<u8>,
}

impl ClientData {
    /// Reads client data as §7.1 steps 6 to 12 and §7.2 steps 9 to 15 want it.
    pub fn read(json: &[u8], ceremony: Ceremony, party: RelyingParty<'_>) -> Result<Self, WebauthnError> {
        let members: Members = serde_json::from_slice(json).map_err(|_| WebauthnError::Form("clientDataJSON"))?;
        if members.r#type != ceremony.client_data_type() {
            return Err(WebauthnError::OtherCeremony);
        }
        if !party.origins.contains(&members.origin) {
            return Err(WebauthnError::OtherOrigin);
        }
        if members.cross_origin || members.top_origin.is_some() {
            return Err(WebauthnError::InForeignFrame);
        }
        Ok(Self { challenge: members.challenge.0 })
    }

    /// The challenge, as text; whether it was given out and is still good is for the caller to find.
    pub fn challenge(&self) -> Result<&str, WebauthnError> {
        std::str::from_utf8(&self.challenge).map_err(|_| WebauthnError::Form("challenge"))
    }
}
