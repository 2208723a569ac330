//! The authorization server metadata (RFC 8414 §2, OIDC Discovery §3).

use serde::Serialize;

use super::acr::AuthenticationClass;
use super::authorize::{self, ResponseMode};
use super::client_auth::METHODS;
use super::id_jag;
use super::jose::SigningAlgorithm;
use super::pkce;
use super::scope::IDENTITY;
use super::token::GrantType;

/// The metadata document. It lists only what this server implements.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the specifications name each of them")]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    end_session_endpoint: String,
    /// OIDC Back-Channel Logout §2.1.
    backchannel_logout_supported: bool,
    /// Logout tokens have `sid` (OIDC Back-Channel Logout §2.1).
    backchannel_logout_session_supported: bool,
    token_endpoint: String,
    userinfo_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    pushed_authorization_request_endpoint: String,
    /// RFC 8628 §4.
    device_authorization_endpoint: String,
    /// RFC 7591 §3, where clients may register themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    /// draft-ietf-oauth-client-id-metadata-document §6, where it is true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
    jwks_uri: String,
    grant_types_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: Vec<&'static str>,
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 5],
    /// RFC 9207: every authorization response carries `iss`.
    authorization_response_iss_parameter_supported: bool,
    /// Without the member, clients have to assume true (OIDC Discovery §3).
    request_uri_parameter_supported: bool,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    acr_values_supported: Vec<&'static str>,
    claims_supported: Vec<String>,
    /// OIDC Core §5.5.
    claims_parameter_supported: bool,
    ui_locales_supported: &'static [&'static str],
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    /// RFC 9449 §5.1.
    dpop_signing_alg_values_supported: Vec<&'static str>,
    scopes_supported: Vec<String>,
    /// draft-ietf-oauth-identity-chaining: what a token can be exchanged for that another authorization server takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    identity_chaining_requested_token_types_supported: Vec<&'static str>,
    /// draft-ietf-oauth-identity-assertion-authz-grant: what the grant jwt-bearer takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_grant_profiles_supported: Vec<&'static str>,
    /// RFC 9728 §4: the resources that any client may ask tokens for.
    protected_resources: Vec<String>,
}

/// What differs from server to server.
#[derive(Clone, Debug)]
pub struct Offered<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The scopes that any application may ask for, besides those of OpenID Connect.
    pub scopes: Vec<String>,
    /// The claims that attributes of people become.
    pub claims: Vec<String>,
    /// What applications may have their tokens signed with.
    pub signing: &'a [SigningAlgorithm],
    /// The resources that any application may ask tokens for.
    pub resources: Vec<String>,
    /// How surely people can sign in.
    pub classes: Vec<AuthenticationClass>,
    /// The language tags of the pages (RFC 5646).
    pub languages: &'static [&'static str],
    /// The path of the registration endpoint, if clients may register themselves.
    pub registration: Option<&'static str>,
    /// Whether a client id may be the address of a document.
    pub client_documents: bool,
    /// Which identity assertions there are.
    pub assertions: Assertions,
}

/// Which identity assertions a server has to do with.
#[derive(Clone, Copy, Debug)]
pub struct Assertions {
    /// Whether it issues them for another authorization server.
    pub issued: bool,
    /// Whether it takes those of another issuer.
    pub accepted: bool,
}

/// The claims that ID tokens and userinfo can have.
const CLAIMS: [&str; 19] = [
    "iss",
    "sub",
    "aud",
    "token_use",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "sid",
    "acr",
    "amr",
    "name",
    "preferred_username",
    "updated_at",
    "locale",
    "email",
    "email_verified",
    "groups",
];

/// The methods that authenticate: introspection is not for public clients.
fn confidential() -> Vec<&'static str> {
    METHODS.into_iter().filter(|method| *method != "none").collect()
}

impl Metadata {
    /// The metadata of a server.
    pub fn new(offered: Offered<'_>) -> Self {
        let Offered { issuer, scopes, claims, signing, resources, classes, .. } = offered;
        let Offered { languages, registration, client_documents, assertions, .. } = offered;
        let grants = GrantType::ALL.into_iter().filter(|grant| *grant != GrantType::JwtBearer || assertions.accepted);
        let named = scopes.into_iter().filter(|scope| !IDENTITY.contains(&scope.as_str()));
        let url = |path: &str| format!("{issuer}{path}");
        let algorithms = || SigningAlgorithm::ALL.map(SigningAlgorithm::name).to_vec();
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: url("/oauth/authorize"),
            end_session_endpoint: url("/oauth/logout"),
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            userinfo_endpoint: url("/oauth/userinfo"),
            introspection_endpoint: url("/oauth/introspect"),
            revocation_endpoint: url("/oauth/revoke"),
            pushed_authorization_request_endpoint: url("/oauth/par"),
            device_authorization_endpoint: url("/oauth/device_authorization"),
            registration_endpoint: registration.map(url),
            client_id_metadata_document_supported: client_documents,
            token_endpoint: url("/token"),
            jwks_uri: url("/.well-known/jwks.json"),
            grant_types_supported: grants.map(GrantType::name).collect(),
            identity_chaining_requested_token_types_supported: assertions
                .issued
                .then_some(id_jag::TOKEN_TYPE)
                .into_iter()
                .collect(),
            authorization_grant_profiles_supported: assertions
                .accepted
                .then_some(id_jag::PROFILE)
                .into_iter()
                .collect(),
            response_types_supported: [authorize::RESPONSE_TYPE],
            response_modes_supported: ResponseMode::ALL.map(ResponseMode::name).to_vec(),
            code_challenge_methods_supported: [pkce::METHOD],
            prompt_values_supported: ["none", "login", "consent", "select_account", "create"],
            authorization_response_iss_parameter_supported: true,
            request_uri_parameter_supported: false,
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: signing.iter().map(|one| one.name()).collect(),
            acr_values_supported: classes.into_iter().map(AuthenticationClass::name).collect(),
            claims_supported: CLAIMS.into_iter().map(str::to_owned).chain(claims).collect(),
            claims_parameter_supported: true,
            ui_locales_supported: languages,
            token_endpoint_auth_methods_supported: METHODS.to_vec(),
            token_endpoint_auth_signing_alg_values_supported: algorithms(),
            introspection_endpoint_auth_methods_supported: confidential(),
            introspection_endpoint_auth_signing_alg_values_supported: algorithms(),
            revocation_endpoint_auth_methods_supported: METHODS.to_vec(),
            revocation_endpoint_auth_signing_alg_values_supported: algorithms(),
            dpop_signing_alg_values_supported: algorithms(),
            protected_resources: resources,
            scopes_supported: IDENTITY.into_iter().map(str::to_owned).chain(named).collect(),
        }
    }
}
