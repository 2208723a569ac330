//! The columns that hold an application's settings, made from the table of settings.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;

use super::StoreError;
use super::engine::{Bind, Statement};
use super::row::TableRow;
use crate::domain::application::{ApplicationKind, ApplicationSettings, SETTINGS, Setting, Shape, looks};

/// Columns of a new application besides those of its settings, which come first.
const OTHERS: [&str; 8] = ["name_key", "look", "look_of_small", "id", "client_id", "origin", "created_at", "admission"];

fn columns() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.column)
}

/// Inserts an application: its settings, then [`OTHERS`].
pub(super) static INSERT: LazyLock<String> = LazyLock::new(|| {
    let columns: Vec<&str> = columns().chain(OTHERS).collect();
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
    format!("insert into applications ({}) values ({})", columns.join(", "), places.join(", "))
});

/// Changes the settings of an application; two more values are its origin and its id.
pub(super) static UPDATE: LazyLock<String> = LazyLock::new(|| {
    let columns = columns().chain(["name_key", "look", "look_of_small", "origin"]).zip(1..);
    let set: Vec<String> = columns.map(|(column, place)| format!("{column} = ${place}")).collect();
    format!("update applications set {}, version = version + 1 where id = ${}", set.join(", "), SETTINGS.len() + 5)
});

/// The settings, the key by which a name is found, and what it looks like.
pub(super) fn bind_settings(statement: Statement, settings: &ApplicationSettings) -> Statement {
    let bound = SETTINGS.iter().fold(statement, |statement, setting| statement.bind(stored(setting, settings)));
    let [look, look_of_small] = looks(&settings.name);
    bound.bind(settings.name.to_lowercase()).bind(look).bind(look_of_small)
}

/// A value as its column has it: lists of names as words, lists of texts and keys as JSON, spans in microseconds.
fn stored(setting: &Setting, settings: &ApplicationSettings) -> Bind {
    match (setting.shape, setting.value(settings)) {
        (Shape::Flag, value) => Bind::Boolean(value == Value::Bool(true)),
        (Shape::Duration, value) => {
            let micros = value.as_u64().map(|seconds| Duration::from_secs(seconds).as_micros());
            Bind::Integer(micros.map(|micros| i64::try_from(micros).unwrap_or(i64::MAX)))
        }
        (Shape::Words | Shape::Ticks(..), _) => Bind::Text(Some(setting.text(settings))),
        (_, Value::Null) => Bind::Text(None),
        (_, Value::String(text)) => Bind::Text(Some(text)),
        (_, json) => Bind::Text(Some(json.to_string())),
    }
}

/// The settings in a row.
pub(super) fn settings(row: &TableRow<'_>) -> Result<ApplicationSettings, StoreError> {
    let mut settings = ApplicationSettings::new(String::new(), ApplicationKind::default());
    // The type is read first: what a column leaves open is as the type has it.
    let (first, others): (Vec<_>, Vec<_>) = SETTINGS.iter().partition(|setting| setting.column == "kind");
    for setting in first.into_iter().chain(others) {
        let value = written(setting, row)?;
        setting.put(&mut settings, &value).map_err(|why| row.corrupt(format!("{}: {why}", setting.column)))?;
    }
    Ok(settings)
}

fn written(setting: &Setting, row: &TableRow<'_>) -> Result<Value, StoreError> {
    let column = setting.column;
    Ok(match setting.shape {
        Shape::Flag => row.plain::<bool>(column)?.into(),
        Shape::Duration => row.span_if_any(column)?.map_or(Value::Null, |span| span.as_secs().into()),
        Shape::Words => row.plain::<String>(column)?.split(' ').collect(),
        Shape::Ticks(..) => row.plain::<String>(column)?.split_ascii_whitespace().collect(),
        Shape::Lines | Shape::Keys | Shape::Identities => match row.plain::<Option<String>>(column)? {
            Some(json) => serde_json::from_str(&json).map_err(|e| row.corrupt(format!("{column}: {e}")))?,
            None => Value::Null,
        },
        Shape::Line | Shape::Choice(..) => row.plain::<Option<String>>(column)?.map_or(Value::Null, Value::String),
    })
}
