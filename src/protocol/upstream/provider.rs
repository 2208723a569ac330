//! What a provider says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414).

use serde::Deserialize;
use url::Url;

use super::Unusable;
use crate::protocol::discovery::metadata_url;
use crate::protocol::url_parts::has_credentials;

/// Where the provider wants the client's secret (OIDC Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the `Authorization` header.
    Header,
    /// In the form.
    Form,
}

/// A provider's endpoints, and what has to be known to use them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its issuer identifier.
    pub issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: Url,
    /// Where codes are redeemed.
    pub token_endpoint: Url,
    /// Where claims are told that are not in the ID token.
    pub userinfo_endpoint: Option<Url>,
    /// Where its keys are.
    pub jwks_uri: Url,
    /// Whether it names itself in every answer (RFC 9207 §3); then one that does not is not its own.
    pub names_itself: bool,
    /// Where it wants the client's secret.
    pub secret_place: SecretPlace,
}

/// The members of the document that are used.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: Option<String>,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Provider {
    /// Reads the document that stood at `from`. It must name an issuer whose place that is (Discovery §4.3): otherwise it
    /// is another provider's, and the answers of one could be taken for those of the other.
    pub fn read(document: &[u8], from: &Url) -> Result<Self, Unusable> {
        let read: Document = serde_json::from_slice(document)
            .map_err(|e| Unusable::because(format!("its discovery document cannot be read: {e}")))?;
        if metadata_url(&read.issuer).as_ref() != Some(from) {
            return Err(another_issuers());
        }
        let plain = from.scheme() == "http";
        let endpoint = |name: &'static str, text: &str| endpoint(name, text, plain);
        let userinfo = read.userinfo_endpoint.as_deref();
        Ok(Self {
            issuer: read.issuer,
            authorization_endpoint: endpoint("authorization_endpoint", &read.authorization_endpoint)?,
            token_endpoint: endpoint("token_endpoint", &read.token_endpoint)?,
            userinfo_endpoint: userinfo.map(|text| endpoint("userinfo_endpoint", text)).transpose()?,
            jwks_uri: endpoint("jwks_uri", &read.jwks_uri)?,
            names_itself: read.authorization_response_iss_parameter_supported,
            secret_place: secret_place(read.token_endpoint_auth_methods_supported.as_deref())?,
        })
    }

    /// Checks that this is the provider with this issuer, to the letter: two that differ in a slash at the end have their
    /// documents at the same place.
    pub fn check_issuer(&self, issuer: &str) -> Result<(), Unusable> {
        if self.issuer == issuer { Ok(()) } else { Err(another_issuers()) }
    }
}

fn another_issuers() -> Unusable {
    Unusable::because("its discovery document is another issuer's")
}

/// An endpoint is reached by https, or by http if its issuer is, which only one on this machine may be.
fn endpoint(name: &'static str, text: &str, plain: bool) -> Result<Url, Unusable> {
    let url = Url::parse(text).map_err(|_| Unusable::because(format!("its {name} is no URL")))?;
    let fits = url.scheme() == "https" || plain && url.scheme() == "http";
    if !fits || url.host_str().is_none() || url.fragment().is_some() || has_credentials(&url) {
        return Err(Unusable::because(format!("its {name} is no https URL")));
    }
    Ok(url)
}

/// The header is the usual place where the document says nothing (Discovery §3).
fn secret_place(methods: Option<&[String]>) -> Result<SecretPlace, Unusable> {
    let Some(methods) = methods else { return Ok(SecretPlace::Header) };
    let has = |name: &str| methods.iter().any(|method| method == name);
    if has("client_secret_basic") {
        Ok(SecretPlace::Header)
    } else if has("client_secret_post") || has("none") {
        Ok(SecretPlace::Form)
    } else {
        Err(Unusable::because("its token endpoint takes neither client_secret_basic nor client_secret_post"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://accounts.example";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://accounts.example/auth",
            "token_endpoint": "https://accounts.example/token",
            "jwks_uri": "https://keys.example/jwks",
        })
    }

    fn read(document: &Value) -> Result<Provider, Unusable> {
        Provider::read(document.to_string().as_bytes(), &metadata_url(ISSUER).unwrap())
    }

    #[test]
    fn an_issuer_is_compared_to_the_letter() {
        let mut other = document();
        other["issuer"] = json!("https://accounts.example/");
        let other = read(&other).unwrap();
        assert!(other.check_issuer(ISSUER).is_err() && other.check_issuer("https://accounts.example/").is_ok());
        assert!(read(&document()).unwrap().check_issuer(ISSUER).is_ok());
    }

    #[test]
    fn a_document_is_read_as_far_as_it_is_used() {
        let provider = read(&document()).unwrap();
        assert_eq!((provider.names_itself, provider.secret_place), (false, SecretPlace::Header));
        assert_eq!(provider.jwks_uri.as_str(), "https://keys.example/jwks");
        let mut form = document();
        form["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt", "client_secret_post"]);
        form["authorization_response_iss_parameter_supported"] = json!(true);
        let provider = read(&form).unwrap();
        assert_eq!((provider.names_itself, provider.secret_place), (true, SecretPlace::Form));
    }

    #[test]
    fn another_issuers_document_and_one_with_plain_endpoints_are_refused() {
        for (member, value) in [
            ("issuer", json!("https://accounts.example/x")),
            ("issuer", json!("https://evil.example")),
            ("token_endpoint", json!("http://accounts.example/token")),
            ("jwks_uri", json!("file:///etc/passwd")),
            ("authorization_endpoint", json!("javascript:alert(1)")),
            ("userinfo_endpoint", json!("https://user@accounts.example/")),
            ("token_endpoint", json!("https://:secret@accounts.example/")),
            ("token_endpoint_auth_methods_supported", json!(["private_key_jwt"])),
            ("authorization_endpoint", Value::Null),
        ] {
            let mut bad = document();
            bad[member] = value;
            assert!(read(&bad).is_err(), "{bad}");
        }
        assert!(Provider::read(b"<html>", &metadata_url(ISSUER).unwrap()).is_err());
    }
}
