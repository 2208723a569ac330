//! The parameters of a request: form or JSON in, names and values out (RFC 6749 §3.1, §3.2, appendix B).

use std::fmt;

use percent_encoding::percent_decode;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::refusal::Refusal;

/// The media types a body may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded`, what the RFC asks for.
    Form,
    /// `application/json`: one object whose members are the parameters.
    Json,
}

impl BodyFormat {
    /// Reads a `Content-Type`. Parameters such as `charset` are ignored, since both formats are UTF-8 here.
    pub fn from_content_type(value: Option<&str>) -> Result<Self, Refusal> {
        let Some(value) = value else {
            return Err(Refusal::invalid_request(
                "the Content-Type header is missing; send application/x-www-form-urlencoded",
            ));
        };
        let essence = value.split(';').next().unwrap_or_default().trim_ascii();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Ok(Self::Form)
        } else if essence.eq_ignore_ascii_case("application/json") {
            Ok(Self::Json)
        } else {
            Err(Refusal::invalid_request(format!(
                "the Content-Type '{essence}' is not read here; send application/x-www-form-urlencoded"
            )))
        }
    }
}

/// Parameters that may be repeated: RFC 8707 §2 lets a client name several resources, RFC 8693 §2.1 several audiences.
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// More parameters than any request needs.
const MOST_PARAMETERS: usize = 64;

/// The parameters of one request: no name twice, no empty value, no control character.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

impl fmt::Debug for Parameters {
    /// Shows names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Parameters {
    /// Reads a request body in the given format.
    pub fn from_body(body: &[u8], format: BodyFormat) -> Result<Self, Refusal> {
        match format {
            BodyFormat::Form => Self::from_form(body),
            BodyFormat::Json => Self::from_json(body),
        }
    }

    /// Reads `application/x-www-form-urlencoded` bytes, strictly: a broken escape or a byte sequence that
    /// is not UTF-8 is refused instead of being replaced.
    pub fn from_form(body: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = Self::default();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let split = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = split.map_or((pair, &pair[..0]), |at| (&pair[..at], &pair[at + 1..]));
            let name = form_decode(name)
                .ok_or_else(|| Refusal::invalid_request("a parameter name is not valid form encoding of UTF-8 text"))?;
            let value = form_decode(value).ok_or_else(|| {
                Refusal::invalid_request(format!("the value of '{name}' is not valid form encoding of UTF-8 text"))
            })?;
            parameters.add(name, value)?;
        }
        Ok(parameters.without_empty())
    }

    /// Reads a JSON object whose members are strings; `resource` and `audience` may be arrays of strings.
    pub fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        let Members(members) = serde_json::from_slice(body)
            .map_err(|e| Refusal::invalid_request(format!("the body is not a JSON object: {e}")))?;
        let mut parameters = Self::default();
        for (name, value) in members {
            match value {
                Value::String(text) => parameters.add(name, text)?,
                Value::Null => parameters.add(name, String::new())?,
                Value::Array(items) if REPEATABLE.contains(&name.as_str()) => {
                    for item in items {
                        let Value::String(text) = item else { return Err(not_a_string(&name)) };
                        parameters.add(name.clone(), text)?;
                    }
                }
                _ => return Err(not_a_string(&name)),
            }
        }
        Ok(parameters.without_empty())
    }

    /// The value of a parameter that was sent with a value.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same of a parameter that has to be there. Refused with `invalid_request` where it is not.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.value(name).ok_or_else(|| Refusal::invalid_request(format!("the parameter '{name}' is missing")))
    }

    /// All values of a parameter that may be repeated, in the order they were sent.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// These parameters alone.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect())
    }

    /// The same with this parameter, unless it is there.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, Refusal> {
        if self.value(name).is_none() {
            self.add(name.to_owned(), value.to_owned())?;
        }
        Ok(self)
    }

    /// The parameters as a form; [`Parameters::from_form`] reads it back.
    pub fn to_form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    fn add(&mut self, name: String, value: String) -> Result<(), Refusal> {
        if self.0.len() == MOST_PARAMETERS {
            return Err(Refusal::invalid_request(format!("the request has more than {MOST_PARAMETERS} parameters")));
        }
        if !REPEATABLE.contains(&name.as_str()) && self.0.iter().any(|(known, _)| *known == name) {
            return Err(Refusal::invalid_request(format!("the parameter '{name}' is sent more than once")));
        }
        if name.chars().chain(value.chars()).any(char::is_control) {
            return Err(Refusal::invalid_request(format!("the parameter '{name}' has a control character in it")));
        }
        self.0.push((name, value));
        Ok(())
    }

    /// RFC 6749 §3.1: a parameter sent without a value is treated as if it were omitted. It still counts
    /// as sent when the same name comes again, so it is dropped only now.
    fn without_empty(mut self) -> Self {
        self.0.retain(|(_, value)| !value.is_empty());
        self
    }
}

