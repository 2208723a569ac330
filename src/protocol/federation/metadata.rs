//! The metadata of an issuer, of which two members are used (OIDC Discovery §3).

use serde::Deserialize;
use url::Url;

use crate::protocol::discovery::metadata_url;
use crate::protocol::url_parts::has_credentials;

/// Where an issuer says its keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerMetadata {
    /// The issuer, which must be the one that was asked for (OIDC Discovery §4.3).
    pub issuer: String,
    /// Its JWK Set.
    pub jwks_uri: Url,
}

#[derive(Deserialize)]
struct Members {
    issuer: String,
    jwks_uri: String,
}

impl IssuerMetadata {
    /// Reads what stood at `from`. Metadata of an issuer that belongs elsewhere is none.
    pub fn read(document: &[u8], from: &Url) -> Result<Self, String> {
        let none = |what: String| format!("it is no metadata of an issuer: {what}");
        let Members { issuer, jwks_uri } = serde_json::from_slice(document).map_err(|e| none(e.to_string()))?;
        let jwks_uri = Url::parse(&jwks_uri).map_err(|e| none(format!("jwks_uri: {e}")))?;
        if has_credentials(&jwks_uri) {
            return Err(none("jwks_uri: it has a user name or password".to_owned()));
        }
        if metadata_url(&issuer).as_ref() != Some(from) {
            return Err(format!("it says that it is of the issuer '{issuer}'"));
        }
        Ok(Self { issuer, jwks_uri })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_issuer_speaks_for_itself_alone() {
        let read = |issuer: &str, from: &str| {
            let document =
                json!({ "issuer": issuer, "jwks_uri": "https://keys.example/set", "claims": [] }).to_string();
            IssuerMetadata::read(document.as_bytes(), &from.parse().unwrap())
        };
        let at = "https://a.example/.well-known/openid-configuration";
        assert_eq!(read("https://a.example", at).unwrap().jwks_uri.as_str(), "https://keys.example/set");
        assert!(read("https://a.example/", at).is_ok(), "the caller compares to the letter");
        for other in ["https://b.example", "https://a.example/x", "", "no URL"] {
            assert!(read(other, at).unwrap_err().contains("of the issuer"), "{other}");
        }
        for broken in [
            "",
            "[]",
            "{}",
            r#"{"issuer":"https://a.example"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"x"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"https://:secret@a.example/"}"#,
        ] {
            let refused = IssuerMetadata::read(broken.as_bytes(), &at.parse().unwrap()).unwrap_err();
            assert!(refused.contains("no metadata"), "{broken}");
        }
    }
}
