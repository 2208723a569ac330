//! An entry of `[[applications]]`.

use super::environment::read_named_file;
use super::key_files::with_keys_of_files;
use super::place::Place;
use super::reader::{Answer, TableReader};
use super::secret::Secret;
use super::setting::{FromText, SettingType as _};
use super::value::{Unfit, Value};
use crate::domain::application::{GivenSettings, SETTINGS, Setting, Shape};

/// An application that the operator declares. Each of its settings can be read; whether they agree is seen when they
/// are put together.
#[derive(Clone, Debug)]
pub struct DeclaredApplication {
    /// The client id.
    pub client_id: String,
    /// What is said about its settings.
    pub settings: GivenSettings,
    /// Its secret.
    pub secret: Option<DeclaredSecret>,
    /// Where it is declared.
    pub place: Place,
}

/// The secret of a declared application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredSecret {
    /// The secret: `client_secret` or `client_secret_file`.
    Plain(Secret),
    /// Its Argon2id hash as a PHC string: `client_secret_hash`.
    Hash(Secret),
}

impl DeclaredApplication {
    /// Reads an entry; `None` if a required part has a problem, which is recorded.
    pub(super) fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let client_id = table.required::<String>("client_id", place);
        let mut settings = GivenSettings::default();
        for setting in &SETTINGS {
            let former = setting.former.map(|former| former.name).filter(|former| table.has(former));
            for key in former.into_iter().chain([setting.name]) {
                read_setting(table, setting, key, &mut settings);
            }
        }
        let secret = secret(table);
        Some(Self { client_id: client_id?, settings, secret, place: place.clone() })
    }
}

fn read_setting(table: &mut TableReader<'_>, setting: &'static Setting, key: &'static str, given: &mut GivenSettings) {
    let Some(written) = table.take(key) else { return };
    // As it has always been here: an empty list says nothing.
    let is_empty = |json: &serde_json::Value| json.as_array().is_some_and(Vec::is_empty) && setting.shape.is_list();
    let read = json_of(setting, &written.value, &table.full_key(key)).and_then(|json| match json {
        Some(json) if is_empty(&json) => Ok(()),
        Some(serde_json::Value::String(text)) if text.trim_ascii().is_empty() => {
            Err(written.value.unfit(&format!("{}: it is empty", setting.shape.expected())))
        }
        Some(json) => given.give(setting, key, &json).map_err(|problem| unfit(setting, &written.value, &problem.what)),
        None => Err(written.value.unfit(&setting.shape.expected())),
    });
    match read {
        Ok(()) => table.note(key, written.value.to_json().unwrap_or_default(), written.value.place),
        Err(unfit) => table.refuse_at(key, unfit),
    }
}

/// What is written, with the key sets that it names by file; none for what JSON has no like of.
fn json_of(setting: &Setting, written: &Value, key: &str) -> Result<Option<serde_json::Value>, Unfit> {
    let json = written.to_json();
    if !matches!(setting.shape, Shape::Identities) {
        return Ok(json);
    }
    let wrong = |message| Unfit { place: written.place.clone(), message };
    json.map(|entries| with_keys_of_files(entries, key)).transpose().map_err(wrong)
}

/// What was expected and what was found; keys are not quoted, they might be private ones.
fn unfit(setting: &Setting, found: &Value, what: &str) -> Unfit {
    let Some(expected) = what.strip_prefix("expected ") else {
        return Unfit { place: found.place.clone(), message: what.to_owned() };
    };
    match setting.shape {
        Shape::Keys | Shape::Identities => found.unfit_unquoted(expected),
        _ => found.unfit(expected),
    }
}

/// At most one of the three ways to give a secret.
fn secret(table: &mut TableReader<'_>) -> Option<DeclaredSecret> {
    let keys = ["client_secret", "client_secret_file", "client_secret_hash"];
    let given: Vec<&str> = keys.into_iter().filter(|key| table.has(key)).collect();
    let plain = table.optional::<Secret>("client_secret");
    let named = secret_of_named_file(table);
    let hash = table.optional::<Argon2Hash>("client_secret_hash");
    if given.len() > 1 {
        let message = format!("expected only one of {}", given.join(", "));
        table.refuse(given[1], message);
    }
    let plain = plain.or(named).map(DeclaredSecret::Plain);
    plain.or_else(|| hash.map(|hash| DeclaredSecret::Hash(hash.0)))
}

pub(super) fn secret_of_named_file(table: &mut TableReader<'_>) -> Option<Secret> {
    let key = "client_secret_file";
    let Answer::Good(path, place) = table.read::<String>(key) else {
        return None;
    };
    table.note(key, path.show(), place);
    match read_named_file(&path, &table.full_key(key)) {
        Ok(value) => match table.parse::<Secret>(key, &value) {
            Answer::Good(secret, _) => Some(secret),
            Answer::Bad(_) | Answer::Absent => None,
        },
        Err(message) => {
            table.refuse(key, message);
            None
        }
    }
}

/// The hash of a secret; a mask hides it too, for it can be guessed at offline.
#[derive(Debug)]
struct Argon2Hash(Secret);

impl FromText for Argon2Hash {
    const EXPECTED: &'static str = "an Argon2id hash as a PHC string, $argon2id$v=19$m=…,t=…,p=…$salt$hash";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        match argon2::password_hash::phc::PasswordHash::new(text) {
            Ok(hash) if hash.algorithm.as_str() == "argon2id" && hash.hash.is_some() => Ok(Self(Secret::new(text))),
            _ => Err(String::new()),
        }
    }

    fn shown(&self) -> String {
        super::secret::MASK.to_owned()
    }
}