fn not_a_string(name: &str) -> Refusal {
    Refusal::invalid_request(format!("the value of '{name}' must be a JSON string"))
}

/// Decodes one form-encoded component, or nothing where an escape is broken or the result is not UTF-8.
pub fn form_decode(encoded: &[u8]) -> Option<String> {
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'%' && !(rest.next()?.is_ascii_hexdigit() && rest.next()?.is_ascii_hexdigit()) {
            return None;
        }
    }
    let spaced: Vec<u8> = encoded.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    String::from_utf8(percent_decode(&spaced).collect()).ok()
}

/// The members of a JSON object in their order, repeated ones included: serde's own map would silently keep the last.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of parameters")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn description(body: &[u8], format: BodyFormat) -> String {
        Parameters::from_body(body, format).unwrap_err().description.into_owned()
    }

    #[test]
    fn a_form_is_decoded_and_empty_values_count_as_omitted() {
        let read = Parameters::from_form(b"scope=a+b%2Fc&state=&x").unwrap();
        assert_eq!(read.value("scope"), Some("a b/c"));
        assert_eq!(read.value("state"), None);
        assert_eq!(read.value("x"), None);
    }

    #[test]
    fn a_repeated_parameter_is_refused_even_when_one_of_them_is_empty() {
        assert!(description(b"a=1&a=2", BodyFormat::Form).contains("'a' is sent more than once"));
        assert!(description(b"a=&a=2", BodyFormat::Form).contains("'a' is sent more than once"));
        assert!(description(br#"{"a":"1","a":"2"}"#, BodyFormat::Json).contains("more than once"));
    }

    #[test]
    fn what_is_kept_of_a_request_reads_back_as_it_was() {
        let read = Parameters::from_form(b"state=a%26b+%C3%BC&client_secret=s&resource=https://a&resource=https://b");
        let kept = read.unwrap().only(&["state", "resource"]).with("client_id", "c").unwrap();
        let again = Parameters::from_form(kept.to_form().as_bytes()).unwrap();
        assert_eq!(again.0, kept.0);
        assert_eq!((again.value("state"), again.value("client_secret")), (Some("a&b ü"), None));
        assert_eq!(again.values("resource").count(), 2);
    }

    #[test]
    fn resource_may_be_repeated() {
        let form = Parameters::from_form(b"resource=https://a&resource=https://b").unwrap();
        assert_eq!(form.values("resource").collect::<Vec<_>>(), ["https://a", "https://b"]);
        let json = Parameters::from_json(br#"{"resource":["https://a","https://b"]}"#).unwrap();
        assert_eq!(json.values("resource").collect::<Vec<_>>(), ["https://a", "https://b"]);
    }

    #[test]
    fn broken_escapes_bad_utf_8_and_control_characters_are_refused() {
        for body in [&b"a=%"[..], b"a=%2", b"a=%zz", b"%zz=a", b"a=%ff", b"a=\xff", b"a=%00", b"a=%0d%0a"] {
            assert!(Parameters::from_form(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn json_values_other_than_strings_are_refused() {
        for body in ["[]", "1", "\"a\"", "{\"a\":1}", "{\"a\":true}", "{\"a\":{}}", "{\"a\":[\"b\"]}", "{\"a\"", ""] {
            assert!(Parameters::from_json(body.as_bytes()).is_err(), "{body}");
        }
        assert_eq!(Parameters::from_json(b"{\"a\":null}").unwrap().value("a"), None);
    }

    #[test]
    fn debug_output_shows_no_values() {
        let read = Parameters::from_form(b"client_secret=very-secret").unwrap();
        assert!(!format!("{read:?}").contains("very-secret"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Parameters::from_form(&body);
            let _ = Parameters::from_json(&body);
        }

        #[test]
        fn what_was_encoded_is_read_back(value in "[^\\p{Cc}]{1,40}") {
            let encoded: String = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC).collect();
            let read = Parameters::from_form(format!("a={encoded}").as_bytes()).unwrap();
            prop_assert_eq!(read.value("a"), Some(value.as_str()));
        }
    }
}
