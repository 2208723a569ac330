//! The parameter `claims`: what an application asks for one by one, and what it demands (OIDC Core §5.5).

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The longest value of the parameter, in bytes.
const LONGEST: usize = 8 * 1024;

/// How many objects may stand in each other below the outermost one: one for the place, one for what is said of a claim.
const DEEPEST: usize = 2;

/// Where an application wants a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsPlace {
    /// In the ID token.
    IdToken,
    /// At userinfo.
    Userinfo,
}

/// The claims of a request. Members that mean nothing here are ignored, as the specification wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    text: String,
    id_token: BTreeMap<String, Wanted>,
    userinfo: BTreeMap<String, Wanted>,
}

/// What is said of one claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    essential: bool,
    /// The values that are wanted; none, and any is.
    values: Vec<Value>,
}

/// A value of the parameter that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsRequestError {
    /// It is too long.
    #[error("the parameter 'claims' has {0} bytes; it may have {LONGEST}")]
    TooLong(usize),
    /// It is no JSON object.
    #[error("the parameter 'claims' is not a JSON object: {0}")]
    NotJson(String),
    /// Objects stand in objects too often.
    #[error("the parameter 'claims' is deeper than a place, a claim and what is said of it")]
    TooDeep,
    /// A member is not what it has to be.
    #[error("in the parameter 'claims' the member '{0}' must be {1}")]
    Member(String, &'static str),
}

impl From<ClaimsRequestError> for Refusal {
    fn from(error: ClaimsRequestError) -> Self {
        Self::invalid_request(error.to_string())
    }
}

impl ClaimsRequest {
    /// As it was sent; none if it was not.
    pub fn as_sent(&self) -> Option<&str> {
        Some(self.text.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether it asks for this claim there.
    pub fn asks_for(&self, place: ClaimsPlace, claim: &str) -> bool {
        self.at(place).contains_key(claim)
    }

    /// Every claim that it asks for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.id_token.keys().chain(self.userinfo.keys()).map(String::as_str)
    }

    /// OIDC Core §3.1.2.1, §5.5.1: whether a person of this `sub` may answer. A wanted `sub` counts, essential or not.
    pub fn is_for(&self, sub: &str) -> bool {
        self.wanted("sub").all(|wanted| wanted.values.is_empty() || wanted.values.iter().any(|value| value == sub))
    }

    /// Whether a sign-in of one of these classes could be enough (OIDC Core §5.5.1.1).
    pub fn can_be_met_by(&self, classes: &[&str]) -> bool {
        classes.iter().any(|class| self.has_acr(class))
    }

    /// Whether a sign-in of this class at this time, in seconds since 1970, is what is essential.
    pub fn is_met_by(&self, class: &str, auth_time: i64) -> bool {
        self.has_acr(class) && self.demanded("auth_time").all(|values| values.iter().any(|value| *value == auth_time))
    }

    /// The classes of sign-in that it would like, best first, essential or not.
    pub fn wished_classes(&self) -> String {
        let values = self.wanted("acr").flat_map(|wanted| &wanted.values).filter_map(Value::as_str);
        values.collect::<Vec<_>>().join(" ")
    }

    fn has_acr(&self, class: &str) -> bool {
        self.demanded("acr").all(|values| values.iter().any(|value| value == class))
    }

    /// The values that a claim essentially has.
    fn demanded<'a>(&'a self, claim: &'a str) -> impl Iterator<Item = &'a [Value]> {
        let demanded = self.wanted(claim).filter(|wanted| wanted.essential && !wanted.values.is_empty());
        demanded.map(|wanted| wanted.values.as_slice())
    }

    fn wanted<'a>(&'a self, claim: &'a str) -> impl Iterator<Item = &'a Wanted> {
        [&self.id_token, &self.userinfo].into_iter().filter_map(move |place| place.get(claim))
    }

    const fn at(&self, place: ClaimsPlace) -> &BTreeMap<String, Wanted> {
        match place {
            ClaimsPlace::IdToken => &self.id_token,
            ClaimsPlace::Userinfo => &self.userinfo,
        }
    }
}

impl FromStr for ClaimsRequest {
    type Err = ClaimsRequestError;

    fn from_str(text: &str) -> Result<Self, ClaimsRequestError> {
        if text.len() > LONGEST {
            return Err(ClaimsRequestError::TooLong(text.len()));
        }
        let members: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| ClaimsRequestError::NotJson(e.to_string()))?;
        if members.values().any(|value| depth(value) > DEEPEST) {
            return Err(ClaimsRequestError::TooDeep);
        }
        let (id_token, userinfo) = (place(&members, "id_token")?, place(&members, "userinfo")?);
        Ok(Self { text: text.to_owned(), id_token, userinfo })
    }
}

/// How many objects stand in each other. The reader refuses what would be too deep for this to be counted.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn place(members: &Map<String, Value>, name: &str) -> Result<BTreeMap<String, Wanted>, ClaimsRequestError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(Value::Object(claims)) => {
            claims.iter().map(|(claim, said)| Ok((claim.clone(), wanted(claim, said)?))).collect()
        }
        Some(_) => Err(ClaimsRequestError::Member(name.to_owned(), "an object or null")),
    }
}

