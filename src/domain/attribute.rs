//! What people are described by besides their address, name and language: attributes, each of a declared type.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use url::Url;

use super::visible_text::is_visible_text;
use crate::protocol::named::{Named as _, named};
use crate::protocol::url_parts::has_credentials;

/// The largest value, in bytes of JSON: it travels in tokens.
pub const LARGEST_VALUE: usize = 1024;

/// The longest name, in characters.
const LONGEST_NAME: usize = 64;

named! {
    /// The type of an attribute.
    pub enum AttributeType {
        /// One line of text.
        Text = "string": "text",
        /// A number.
        Number = "number": "a number",
        /// True or false.
        Boolean = "boolean": "true or false",
        /// Several texts.
        Texts = "strings": "texts, one a line or separated by commas",
        /// The address of something, with https.
        Url = "url": "an https address",
        /// A time zone (OIDC Core §5.1 `zoneinfo`).
        TimeZone = "timezone": "a time zone such as Europe/Berlin",
    }
}

named! {
    /// Who may change an attribute of a person.
    #[derive(Default)]
    pub enum Editor {
        /// Operators.
        #[default]
        Operator = "operator",
        /// The person, on their own page, and operators.
        Person = "person",
    }
}

/// The name of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeName(String);

/// A text that cannot be the name of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an attribute has 1 to {LONGEST_NAME} characters of a-z 0-9 _, the first of them a letter")]
pub struct AttributeNameError;

impl AttributeName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AttributeName {
    type Err = AttributeNameError;

    fn from_str(text: &str) -> Result<Self, AttributeNameError> {
        let is_good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        let fits = begins && text.len() <= LONGEST_NAME && text.bytes().all(is_good);
        if fits { Ok(Self(text.to_owned())) } else { Err(AttributeNameError) }
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a person, by the names of the attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// One of them.
    pub fn value(&self, name: &AttributeName) -> Option<&Value> {
        self.0.get(name.as_str())
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Sets one, or takes it away.
    pub fn set(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => self.0.insert(name.to_owned(), value),
            None => self.0.remove(name),
        };
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The names of those that are not the same here and there.
    pub fn changed_to<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        let gone = self.0.keys().filter(move |name| !other.0.contains_key(*name));
        let new = other.0.iter().filter(move |(name, value)| self.0.get(*name) != Some(*value)).map(|(name, _)| name);
        gone.chain(new).map(String::as_str)
    }

    /// As a JSON object; none if there are none.
    pub fn as_stored(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        // Texts as keys and values of JSON are always written.
        serde_json::to_string(&self.0).ok()
    }
}

impl FromStr for Attributes {
    type Err = serde_json::Error;

    /// Reads what [`Attributes::as_stored`] wrote.
    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }
}

/// A value that does not fit its attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It has another type.
    #[error("is {}", .0.words())]
    Type(AttributeType),
    /// It is too large.
    #[error("has {LARGEST_VALUE} bytes at most")]
    TooLarge,
}

impl AttributeType {
    /// Whether a value is of this type, and not too large.
    pub fn check(self, value: &Value) -> Result<(), ValueError> {
        let fits = match (self, value) {
            (Self::Text, Value::String(text)) => is_visible_text(text),
            (Self::Number, Value::Number(_)) => survives(value),
            (Self::Boolean, Value::Bool(_)) => true,
            (Self::Texts, Value::Array(items)) => {
                !items.is_empty() && items.iter().all(|item| item.as_str().is_some_and(is_visible_text))
            }
            (Self::Url, Value::String(text)) => is_https(text),
            (Self::TimeZone, Value::String(text)) => is_time_zone(text),
            _ => false,
        };
        if !fits {
            return Err(ValueError::Type(self));
        }
        if value.to_string().len() > LARGEST_VALUE {
            return Err(ValueError::TooLarge);
        }
        Ok(())
    }

    /// The value that a person typed; none if they left the field empty.
    pub fn read(self, typed: &str) -> Result<Option<Value>, ValueError> {
        let typed = typed.trim_ascii();
        if typed.is_empty() {
            return Ok(None);
        }
        let value = match self {
            Self::Text | Self::Url | Self::TimeZone => Value::from(typed),
            Self::Number | Self::Boolean => serde_json::from_str(typed).unwrap_or(Value::Null),
            Self::Texts if typed.starts_with('[') => serde_json::from_str(typed).unwrap_or(Value::Null),
            Self::Texts => typed.split(['\n', ',']).map(str::trim_ascii).filter(|item| !item.is_empty()).collect(),
        };
        self.check(&value)?;
        Ok(Some(value))
    }
}

/// A value as a person types it.
pub fn as_typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.iter().any(|item| item.as_str().is_some_and(|text| text.contains(','))) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

