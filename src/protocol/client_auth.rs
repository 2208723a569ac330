//! Client authentication as it stands in a request (RFC 6749 §2.3, RFC 7523 §2.2).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::assertion::claimed_client as client_of_assertion;
use super::named::named;
use super::parameters::{Parameters, form_decode};
use super::refusal::Refusal;

/// The one value of `client_assertion_type` this server knows (RFC 7523 §2.2).
pub const JWT_BEARER_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

named! {
    /// How a client authenticates at the token endpoint (RFC 7591 §2 `token_endpoint_auth_method`).
    pub enum AuthMethod {
        /// Its secret in the `Authorization` header.
        Basic = "client_secret_basic",
        /// Its secret in the body.
        Post = "client_secret_post",
        /// A JWT that it signs (RFC 7523).
        PrivateKeyJwt = "private_key_jwt",
        /// It does not: it is public.
        None = "none",
    }
}

/// The authentication methods of the token endpoint, by their registered names.
pub const METHODS: [&str; 4] =
    [AuthMethod::Basic.name(), AuthMethod::Post.name(), AuthMethod::PrivateKeyJwt.name(), AuthMethod::None.name()];

/// What a request offers to authenticate its client: exactly one method.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientCredentials {
    /// A secret, in the `Authorization` header or in the body.
    Secret {
        /// The client that the request claims to come from.
        client_id: String,
        /// The secret as presented.
        secret: String,
    },
    /// A JWT signed with a key of the client's (RFC 7523).
    Assertion {
        /// `client_id` of the body, where it was sent; it must agree with the assertion.
        client_id: Option<String>,
        /// The signed JWT.
        assertion: String,
    },
    /// Only a client id: a public client, or a confidential one that did not authenticate.
    Identifier {
        /// The client that the request claims to come from.
        client_id: String,
    },
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret { client_id, .. } => write!(f, "Secret({client_id})"),
            Self::Assertion { client_id, .. } => write!(f, "Assertion({client_id:?})"),
            Self::Identifier { client_id } => write!(f, "Identifier({client_id})"),
        }
    }
}

impl ClientCredentials {
    /// Reads the credentials of a request from its `Authorization` header and its parameters.
    ///
    /// RFC 6749 §2.3: a client uses one method per request; two are refused even if both would be right.
    pub fn from_request(authorization: Option<&str>, parameters: &Parameters) -> Result<Self, Refusal> {
        let client_id = trimmed(parameters, "client_id");
        let secret = trimmed(parameters, "client_secret");
        let assertion = assertion(parameters)?;
        let methods = [authorization.is_some(), secret.is_some(), assertion.is_some()];
        if methods.into_iter().filter(|used| *used).count() > 1 {
            return Err(Refusal::invalid_request(
                "more than one client authentication method in one request; use one of the Authorization header, \
                 client_secret and client_assertion",
            ));
        }
        if let Some(header) = authorization {
            return Self::from_basic(header, client_id);
        }
        if let Some(assertion) = assertion {
            return Ok(Self::Assertion { client_id: client_id.map(str::to_owned), assertion });
        }
        let Some(client_id) = client_id else {
            return Err(Refusal::invalid_client("the request does not say which client it comes from"));
        };
        let client_id = client_id.to_owned();
        Ok(match secret {
            Some(secret) => Self::Secret { client_id, secret: secret.to_owned() },
            None => Self::Identifier { client_id },
        })
    }

    /// RFC 6749 §2.3.1: HTTP Basic, with both halves form-encoded before they are joined.
    fn from_basic(header: &str, body_client_id: Option<&str>) -> Result<Self, Refusal> {
        let (client_id, secret) = basic_pair(header)?;
        if body_client_id.is_some_and(|other| other != client_id) {
            return Err(Refusal::invalid_request("client_id and the Authorization header name two different clients"));
        }
        // Some libraries send `id:` for a public client; an empty secret is no secret (RFC 6749 §2.3.1).
        Ok(if secret.is_empty() { Self::Identifier { client_id } } else { Self::Secret { client_id, secret } })
    }
}

