//! What a page asks the browser for (§5.4, §5.5), as JSON for its script.

use serde::Serialize;

use super::{KeyAlgorithm, base64url};

/// How long a person may take, in milliseconds: as long as the challenge lives.
const TIMEOUT: u32 = 300_000;

/// The options of `navigator.credentials.create`.
#[derive(Clone, Debug, Serialize)]
pub struct CreationOptions {
    challenge: String,
    rp: Party,
    user: Subject,
    #[serde(rename = "pubKeyCredParams")]
    parameters: Vec<Parameter>,
    timeout: u32,
    #[serde(rename = "excludeCredentials")]
    exclude: Vec<Descriptor>,
    #[serde(rename = "authenticatorSelection")]
    selection: Selection,
    attestation: &'static str,
}

/// The options of `navigator.credentials.get`. No credential is named: the person chooses, and who they are is known
/// afterwards.
#[derive(Clone, Debug, Serialize)]
pub struct RequestOptions {
    challenge: String,
    #[serde(rename = "rpId")]
    party: String,
    timeout: u32,
    #[serde(rename = "userVerification")]
    verification: &'static str,
}

/// Whose passkey it is, as the authenticator shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Subject {
    /// The user handle in base64url: random, and known to nobody but authenticators.
    pub id: String,
    /// Their address.
    pub name: String,
    /// What they are called.
    #[serde(rename = "displayName")]
    pub display_name: String,
}

#[derive(Clone, Debug, Serialize)]
struct Party {
    id: String,
    name: String,
}

#[derive(Clone, Debug, Serialize)]
struct Parameter {
    r#type: &'static str,
    alg: i64,
}

#[derive(Clone, Debug, Serialize)]
struct Descriptor {
    r#type: &'static str,
    id: String,
}

#[derive(Clone, Debug, Serialize)]
struct Selection {
    #[serde(rename = "residentKey")]
    resident: &'static str,
    #[serde(rename = "requireResidentKey")]
    require_resident: bool,
    #[serde(rename = "userVerification")]
    verification: &'static str,
}

const PUBLIC_KEY: &str = "public-key";
const REQUIRED: &str = "required";

impl CreationOptions {
    /// A discoverable passkey with user verification, for whoever has none of `known` on their authenticator.
    pub fn new<'a>(challenge: &str, party: &str, user: Subject, known: impl Iterator<Item = &'a [u8]>) -> Self {
        let parameters = KeyAlgorithm::ALL.map(|algorithm| Parameter { r#type: PUBLIC_KEY, alg: algorithm.cose() });
        Self {
            challenge: base64url(challenge.as_bytes()),
            rp: Party { id: party.to_owned(), name: party.to_owned() },
            user,
            parameters: parameters.into(),
            timeout: TIMEOUT,
            exclude: known.map(|id| Descriptor { r#type: PUBLIC_KEY, id: base64url(id) }).collect(),
            selection: Selection { resident: REQUIRED, require_resident: true, verification: REQUIRED },
            attestation: "none",
        }
    }
}

impl RequestOptions {
    /// Any passkey for this server, with user verification.
    pub fn new(challenge: &str, party: &str) -> Self {
        Self {
            challenge: base64url(challenge.as_bytes()),
            party: party.to_owned(),
            timeout: TIMEOUT,
            verification: REQUIRED,
        }
    }
}
