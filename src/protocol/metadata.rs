//! The server's description of itself (RFC 8414 §2, OIDC Discovery §3).

use serde::Serialize;

use super::client_auth::METHODS;
use super::jose::SigningAlgorithm;
use super::token::GrantType;

/// The metadata document. It says only what this server really does.
#[derive(Clone, Debug, Serialize)]
pub struct Metadata {
    issuer: String,
    token_endpoint: String,
    jwks_uri: String,
    grant_types_supported: Vec<&'static str>,
    /// Required by RFC 8414 even where there is no authorization endpoint; then it is empty.
    response_types_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
}

impl Metadata {
    /// The metadata of the server at this issuer, which offers these scopes by name.
    pub fn new(issuer: &str, scopes: Vec<String>) -> Self {
        let url = |path: &str| format!("{issuer}{path}");
        Self {
            issuer: issuer.to_owned(),
            token_endpoint: url("/token"),
            jwks_uri: url("/.well-known/jwks.json"),
            grant_types_supported: GrantType::ALL.map(GrantType::name).to_vec(),
            response_types_supported: Vec::new(),
            token_endpoint_auth_methods_supported: METHODS.to_vec(),
            token_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL
                .map(SigningAlgorithm::name)
                .to_vec(),
            scopes_supported: scopes,
        }
    }
}
