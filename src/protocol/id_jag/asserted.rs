//! An assertion of another issuer as an authorization grant (RFC 7521 §5.2, RFC 7523 §3, draft §4.4).

use super::{TYPE, invalid_grant};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::Refusal;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::signed_jwt::{Claims, HeaderProblem, NoMoment, SignedJwt};

/// How far the issuer's clock may be ahead or behind, in seconds.
const CLOCK_SKEW: i64 = 60;

/// The longest an assertion may be good for, in seconds. It is remembered that long.
const LONGEST_LIFETIME: i64 = 3600;

/// The longest `jti`, in bytes.
const LONGEST_JTI: usize = 256;

/// The longest `sub`, in bytes: that of OIDC Core §2.
const LONGEST_SUBJECT: usize = 255;

/// How many resources one may name.
const MOST_RESOURCES: usize = 10;

/// An assertion whose header is understood. Nothing is verified yet.
#[derive(Clone, Debug)]
pub struct IdJag<'a> {
    signed: SignedJwt<'a>,
    algorithm: SigningAlgorithm,
    claims: Claims,
}

/// What an assertion says, all of it judged but the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// The person, as the issuer calls them.
    pub subject: String,
    /// Their address, if the issuer says that it is proven.
    pub proven_email: Option<String>,
    /// What the application may do; nothing, if that is left to this server.
    pub scope: Option<Scope>,
    /// The APIs; none, if that is left to this server.
    pub resources: Vec<ResourceId>,
    /// When the person authenticated, in seconds since 1970.
    pub auth_time: i64,
    /// What no other assertion has, to be hashed.
    pub mark: String,
    /// Until when it could be used again, in seconds since 1970.
    pub expires: i64,
}

impl<'a> IdJag<'a> {
    /// Reads header and claims. What has another `typ` was made for something else (RFC 8725 §3.11).
    pub fn read(compact: &'a str) -> Result<Self, Refusal> {
        let (signed, algorithm) = SignedJwt::judged(compact).map_err(|problem| match problem {
            HeaderProblem::Algorithm => {
                invalid_grant("the assertion must be a JWT, signed with RS256, PS256, ES256 or EdDSA ('alg')")
            }
            HeaderProblem::Critical => invalid_grant("'crit' of the assertion names an extension this server lacks"),
        })?;
        if signed.typ().as_deref() != Some(TYPE) {
            return Err(invalid_grant(format!("'typ' of the assertion must be {TYPE}")));
        }
        let claims = signed.claims().ok_or_else(|| invalid_grant("the claims of the assertion are no JSON object"))?;
        Ok(Self { signed, algorithm, claims })
    }

    /// What its signature is to be checked with, and how.
    pub const fn signed(&self) -> (&SignedJwt<'a>, SigningAlgorithm) {
        (&self.signed, self.algorithm)
    }

    /// Who says that they made it.
    pub fn issuer(&self) -> Result<&str, Refusal> {
        self.text("iss")
    }

    /// Judges what it says. It must be for this server alone and for this client; `now` is in seconds since 1970.
    pub fn check(&self, own_issuer: &str, client_id: &str, now: i64) -> Result<Asserted, Refusal> {
        if !self.claims.is_for_alone(own_issuer) {
            return Err(invalid_grant(format!("'aud' of the assertion must be {own_issuer}, and nothing else")));
        }
        if self.text("client_id")? != client_id {
            return Err(invalid_grant("'client_id' of the assertion is another application"));
        }
        let (issued, expires) = self.check_times(now)?;
        let subject = self.bounded("sub", LONGEST_SUBJECT)?.to_owned();
        let mark = format!("id-jag\0{}\0{}", self.issuer()?, self.bounded("jti", LONGEST_JTI)?);
        let is_proven = self.claims.value("email_verified").is_some_and(|verified| verified == true);
        Ok(Asserted {
            subject,
            proven_email: self.claims.text("email").filter(|_| is_proven).map(str::to_owned),
            scope: self.scope()?,
            resources: self.resources()?,
            auth_time: self.time("auth_time")?.unwrap_or(issued).min(now),
            mark,
            expires: expires.saturating_add(CLOCK_SKEW),
        })
    }

    /// When it was issued and until when it is good, if it is good now.
    fn check_times(&self, now: i64) -> Result<(i64, i64), Refusal> {
        let missing = |name: &str| invalid_grant(format!("'{name}' of the assertion is missing"));
        let expires = self.time("exp")?.ok_or_else(|| missing("exp"))?;
        let issued = self.time("iat")?.ok_or_else(|| missing("iat"))?;
        if expires <= now.saturating_sub(CLOCK_SKEW) {
            return Err(invalid_grant("the assertion has expired ('exp')"));
        }
        if expires > now.saturating_add(LONGEST_LIFETIME + CLOCK_SKEW) {
            return Err(invalid_grant("the assertion is good for more than an hour ('exp')"));
        }
        let start = self.time("nbf")?.map_or(issued, |start| start.max(issued));
        if start > now.saturating_add(CLOCK_SKEW) {
            return Err(invalid_grant("the assertion is not valid yet ('iat', 'nbf'): a clock is wrong"));
        }
        Ok((issued, expires))
    }

    fn scope(&self) -> Result<Option<Scope>, Refusal> {
        let wrong = || invalid_grant("'scope' of the assertion must be a list of scopes, separated by blanks");
        match self.claims.value("scope") {
            None => Ok(None),
            Some(_) => self.claims.text("scope").and_then(|scope| scope.parse().ok()).map(Some).ok_or_else(wrong),
        }
    }

