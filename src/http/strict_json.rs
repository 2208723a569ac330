//! Strict JSON: objects that every parser reads in the same way.
//!
//! RFC 8259 §4 leaves open which of two members of one name counts. A gateway that checks a request may have read the
//! other, so such an object is refused, at every depth.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::protocol::refusal::{ErrorCode, Refusal};

/// Reads bytes as one JSON object without a member sent twice.
pub(super) fn object(body: &[u8]) -> Result<Value, Refusal> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::invalid_request("the body is not a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let Unambiguous(object) = Unambiguous::deserialize(&mut json)
        .map_err(|e| Refusal::invalid_request(format!("the body is not the JSON object expected: {e}")))?;
    json.end().map_err(|_| Refusal::invalid_request("something follows the JSON object in the body"))?;
    Ok(object)
}

/// Refuses a body with another media type than JSON, or JSON in another encoding than UTF-8 (RFC 8259 §8.1). `kinds`
/// are the media types that are read.
pub(super) fn check_content_type(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Refusal> {
    let other = || Refusal::invalid_request("the body must be JSON; send Content-Type: application/json");
    let mut values = headers.get_all(CONTENT_TYPE).into_iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(other()) };
    let mut parts = value.to_str().map_err(|_| other())?.split(';').map(str::trim_ascii);
    let essence = parts.next().unwrap_or_default();
    if !kinds.iter().any(|kind| essence.eq_ignore_ascii_case(kind)) {
        return Err(other());
    }
    let charset = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim_ascii().eq_ignore_ascii_case("charset"));
    match charset.map(|(_, value)| value.trim_ascii().trim_matches('"')) {
        None => Ok(()),
        Some(charset) if charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii") => Ok(()),
        Some(_) => Err(Refusal::new(
            ErrorCode::UnsupportedMediaType,
            "the body must be JSON in UTF-8, without another charset",
        )),
    }
}

/// PostgreSQL cannot store a zero character, and no value needs one.
pub(super) fn has_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_zero),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_zero(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value in which no object has a member twice.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UnambiguousVisitor)
    }
}

struct UnambiguousVisitor;

impl<'de> Visitor<'de> for UnambiguousVisitor {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        let mut read = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Unambiguous(read.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unambiguous, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if read.contains_key(&name) {
                return Err(A::Error::custom(format!("the member '{name}' is sent twice")));
            }
            let Unambiguous(value) = members.next_value()?;
            read.insert(name, value);
        }
        Ok(Unambiguous(read.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are() {
        let text = r#"{"a": [1, -2, 0.5, true, null, "x"], "b": {"c": {}}}"#;
        assert_eq!(object(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn a_member_that_is_sent_twice_is_refused_at_every_depth() {
        for bad in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": null, "a": 1}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"{"x": {"a": 1, "a": 2}}"#,
            r#"{"x": [{"y": [{"a": 1, "a": 2}]}]}"#,
        ] {
            let refusal = object(bad.as_bytes()).unwrap_err();
            assert!(refusal.description.contains("the member 'a' is sent twice"), "{bad}: {}", refusal.description);
        }
    }

    #[test]
    fn a_zero_character_is_found_wherever_it_hides() {
        for (text, found) in [
            (r#"{"a": "b"}"#, false),
            (r#"{"a": "\u0000"}"#, true),
            (r#"{"a": [1, {"b": "x\u0000"}]}"#, true),
            (r#"{"\u0000": 1}"#, true),
        ] {
            assert_eq!(has_zero(&object(text.as_bytes()).unwrap()), found, "{text}");
        }
    }

    #[test]
    fn json_is_utf_8() {
        let status = |value: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
            check_content_type(&headers, &["application/json"]).map_err(|refusal| refusal.code.status()).err()
        };
        for good in ["application/json", "APPLICATION/JSON ; charset=\"UTF-8\"", "application/json;v=1"] {
            assert_eq!(status(good), None, "{good}");
        }
        for bad in ["application/json; charset=utf-16", "application/json;v=1; Charset=latin1"] {
            assert_eq!(status(bad), Some(415), "{bad}");
        }
        assert_eq!(status("text/plain"), Some(400));
    }
}