/// The client that a request claims to come from, even if the request is malformed otherwise.
pub fn claimed_client(authorization: Option<&str>, parameters: Option<&Parameters>) -> Option<String> {
    let named = parameters.and_then(|parameters| trimmed(parameters, "client_id")).map(str::to_owned);
    let signed = || parameters.and_then(|parameters| parameters.value("client_assertion"));
    named
        .or_else(|| authorization.and_then(|header| basic_pair(header).ok()).map(|(client_id, _)| client_id))
        .or_else(|| signed().and_then(|assertion| client_of_assertion(assertion).ok()))
}

/// White space around a value is a slip of the pen; where there is nothing else, there is no value.
fn trimmed<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.value(name).map(str::trim_ascii).filter(|value| !value.is_empty())
}

fn basic_pair(header: &str) -> Result<(String, String), Refusal> {
    let (scheme, encoded) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Refusal::invalid_client("the Authorization header of a client must use the Basic scheme"));
    }
    let decoded = STANDARD
        .decode(encoded.trim_ascii())
        .map_err(|_| Refusal::invalid_client("the Basic credentials are not valid base64"))?;
    let text =
        String::from_utf8(decoded).map_err(|_| Refusal::invalid_client("the Basic credentials are not UTF-8 text"))?;
    let Some((client_id, secret)) = text.split_once(':') else {
        return Err(Refusal::invalid_client("the Basic credentials have no colon between client id and secret"));
    };
    let half = |half: &str| {
        form_decode(half.as_bytes()).filter(|decoded| !decoded.chars().any(char::is_control)).ok_or_else(|| {
            Refusal::invalid_client("client id and secret in the Basic credentials must be form encoded")
        })
    };
    let (client_id, secret) = (half(client_id)?, half(secret)?);
    if client_id.is_empty() {
        return Err(Refusal::invalid_client("the Basic credentials have an empty client id"));
    }
    Ok((client_id, secret))
}

