//! Logout tokens: how an application learns that a session of a person has ended (OIDC Back-Channel Logout §2.4).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

/// The `typ` of a logout token, so that nothing else is taken for one (RFC 8725 §3.11).
pub const TYPE: &str = "logout+jwt";

/// How long a logout token counts: §2.4 recommends two minutes at most.
const LIFETIME: Duration = Duration::from_mins(2);

/// The field of the form that carries it (§2.5).
pub const FIELD: &str = "logout_token";

/// The claims of a logout token. There is no `nonce`, which would make it look like an ID token (§2.4), and no
/// `at_hash`, without which none is taken for an `id_token_hint` here. Times are whole seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutTokenClaims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    events: Events,
}

/// The one event that makes it a logout token: a member whose value is an empty object.
#[derive(Clone, Debug, Default, Serialize)]
struct Events {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    logout: Nothing,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Nothing {}

/// Whom a logout token is for, and who is meant.
#[derive(Clone, Debug)]
pub struct LoggedOut<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The client id of the application that is told.
    pub client_id: &'a str,
    /// The subject identifier of the person.
    pub sub: &'a str,
    /// The session, as the application knows it; without it, all that it has of the person.
    pub sid: Option<&'a str>,
}

impl LogoutTokenClaims {
    /// The claims of a token that is signed at this moment, in seconds since 1970. Its `jti` is made of random bytes.
    pub fn new(LoggedOut { issuer, client_id, sub, sid }: LoggedOut<'_>, random: [u8; 16], now: i64) -> Self {
        Self {
            iss: issuer.to_owned(),
            sub: sub.to_owned(),
            aud: client_id.to_owned(),
            iat: now,
            exp: now.saturating_add_unsigned(LIFETIME.as_secs()),
            jti: URL_SAFE_NO_PAD.encode(random),
            sid: sid.map(str::to_owned),
            events: Events::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// §2.4: these claims, and none that another kind of token has.
    #[test]
    fn a_logout_token_says_who_and_where_and_nothing_else() {
        let who = LoggedOut { issuer: "https://id.example.com", client_id: "shop", sub: "s1", sid: Some("a") };
        let claims = LogoutTokenClaims::new(who.clone(), [0; 16], 1000);
        let mut expected = json!({
            "iss": "https://id.example.com", "aud": "shop", "sub": "s1", "sid": "a", "jti": "A".repeat(22), "iat": 1000, "exp": 1120,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        assert_eq!(serde_json::to_value(claims).unwrap(), expected);
        let of_all = LogoutTokenClaims::new(LoggedOut { sid: None, ..who }, [0; 16], 1000);
        expected.as_object_mut().unwrap().remove("sid");
        assert_eq!(serde_json::to_value(of_all).unwrap(), expected);
    }
}
