//! Redeeming the code (OIDC Core §3.1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::{SecretPlace, Unusable, error_code};

/// The request at the token endpoint.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// The code.
    pub code: &'a str,
    /// Where it was sent to.
    pub redirect_uri: &'a str,
    /// The verifier of the challenge (RFC 7636 §4.5).
    pub verifier: &'a str,
    /// What the client is called there.
    pub client_id: &'a str,
    /// Its secret, if it has one.
    pub secret: Option<&'a str>,
}

impl TokenRequest<'_> {
    /// The form, and the value of `Authorization` if the secret goes there.
    pub fn written(&self, place: SecretPlace) -> (String, Option<String>) {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", self.code)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("code_verifier", self.verifier);
        let authorization = match (self.secret, place) {
            (Some(secret), SecretPlace::Header) => Some(basic(self.client_id, secret)),
            (Some(secret), SecretPlace::Form) => {
                form.append_pair("client_id", self.client_id).append_pair("client_secret", secret);
                None
            }
            (None, _) => {
                form.append_pair("client_id", self.client_id);
                None
            }
        };
        (form.finish(), authorization)
    }
}

/// RFC 6749 §2.3.1: both are form encoded before they become Basic credentials.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret))))
}

/// What the token endpoint answered. Both tokens are secret.
#[derive(Deserialize)]
pub struct TokenAnswer {
    /// The ID token.
    pub id_token: String,
    /// The token for the userinfo endpoint.
    pub access_token: Option<String>,
}

/// An error of the token endpoint.
#[derive(Deserialize)]
struct TokenError {
    error: String,
}

impl TokenAnswer {
    /// Reads the answer.
    pub fn read(status: u16, body: &[u8]) -> Result<Self, Unusable> {
        if status == 200 {
            // What serde would quote could be a token.
            return serde_json::from_slice(body)
                .map_err(|_| Unusable::because("its token endpoint answered 200 without an ID token in JSON"));
        }
        let code = serde_json::from_slice::<TokenError>(body).map(|read| error_code(&read.error)).unwrap_or_default();
        Err(Unusable::because(format!("its token endpoint answered {status} '{code}'")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: TokenRequest<'_> = TokenRequest {
        code: "c&d",
        redirect_uri: "https://id.example/cb",
        verifier: "v",
        client_id: "gate post",
        secret: Some("s:1"),
    };

    #[test]
    fn the_secret_goes_where_the_provider_wants_it() {
        let (form, header) = REQUEST.written(SecretPlace::Header);
        assert!(form.contains("code=c%26d") && !form.contains("secret"), "{form}");
        assert_eq!(header.unwrap(), format!("Basic {}", STANDARD.encode("gate+post:s%3A1")));
        let (form, header) = REQUEST.written(SecretPlace::Form);
        assert!(form.ends_with("&client_id=gate+post&client_secret=s%3A1") && header.is_none(), "{form}");
        let (form, header) = TokenRequest { secret: None, ..REQUEST }.written(SecretPlace::Header);
        assert!(form.ends_with("&client_id=gate+post") && header.is_none(), "{form}");
    }

    #[test]
    fn an_answer_has_an_id_token_and_an_error_tells_its_code_only() {
        let good = TokenAnswer::read(200, br#"{"id_token": "a.b.c", "access_token": "t", "token_type": "Bearer"}"#);
        assert_eq!(good.ok().map(|answer| answer.id_token).as_deref(), Some("a.b.c"));
        for (status, body, told) in [
            (200, r#"{"access_token": "t0ken"}"#, "without an ID token"),
            (400, r#"{"error": "invalid_grant", "error_description": "t0ken"}"#, "400 'invalid_grant'"),
            (502, "<html>t0ken", "502 ''"),
        ] {
            let why = TokenAnswer::read(status, body.as_bytes()).err().unwrap().to_string();
            assert!(why.contains(told) && !why.contains("t0ken"), "{why}");
        }
    }
}