    fn resources(&self) -> Result<Vec<ResourceId>, Refusal> {
        let wrong = || invalid_grant("'resource' of the assertion must be up to ten absolute URIs");
        let named: Vec<&str> = match self.claims.value("resource") {
            None => return Ok(Vec::new()),
            Some(serde_json::Value::String(one)) => vec![one],
            Some(several) => {
                let several = several.as_array().filter(|several| (1..=MOST_RESOURCES).contains(&several.len()));
                let texts = several.ok_or_else(wrong)?.iter().map(|one| one.as_str().ok_or_else(wrong));
                texts.collect::<Result<_, _>>()?
            }
        };
        named.into_iter().map(|uri| ResourceId::of_uri(uri).map_err(|_| wrong())).collect()
    }

    fn text(&self, name: &str) -> Result<&str, Refusal> {
        self.claims.text(name).ok_or_else(|| invalid_grant(format!("'{name}' of the assertion must be a text")))
    }

    fn bounded(&self, name: &str, longest: usize) -> Result<&str, Refusal> {
        let text = self.text(name)?;
        let what = || invalid_grant(format!("'{name}' of the assertion must have 1 to {longest} bytes"));
        if (1..=longest).contains(&text.len()) { Ok(text) } else { Err(what()) }
    }

    fn time(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let what = || format!("'{name}' of the assertion must be a number of seconds since 1970");
        self.claims.time(name).map_err(|NoMoment| invalid_grant(what()))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::*;
    use crate::protocol::jose::Signer;
    use crate::protocol::refusal::ErrorCode;

    const OURS: &str = "https://id.example";
    const NOW: i64 = 1_000_000;

    /// RFC 8410 §10.3.
    fn signer() -> Signer {
        let key = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").unwrap();
        Signer::from_pkcs8(SigningAlgorithm::EdDsa, &key).unwrap()
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = json!({
            "iss": "https://idp.example", "sub": "u1", "aud": OURS, "client_id": "agent", "jti": "a",
            "iat": NOW, "exp": NOW + 300, "scope": "tools:read", "resource": "https://mcp.example/",
        });
        claims[name] = value;
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    fn judged(typ: &str, claims: &Value) -> Result<Asserted, Refusal> {
        let compact = signer().sign_jwt(typ, claims).unwrap();
        IdJag::read(&compact)?.check(OURS, "agent", NOW)
    }

    #[test]
    fn what_is_asserted_is_read() {
        let asserted = judged("oauth-id-jag+jwt", &with("email", json!("jane@example.com"))).unwrap();
        assert_eq!((asserted.subject.as_str(), asserted.proven_email), ("u1", None), "nobody says that it is proven");
        assert_eq!((asserted.scope.unwrap().to_string().as_str(), asserted.auth_time), ("tools:read", NOW));
        assert_eq!(asserted.resources, ["https://mcp.example/".parse().unwrap()]);
        assert_eq!(asserted.mark, "id-jag\0https://idp.example\0a");
        let less = judged("application/oauth-id-jag+JWT", &with("resource", Value::Null)).unwrap();
        assert_eq!(less.resources, []);
        assert_eq!(judged(TYPE, &with("resource", json!(["https://a.example", "urn:b"]))).unwrap().resources.len(), 2);
        let mut proven = with("email", json!("jane@example.com"));
        proven["email_verified"] = true.into();
        assert_eq!(judged(TYPE, &proven).unwrap().proven_email.as_deref(), Some("jane@example.com"));
    }

    /// RFC 8725 §3.11: an ID token or an access token of the same issuer is no assertion.
    #[test]
    fn another_type_of_token_is_none() {
        for typ in ["JWT", "at+jwt", "logout+jwt", "", "oauth-id-jag"] {
            assert_eq!(judged(typ, &with("x", Value::Null)).unwrap_err().code, ErrorCode::InvalidGrant, "{typ}");
        }
    }

    #[test]
    fn each_claim_is_checked() {
        for (name, value) in [
            ("aud", json!(null)),
            ("aud", json!("https://id.example/")),
            ("aud", json!("https://id.example/token")),
            ("aud", json!([OURS, "https://other.example"])),
            ("client_id", json!(null)),
            ("client_id", json!("other")),
            ("client_id", json!(["agent"])),
            ("sub", json!(null)),
            ("sub", json!("")),
            ("sub", json!("s".repeat(256))),
            ("jti", json!(null)),
            ("jti", json!("")),
            ("jti", json!("j".repeat(257))),
            ("iss", json!(7)),
            ("exp", json!(null)),
            ("exp", json!("1000300")),
            ("exp", json!(NOW - 60)),
            ("exp", json!(NOW + 3661)),
            ("iat", json!(null)),
            ("iat", json!(NOW + 61)),
            ("nbf", json!(NOW + 61)),
            ("auth_time", json!("now")),
            ("scope", json!(["a"])),
            ("scope", json!("a\"b")),
            ("resource", json!("mcp")),
            ("resource", json!([])),
            ("resource", json!([7])),
            ("resource", json!(vec!["urn:a"; 11])),
        ] {
            let refused = judged(TYPE, &with(name, value.clone())).unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidGrant, "{name}: {value}");
            assert!(refused.description.contains(name) || name == "nbf", "{name}: {refused:?}");
        }
        for (name, value) in [("aud", json!([OURS])), ("exp", json!(NOW - 59)), ("iat", json!(NOW + 60))] {
            assert!(judged(TYPE, &with(name, value.clone())).is_ok(), "{name}: {value}");
        }
    }
}
