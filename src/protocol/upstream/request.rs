//! The authentication request (OIDC Core §3.1.2.1).

use std::time::Duration;

use url::Url;

use super::Provider;
use crate::protocol::pkce::{CodeChallenge, METHOD};

/// An authentication request to a provider.
#[derive(Clone, Debug)]
pub struct AuthenticationRequest<'a> {
    /// What this server is called there.
    pub client_id: &'a str,
    /// Where the answer goes: an address of this provider's alone (RFC 9700 §4.4.2.2), so that no answer of one
    /// passes for that of another.
    pub redirect_uri: &'a str,
    /// The scopes, separated by spaces.
    pub scope: &'a str,
    /// The value that ties the answer to this browser.
    pub state: &'a str,
    /// The value that ties the ID token to this request.
    pub nonce: &'a str,
    /// The challenge of the code's verifier.
    pub challenge: &'a CodeChallenge,
    /// How long ago the person may have signed in there; at zero they sign in anew.
    pub max_age: Option<Duration>,
    /// The languages of the person.
    pub ui_locales: &'a str,
}

impl AuthenticationRequest<'_> {
    /// The address that the browser is sent to.
    pub fn address(&self, provider: &Provider) -> Url {
        let mut url = provider.authorization_endpoint.clone();
        let max_age = self.max_age.map(|age| age.as_secs().to_string());
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", self.client_id)
                .append_pair("redirect_uri", self.redirect_uri)
                .append_pair("scope", self.scope)
                .append_pair("state", self.state)
                .append_pair("nonce", self.nonce)
                .append_pair("code_challenge", &self.challenge.to_string())
                .append_pair("code_challenge_method", METHOD)
                .append_pair("ui_locales", self.ui_locales);
            if let Some(max_age) = max_age {
                query.append_pair("max_age", &max_age);
                // Some look at one of the two only.
                if max_age == "0" {
                    query.append_pair("prompt", "login");
                }
            }
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::protocol::upstream::SecretPlace;

    fn sent(max_age: Option<u64>) -> HashMap<String, String> {
        let url = |text: &str| text.parse::<Url>().unwrap();
        let provider = Provider {
            issuer: "https://a.example".to_owned(),
            authorization_endpoint: url("https://a.example/auth?tenant=7"),
            token_endpoint: url("https://a.example/token"),
            userinfo_endpoint: None,
            jwks_uri: url("https://a.example/keys"),
            names_itself: false,
            secret_place: SecretPlace::Header,
        };
        let challenge = CodeChallenge::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let request = AuthenticationRequest {
            client_id: "gatepost",
            redirect_uri: "https://id.example/login/upstream/a/callback",
            scope: "openid email",
            state: "s",
            nonce: "n",
            challenge: &challenge,
            max_age: max_age.map(Duration::from_secs),
            ui_locales: "de",
        };
        request.address(&provider).query_pairs().into_owned().collect()
    }

    #[test]
    fn it_asks_for_a_code_with_state_nonce_and_challenge_and_keeps_the_endpoints_own_query() {
        let sent = sent(None);
        for (name, value) in [
            ("tenant", "7"),
            ("response_type", "code"),
            ("client_id", "gatepost"),
            ("scope", "openid email"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(sent[name], value);
        }
        assert!(!sent.contains_key("max_age") && !sent.contains_key("prompt"));
    }

    #[test]
    fn what_has_to_be_a_sign_in_anew_is_asked_for_in_both_ways() {
        assert_eq!(sent(Some(300)).get("max_age").map(String::as_str), Some("300"));
        assert!(!sent(Some(300)).contains_key("prompt"));
        assert_eq!((sent(Some(0))["max_age"].as_str(), sent(Some(0))["prompt"].as_str()), ("0", "login"));
    }
}
