//! What a token says (RFC 7519 §4, RFC 9068).

use serde::{Deserialize, Serialize};

use super::named::named;
use super::resource::ResourceId;
use super::thumbprint::KeyThumbprint;

named! {
    /// The format of an application's access tokens, told by their `typ` header.
    #[derive(Default)]
    pub enum TokenProfile {
        /// RFC 9068: `typ` is `at+jwt`, so that no other JWT passes for an access token. The default.
        #[default]
        Rfc9068 = "rfc9068": "RFC 9068: typ is at+jwt",
        /// `typ` is `JWT`, for verifiers that know nothing newer.
        Plain = "plain": "Plain: typ is JWT, for verifiers that know nothing newer",
    }
}

impl TokenProfile {
    /// The `typ` header of its tokens.
    pub const fn typ(self) -> &'static str {
        match self {
            Self::Rfc9068 => "at+jwt",
            Self::Plain => "JWT",
        }
    }
}

/// `token_use` of an access token, so that none of format `plain` passes for an ID token.
pub const ACCESS: &str = "access";

/// The `aud` claim: one value is written as a string, several as an array (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One audience.
    One(String),
    /// Any number of audiences.
    Many(Vec<String>),
}

impl Audience {
    /// The audience of a token for these resources, or for the client itself when it named none.
    pub fn of(resources: &[ResourceId], client_id: &str) -> Self {
        match resources {
            [] => Self::One(client_id.to_owned()),
            [one] => Self::One(one.to_string()),
            many => Self::Many(many.iter().map(ToString::to_string).collect()),
        }
    }

    /// The audiences that `is_left` keeps; nothing if there are none.
    pub fn only(self, is_left: impl Fn(&str) -> bool) -> Option<Self> {
        match self {
            Self::One(one) => is_left(&one).then_some(Self::One(one)),
            Self::Many(many) => {
                let left: Vec<String> = many.into_iter().filter(|one| is_left(one)).collect();
                (!left.is_empty()).then_some(Self::Many(left))
            }
        }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let all = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        };
        all.iter().map(String::as_str)
    }

    /// Whether the token is meant for this audience.
    pub fn contains(&self, audience: &str) -> bool {
        self.iter().any(|one| one == audience)
    }
}

/// Who acts with a token in the name of its subject (RFC 8693 §4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingParty {
    /// The client id of the application.
    pub sub: String,
    /// Who acted before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Self>>,
}

impl ActingParty {
    /// How many act one for the other.
    pub fn count(&self) -> usize {
        1 + self.act.as_deref().map_or(0, Self::count)
    }
}

/// A token that another one was exchanged for, with what it takes to judge it again: the new one ends with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangedToken {
    /// The client it was issued to.
    pub client_id: String,
    /// What it was for.
    pub aud: Audience,
    /// When it was issued.
    pub iat: i64,
    /// Its unique id.
    pub jti: String,
}

/// The `cnf` claim: the key that whoever presents the token has to prove the possession of (RFC 9449 §6.1, RFC 7800).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of the key.
    pub jkt: KeyThumbprint,
}

/// How a token is to be presented: `token_type` of RFC 6749 §7.1.
pub const fn token_type(cnf: Option<&Confirmation>) -> &'static str {
    match cnf {
        Some(_) => "DPoP",
        None => "Bearer",
    }
}

/// The claims of an access token (RFC 9068 §2.2). Times are whole seconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The resource owner, or the client when it acts for itself.
    pub sub: String,
    /// The resource servers that may accept the token.
    pub aud: Audience,
    /// The client it was issued to.
    pub client_id: String,
    /// What it allows, as a space separated list.
    pub scope: String,
    /// When it was issued.
    pub iat: i64,
    /// From when on it is refused.
    pub exp: i64,
    /// A unique id (RFC 7519 §4.1.7), for revocation.
    pub jti: String,
    /// The key it is bound to, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// [`ACCESS`], where the `typ` header does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_use: Option<String>,
    /// When the person authenticated (RFC 9068 §2.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The class of that authentication (OIDC Core §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// How the person authenticated (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// Who acts with it, if it was exchanged for another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<ActingParty>,
    /// The tokens that it was exchanged for, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanged_from: Vec<ExchangedToken>,
}

impl AccessTokenClaims {
    /// Whether it speaks for the application that it, or the first of those it was exchanged for, was issued to; else it
    /// speaks for a person (RFC 9068 §2.2).
    pub fn speaks_for_client(&self) -> bool {
        let first = self.exchanged_from.last().map_or(&self.client_id, |first| &first.client_id);
        self.sub == *first
    }

    /// Whether an application got it for itself, and nobody passed it on.
    pub fn is_clients_own(&self) -> bool {
        self.exchanged_from.is_empty() && self.act.is_none() && self.sub == self.client_id
    }

    /// What one that it is exchanged for says of it.
    pub fn as_exchanged(&self) -> ExchangedToken {
        let (client_id, jti) = (self.client_id.clone(), self.jti.clone());
        ExchangedToken { client_id, aud: self.aud.clone(), iat: self.iat, jti }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_audience_is_a_string_and_several_are_an_array() {
        let id = |text: &str| text.parse::<ResourceId>().unwrap();
        let json = |audience: &Audience| serde_json::to_string(audience).unwrap();
        assert_eq!(json(&Audience::of(&[], "client")), r#""client""#);
        assert_eq!(json(&Audience::of(&[id("https://a")], "client")), r#""https://a""#);
        assert_eq!(json(&Audience::of(&[id("https://a"), id("https://b")], "client")), r#"["https://a","https://b"]"#);
    }

    #[test]
    fn a_token_is_for_each_of_its_audiences_and_for_no_other() {
        let (one, many) = (Audience::One("a".to_owned()), Audience::Many(vec!["a".to_owned(), "b".to_owned()]));
        assert!(one.contains("a") && many.contains("a") && many.contains("b"));
        assert!(!one.contains("b") && !many.contains("c") && !Audience::Many(Vec::new()).contains(""));
    }

    #[test]
    fn what_is_left_of_an_audience_keeps_its_form() {
        let many = || Audience::Many(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(many().only(|one| one == "b"), Some(Audience::Many(vec!["b".to_owned()])));
        assert_eq!(many().only(|_| true), Some(many()));
        assert_eq!(many().only(|_| false), None);
        assert_eq!(Audience::One("a".to_owned()).only(|one| one == "b"), None);
    }

    #[test]
    fn a_token_format_is_found_by_its_name() {
        for profile in TokenProfile::ALL {
            assert_eq!(TokenProfile::from_name(&profile.to_string()), Some(profile));
        }
        assert_eq!(TokenProfile::from_name("jwt"), None);
    }
}
