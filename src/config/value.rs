//! A value before it is parsed: a TOML value of the file, or text of the environment.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::place::Place;
use super::problem::Problem;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

/// The type of a value.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Text without a type: of the environment and of the defaults.
    Untyped(String),
    String(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Value>),
    Table(Vec<Entry>),
    /// A number with a fraction, a date, an integer over 64 bits: no setting has one.
    Other(String),
}

/// A key of a table with its value; the place is the key's.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

/// Why a value is refused: the innermost wrong value, and a message that quotes no secret.
#[derive(Clone, Debug)]
pub(super) struct Unfit {
    pub(super) place: Place,
    pub(super) message: String,
}

impl Value {
    /// Untyped text at `place`.
    pub(super) fn untyped(text: &str, place: Place) -> Self {
        Self { kind: Kind::Untyped(text.to_owned()), place }
    }

    /// The text of a string or of untyped text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Untyped(text) | Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The same as JSON writes it; none for what JSON has no like of.
    pub(super) fn to_json(&self) -> Option<serde_json::Value> {
        match &self.kind {
            Kind::String(text) => Some(text.as_str().into()),
            Kind::Integer(number) => Some((*number).into()),
            Kind::Boolean(answer) => Some((*answer).into()),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Table(entries) => {
                let members = entries.iter().map(|entry| Some((entry.key.clone(), entry.value.to_json()?)));
                members.collect::<Option<_>>().map(serde_json::Value::Object)
            }
            Kind::Untyped(_) | Kind::Other(_) => None,
        }
    }

    /// This value is not what `expected` says; quotes it, unless its place is confidential.
    pub(super) fn unfit(&self, expected: &str) -> Unfit {
        if self.place.is_confidential() {
            return self.unfit_unquoted(expected);
        }
        let found = match &self.kind {
            Kind::Untyped(text) | Kind::String(text) => format!("{text:?}"),
            Kind::Integer(number) => number.to_string(),
            Kind::Boolean(answer) => answer.to_string(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::Other(text) => text.clone(),
        };
        Unfit { place: self.place.clone(), message: format!("expected {expected}, found {found}") }
    }

    /// As [`Value::unfit`], for a value that must not be quoted.
    pub(super) fn unfit_unquoted(&self, expected: &str) -> Unfit {
        Unfit { place: self.place.clone(), message: format!("expected {expected}") }
    }
}

/// The top-level entries of the TOML `text` of the file called `path`, or all of its syntax errors.
///
/// The parser's own rendering of an error quotes the line it is in; that could be a secret, so only message and place are used.
pub(super) fn parse_file(path: &Arc<str>, text: &str) -> Result<Vec<Entry>, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let file = File { path, text };
        return Ok(file.entries(table.get_ref()));
    }
    let problem = |error: &toml::de::Error| Problem {
        key: String::new(),
        place: Some(Place::in_file(path, text, error.span().map_or(0, |span| span.start))),
        message: format!("not TOML: {}", error.message().replace('\n', ", ")),
    };
    Err(errors.iter().map(problem).collect())
}

/// A list written as a TOML array in untyped text; its items have the place of the text.
pub(super) fn parse_array(text: &str, place: &Place) -> Option<Vec<Value>> {
    let parsed = DeValue::parse(text).ok()?;
    let list = parsed.get_ref().as_array()?;
    let file = File { path: &Arc::from(""), text };
    let mut items: Vec<Value> = list.iter().map(|item| file.value(item)).collect();
    for item in &mut items {
        item.place = place.clone();
    }
    Some(items)
}

/// Turns the parser's spans into places.
struct File<'a> {
    path: &'a Arc<str>,
    text: &'a str,
}

impl File<'_> {
    fn entries(&self, table: &DeTable<'_>) -> Vec<Entry> {
        let entry = |(key, value): (&Spanned<DeString<'_>>, _)| Entry {
            key: key.get_ref().to_string(),
            place: Place::in_file(self.path, self.text, key.span().start),
            value: self.value(value),
        };
        table.iter().map(entry).collect()
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Value {
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::String(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Kind::Other(number.to_string()), Kind::Integer),
            DeValue::Boolean(answer) => Kind::Boolean(*answer),
            DeValue::Float(number) => Kind::Other(number.to_string()),
            DeValue::Datetime(datetime) => Kind::Other(datetime.to_string()),
            DeValue::Array(items) => Kind::List(items.iter().map(|item| self.value(item)).collect()),
            DeValue::Table(table) => Kind::Table(self.entries(table)),
        };
        Value { kind, place: Place::in_file(self.path, self.text, value.span().start) }
    }
}