fn assertion(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    match (parameters.value("client_assertion_type"), parameters.value("client_assertion")) {
        (None, None) => Ok(None),
        (Some(JWT_BEARER_ASSERTION), Some(assertion)) => Ok(Some(assertion.to_owned())),
        (Some(_), Some(_)) => {
            Err(Refusal::invalid_request(format!("client_assertion_type must be {JWT_BEARER_ASSERTION}")))
        }
        _ => Err(Refusal::invalid_request("client_assertion and client_assertion_type come only together")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::refusal::ErrorCode;

    fn read(authorization: Option<&str>, form: &str) -> Result<ClientCredentials, Refusal> {
        ClientCredentials::from_request(authorization, &Parameters::from_form(form.as_bytes()).unwrap())
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    fn secret(client_id: &str, secret: &str) -> ClientCredentials {
        ClientCredentials::Secret { client_id: client_id.to_owned(), secret: secret.to_owned() }
    }

    #[test]
    fn basic_is_form_decoded_after_base64() {
        assert_eq!(read(Some(&basic("a%3Ab:p+q%2B")), "").unwrap(), secret("a:b", "p q+"));
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        assert_eq!(read(Some(&basic("a:b").replace("Basic", "bAsIc")), "").unwrap(), secret("a", "b"));
    }

    #[test]
    fn a_colon_in_the_secret_is_the_secrets() {
        assert_eq!(read(Some(&basic("a:b:c")), "").unwrap(), secret("a", "b:c"));
    }

    #[test]
    fn the_body_may_carry_the_secret() {
        assert_eq!(read(None, "client_id=a&client_secret=b").unwrap(), secret("a", "b"));
    }

    #[test]
    fn white_space_around_an_id_or_secret_is_ignored() {
        assert_eq!(read(None, "client_id=+a&client_secret=+b").unwrap(), secret("a", "b"));
    }

    #[test]
    fn two_methods_are_refused() {
        for (header, form) in [
            (Some(basic("a:b")), "client_id=a&client_secret=b".to_owned()),
            (Some(basic("a:b")), format!("client_assertion=x&client_assertion_type={JWT_BEARER_ASSERTION}")),
            (
                None,
                format!("client_id=a&client_secret=b&client_assertion=x&client_assertion_type={JWT_BEARER_ASSERTION}"),
            ),
        ] {
            assert_eq!(read(header.as_deref(), &form).unwrap_err().code, ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn header_and_body_may_not_name_two_clients() {
        assert!(read(Some(&basic("a:b")), "client_id=a").is_ok());
        assert_eq!(read(Some(&basic("a:b")), "client_id=c").unwrap_err().code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn broken_basic_headers_are_invalid_client() {
        for header in ["Basic", "Basic ", "Basic !!!", "Bearer abc", "Basic YQ==", "Basic /////w==", "", "Digest x"] {
            assert_eq!(read(Some(header), "").unwrap_err().code, ErrorCode::InvalidClient, "{header}");
        }
        for pair in ["a%:b", "a:%zz", ":b", "a%00:b"] {
            assert_eq!(read(Some(&basic(pair)), "").unwrap_err().code, ErrorCode::InvalidClient, "{pair}");
        }
    }

    #[test]
    fn an_empty_secret_is_no_secret() {
        let public = ClientCredentials::Identifier { client_id: "a".to_owned() };
        assert_eq!(read(Some(&basic("a:")), "").unwrap(), public);
        assert_eq!(read(None, "client_id=a&client_secret=").unwrap(), public);
        assert_eq!(read(None, "client_id=a&client_secret=+").unwrap(), public);
    }

    #[test]
    fn an_assertion_needs_its_type() {
        assert_eq!(read(None, "client_assertion=x").unwrap_err().code, ErrorCode::InvalidRequest);
        let other = read(None, "client_assertion=x&client_assertion_type=y").unwrap_err();
        assert!(other.description.contains(JWT_BEARER_ASSERTION), "it says which it must be: {}", other.description);
        assert_eq!(other.code, ErrorCode::InvalidRequest);
        let good = format!("client_id=a&client_assertion=x&client_assertion_type={JWT_BEARER_ASSERTION}");
        let assertion = ClientCredentials::Assertion { client_id: Some("a".to_owned()), assertion: "x".to_owned() };
        assert_eq!(read(None, &good).unwrap(), assertion);
    }

    #[test]
    fn no_client_at_all_is_invalid_client() {
        for form in ["", "client_id=+", "client_id=+&client_secret=b"] {
            assert_eq!(read(None, form).unwrap_err().code, ErrorCode::InvalidClient, "{form}");
        }
    }

    #[test]
    fn debug_output_shows_the_client_and_no_secret() {
        let shown = format!("{:?}", secret("a", "hidden-thing"));
        assert!(shown.contains('a') && shown.starts_with("Secret") && !shown.contains("hidden-thing"));
    }

    /// For the log and the limits: the body first, then the header, then the assertion.
    #[test]
    fn a_request_claims_a_client_even_if_it_is_refused() {
        let claimed = |header: Option<&str>, form: &str| {
            claimed_client(header, Some(&Parameters::from_form(form.as_bytes()).unwrap()))
        };
        let header = basic("of-header:b");
        // Header and claims say RS256 and the subject; the signature is none.
        let assertion = "client_assertion=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvZi1hc3NlcnRpb24ifQ.AAAA";
        assert_eq!(claimed(Some(&header), &format!("client_id=of-body&{assertion}")).as_deref(), Some("of-body"));
        assert_eq!(claimed(Some(&header), assertion).as_deref(), Some("of-header"));
        assert_eq!(claimed(Some("Basic !"), assertion).as_deref(), Some("of-assertion"));
        assert_eq!(claimed(None, "client_assertion=x"), None);
        assert_eq!(claimed_client(Some(&header), None).as_deref(), Some("of-header"));
        assert_eq!(claimed_client(None, None), None);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_or_refused_without_a_panic(header in "([Bb]asic )?\\PC{0,60}", pair in "\\PC{0,30}") {
            let _ = read(Some(&header), "");
            let _ = read(Some(&basic(&pair)), "client_id=a");
        }

        #[test]
        fn any_id_and_secret_are_read_back(id in "[^\\p{Cc}]{1,20}", password in "[^\\p{Cc}]{1,20}") {
            let encoded = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
            let header = basic(&format!("{}:{}", encoded(&id), encoded(&password)));
            prop_assert_eq!(read(Some(&header), "").unwrap(), secret(&id, &password));
        }
    }
}