fn wanted(claim: &str, said: &Value) -> Result<Wanted, ClaimsRequestError> {
    let unfit = |member: &str, what| ClaimsRequestError::Member(format!("{claim}{member}"), what);
    let said = match said {
        Value::Null => return Ok(Wanted::default()),
        Value::Object(said) => said,
        _ => return Err(unfit("", "an object or null")),
    };
    let essential = match said.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err(unfit(".essential", "true or false")),
    };
    let mut values: Vec<Value> = said.get("value").into_iter().cloned().collect();
    match said.get("values") {
        None => {}
        Some(Value::Array(several)) if !several.is_empty() => values.extend(several.iter().cloned()),
        Some(_) => return Err(unfit(".values", "an array of values")),
    }
    let what = match claim {
        "acr" | "sub" => values.iter().any(|value| !value.is_string()).then_some("text"),
        "auth_time" => values.iter().any(|value| !value.is_i64()).then_some("a number of seconds"),
        _ => None,
    };
    match what {
        Some(what) => Err(unfit(".value", what)),
        None => Ok(Wanted { essential, values }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ClaimsRequest {
        text.parse().unwrap()
    }

    /// The example of OIDC Core §5.5, with `picture` standing at both places.
    #[test]
    fn the_example_of_the_specification_is_read() {
        let request = read(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                "http://example.info/claims/groups": null},
                "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}"#,
        );
        assert!(
            request.asks_for(ClaimsPlace::Userinfo, "nickname") && !request.asks_for(ClaimsPlace::IdToken, "email")
        );
        assert!(request.asks_for(ClaimsPlace::IdToken, "auth_time"));
        assert!(request.is_met_by("any", 1) && request.is_for("anybody"), "a class that is only wished for");
        assert_eq!(request.names().count(), 6);
    }

    #[test]
    fn what_is_no_such_object_is_refused() {
        for bad in ["", "x", "[]", "null", "\"a\"", "{", "{} {}"] {
            assert!(matches!(bad.parse::<ClaimsRequest>(), Err(ClaimsRequestError::NotJson(_))), "{bad}");
        }
        for bad in [
            r#"{"id_token": 1}"#,
            r#"{"id_token": []}"#,
            r#"{"userinfo": {"a": true}}"#,
            r#"{"userinfo": {"a": "b"}}"#,
            r#"{"userinfo": {"a": {"essential": "yes"}}}"#,
            r#"{"userinfo": {"a": {"essential": null}}}"#,
            r#"{"userinfo": {"a": {"values": "b"}}}"#,
            r#"{"userinfo": {"a": {"values": []}}}"#,
            r#"{"id_token": {"acr": {"value": 1}}}"#,
            r#"{"id_token": {"acr": {"values": ["a", null]}}}"#,
            r#"{"id_token": {"sub": {"value": 1}}}"#,
            r#"{"id_token": {"auth_time": {"value": "1"}}}"#,
        ] {
            assert!(matches!(bad.parse::<ClaimsRequest>(), Err(ClaimsRequestError::Member(..))), "{bad}");
        }
    }

    #[test]
    fn it_is_neither_too_long_nor_too_deep() {
        for deep in [
            r#"{"id_token": {"a": {"value": {}}}}"#,
            r#"{"id_token": {"a": {"values": [{}]}}}"#,
            r#"{"other": {"a": {"b": {"c": 1}}}}"#,
        ] {
            assert_eq!(deep.parse::<ClaimsRequest>(), Err(ClaimsRequestError::TooDeep), "{deep}");
        }
        read(r#"{"other": {"a": {"b": [[1]]}}, "id_token": {"a": {"what": "else"}}}"#);
        assert!("[".repeat(5000).parse::<ClaimsRequest>().is_err());
        let filled = |length: usize| format!("{{}}{}", " ".repeat(length - 2)).parse::<ClaimsRequest>();
        assert!(filled(8192).is_ok());
        assert_eq!(filled(8193), Err(ClaimsRequestError::TooLong(8193)));
    }

    #[test]
    fn only_what_is_essential_has_to_be_met() {
        let essential = read(r#"{"id_token": {"acr": {"essential": true, "value": "a", "values": ["b"]}}}"#);
        assert!(essential.can_be_met_by(&["c", "b"]) && !essential.can_be_met_by(&["c"]));
        assert!(essential.is_met_by("a", 1) && !essential.is_met_by("c", 1));
        let any = read(r#"{"id_token": {"acr": {"essential": true}}, "userinfo": {"acr": {"value": "a"}}}"#);
        assert!(any.is_met_by("c", 1) && any.can_be_met_by(&["c"]));
        let moment = read(r#"{"id_token": {"auth_time": {"essential": true, "value": 7}}}"#);
        assert!(moment.is_met_by("a", 7) && !moment.is_met_by("a", 8) && moment.can_be_met_by(&["a"]));
        assert!(ClaimsRequest::default().is_met_by("a", 1));
    }

    #[test]
    fn a_wanted_person_is_the_only_one() {
        let request =
            read(r#"{"id_token": {"sub": {"value": "john"}}, "userinfo": {"sub": {"values": ["jane", "john"]}}}"#);
        assert!(request.is_for("john") && !request.is_for("jane"));
        assert!(read(r#"{"id_token": {"sub": null}}"#).is_for("anybody"));
    }

    #[test]
    fn it_survives_being_stored() {
        let request = read(r#"{"id_token": {"email": null}}"#);
        assert_eq!(read(request.as_sent().unwrap()), request);
        assert_eq!(ClaimsRequest::default().as_sent(), None);
    }
}
