//! The token endpoint's request and response (RFC 6749 §3.2, §4, §5).

use serde::Serialize;

use super::mismatch::{Field, Mismatch};
use super::named::named;
use super::parameters::Parameters;
use super::refusal::{ErrorCode, Refusal};
use super::resource::{self, ResourceId};
use super::scope::Scope;

named! {
    /// The grants this server supports. Discovery, registration and the token endpoint all read this list.
    #[derive(PartialOrd, Ord)]
    pub enum GrantType {
        /// RFC 6749 §4.4: the client acts for itself.
        ClientCredentials = "client_credentials": "Tokens for itself, with its own secret (client_credentials)",
        /// RFC 6749 §4.1.3: a code of the authorization endpoint is exchanged.
        AuthorizationCode = "authorization_code": "People sign in through their browser (authorization_code)",
        /// RFC 6749 §6: a refresh token is exchanged.
        RefreshToken = "refresh_token": "Stay signed in without asking again (refresh_token)",
        /// RFC 8628 §3.4: a person allows in a browser what a device without one asks for.
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code": "People allow it on another device (device_code)",
        /// RFC 8693: an application that was sent a token passes the request on in the name of its sender.
        TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange": "Pass requests on in the name of whoever sent them (token-exchange)",
        /// RFC 7523 §2.1: an issuer that the operator trusts asserts that the application may act for a person.
        JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer": "Act for people as a trusted issuer asserts (jwt-bearer)",
        /// An extension grant (RFC 6749 §4.5): a person typed the code of a mail into a client without a browser.
        LoginCode = "urn:gatepost:params:oauth:grant-type:login-code": "People type a code from their mail into the application (login-code)",
    }
}

/// The addresses of the token endpoint, below the issuer.
pub const PATHS: [&str; 3] = ["/token", "/oauth/token", "/oauth2/token"];

impl GrantType {
    /// Whether a person lets an application in by it, so that it has tokens that speak for them.
    pub const fn lets_in(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::DeviceCode | Self::LoginCode | Self::JwtBearer => true,
            Self::ClientCredentials | Self::RefreshToken | Self::TokenExchange => false,
        }
    }
}

/// A token request after parsing: well formed, not yet allowed.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The requested grant.
    pub grant: GrantType,
    /// The requested scope; none means the application's default.
    pub scope: Option<Scope>,
    /// The requested resources (RFC 8707); none means the application itself.
    pub resources: Vec<ResourceId>,
}

impl TokenRequest {
    /// Reads the parameters that all grants share.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let Some(grant) = parameters.value("grant_type").map(str::trim_ascii) else {
            return Err(Refusal::invalid_request("the parameter 'grant_type' is missing")
                .with_mismatch(Mismatch::missing(Field::GrantType, None)));
        };
        let grant = GrantType::from_name(grant).ok_or_else(|| {
            let known = GrantType::ALL.map(GrantType::name).join(", ");
            Refusal::new(
                ErrorCode::UnsupportedGrantType,
                format!("the grant_type '{grant}' is not one of this server's: {known}"),
            )
            .with_mismatch(Mismatch::nearest(Field::GrantType, grant, GrantType::ALL.map(GrantType::name)))
        })?;
        let scope = parameters.value("scope").map(str::parse).transpose();
        Ok(Self {
            grant,
            scope: scope.map_err(|e| Refusal::invalid_scope(format!("the scope is malformed: {e}")))?,
            resources: resource::requested(parameters)?,
        })
    }
}

/// Refuses a grant that an application is not registered for.
pub fn check_registered(registered: &[GrantType], grant: GrantType) -> Result<(), Refusal> {
    if registered.contains(&grant) {
        return Ok(());
    }
    let known = registered.iter().map(|grant| grant.name());
    Err(Refusal::new(
        ErrorCode::UnauthorizedClient,
        format!("this application is not registered for the grant {}", grant.name()),
    )
    .with_mismatch(Mismatch::nearest(Field::GrantType, grant.name(), known)))
}

/// A successful answer of the token endpoint (RFC 6749 §5.1).
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// The signed access token.
    pub access_token: String,
    /// Its lifetime in seconds.
    pub expires_in: u64,
    /// `Bearer` (RFC 6750), or `DPoP` where the token is bound to a key (RFC 9449 §5).
    pub token_type: &'static str,
    /// The granted scope; left out when it is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The refresh token (RFC 6749 §1.5), if the application has that grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The ID token (OIDC Core §3.1.3.3), if the scope has `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What the access token is (RFC 8693 §2.2.1), where it was exchanged for another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<TokenRequest, Refusal> {
        TokenRequest::from_parameters(&Parameters::from_form(form.as_bytes()).unwrap())
    }

    #[test]
    fn a_grant_has_one_name_and_is_found_by_it() {
        for grant in GrantType::ALL {
            assert_eq!(GrantType::from_name(grant.name()), Some(grant));
        }
    }

    #[test]
    fn a_missing_or_unknown_grant_type_is_told_apart() {
        assert_eq!(read("scope=a").unwrap_err().code, ErrorCode::InvalidRequest);
        assert_eq!(read("grant_type=password").unwrap_err().code, ErrorCode::UnsupportedGrantType);
        assert_eq!(read("grant_type=Client_Credentials").unwrap_err().code, ErrorCode::UnsupportedGrantType);
    }

    #[test]
    fn malformed_scopes_and_resources_have_their_own_errors() {
        let grant = "grant_type=client_credentials";
        assert_eq!(read(&format!("{grant}&scope=a%22b")).unwrap_err().code, ErrorCode::InvalidScope);
        assert_eq!(read(&format!("{grant}&resource=api")).unwrap_err().code, ErrorCode::InvalidTarget);
        assert_eq!(read(&format!("{grant}&resource=https://a%23b")).unwrap_err().code, ErrorCode::InvalidTarget);
    }
}