/// Whether a number is the same once it was written and read: it is stored as text.
fn survives(value: &Value) -> bool {
    serde_json::from_str::<Value>(&value.to_string()).is_ok_and(|again| again == *value)
}

fn is_https(text: &str) -> bool {
    let is_page = |url: &Url| url.scheme() == "https" && url.has_host() && !has_credentials(url);
    is_visible_text(text) && Url::parse(text).is_ok_and(|url| is_page(&url))
}

/// The shape of a name of the IANA time zone database.
fn is_time_zone(text: &str) -> bool {
    let is_good = |c: u8| c.is_ascii_alphanumeric() || b"_+-".contains(&c);
    let part = |part: &str| (1..=32).contains(&part.len()) && part.bytes().all(is_good);
    text.len() <= LONGEST_NAME && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_of_its_type_and_not_too_large() {
        let good = [
            (AttributeType::Text, json!("Research & Development")),
            (AttributeType::Number, json!(-1.5)),
            (AttributeType::Boolean, json!(false)),
            (AttributeType::Texts, json!(["a", "b c"])),
            (AttributeType::Url, json!("https://www.example.com/john.png?a=b")),
            (AttributeType::TimeZone, json!("America/Argentina/Buenos_Aires")),
        ];
        for (kind, value) in &good {
            assert_eq!(kind.check(value), Ok(()), "{value}");
            for other in AttributeType::ALL.iter().filter(|other| *other != kind && **other != AttributeType::Text) {
                assert!(other.check(value).is_err(), "{value} is no {}", other.name());
            }
        }
        for bad in [json!(""), json!(" "), json!("a\nb"), json!("a\u{202e}b"), json!(null), json!({})] {
            assert!(AttributeType::Text.check(&bad).is_err(), "{bad}");
        }
        for bad in [
            "http://a.example/",
            "javascript:alert(1)",
            "https://",
            "data:image/png;base64,",
            "/a.png",
            "https://:b@a.example/",
        ] {
            assert!(AttributeType::Url.check(&json!(bad)).is_err(), "{bad}");
        }
        for bad in ["europe/berlin", "Europe/", "/Berlin", "Europe/Ber lin", "../etc", ""] {
            assert!(AttributeType::TimeZone.check(&json!(bad)).is_err(), "{bad}");
        }
        for bad in [json!([]), json!(["a", 1]), json!([""]), json!([["a"]])] {
            assert!(AttributeType::Texts.check(&bad).is_err(), "{bad}");
        }
        assert_eq!(AttributeType::Text.check(&json!("a".repeat(1022))), Ok(()));
        assert_eq!(AttributeType::Text.check(&json!("a".repeat(1023))), Err(ValueError::TooLarge));
    }

    #[test]
    fn what_is_typed_is_read_as_its_type_and_shown_as_it_was_typed() {
        let read = |kind: AttributeType, typed: &str| kind.read(typed).unwrap().unwrap();
        assert_eq!(read(AttributeType::Text, " 7 "), json!("7"));
        assert_eq!(read(AttributeType::Number, "7"), json!(7));
        assert_eq!(read(AttributeType::Boolean, "true"), json!(true));
        assert_eq!(read(AttributeType::Texts, "a, b\nc,,"), json!(["a", "b", "c"]));
        assert_eq!(read(AttributeType::Texts, r#"["a, b"]"#), json!(["a, b"]));
        for kind in AttributeType::ALL {
            assert_eq!(kind.read(" \n"), Ok(None));
        }
        for (kind, bad) in
            [(AttributeType::Number, "seven"), (AttributeType::Boolean, "yes"), (AttributeType::Texts, "[")]
        {
            assert_eq!(kind.read(bad), Err(ValueError::Type(kind)));
        }
        for (kind, value) in [(AttributeType::Texts, json!(["a", "b"])), (AttributeType::Texts, json!(["a, b"]))] {
            assert_eq!(read(kind, &as_typed(&value)), value);
        }
    }

    #[test]
    fn a_name_is_short_and_plain() {
        for good in ["a", "department", "cost_center_2"] {
            assert_eq!(good.parse::<AttributeName>().unwrap().to_string(), good);
        }
        for bad in ["", "2a", "_a", "A", "a-b", "a.b", "a b", "ä", &"a".repeat(65)] {
            assert!(bad.parse::<AttributeName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn they_survive_being_stored_and_tell_what_changed() {
        let mut known: Attributes = r#"{"a": 0.1, "b": ["x"], "c": true}"#.parse().unwrap();
        assert_eq!(known.as_stored().unwrap().parse::<Attributes>().unwrap(), known);
        let before = known.clone();
        known.set("a", None);
        known.set("b", Some(json!(["y"])));
        known.set("d", Some(json!(1)));
        assert_eq!(before.changed_to(&known).collect::<Vec<_>>(), ["a", "b", "d"]);
        known.clear();
        assert_eq!(known.as_stored(), None);
    }
}
