//! The public keys with which a declared application authenticates (`private_key_jwt`).

use serde_json::{Map, json};

use super::setting::Setting;
use super::value::{Kind, Unfit, Value};

/// The private members of a JWK (RFC 7518 §6.2.2, §6.3.2 and §6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A set of public keys, always in the form `{"keys": […]}`. The keys themselves are checked in `protocol`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwks(serde_json::Value);

impl Jwks {
    /// The set as JSON.
    pub fn as_value(&self) -> &serde_json::Value {
        &self.0
    }
}

impl Setting for Jwks {
    fn expected() -> String {
        "public keys: [{ kty = \"RSA\", … }] or { keys = [{ kty = \"RSA\", … }] }".to_owned()
    }

    /// Accepts a set, a list of keys, or a single key.
    fn read(value: &Value) -> Result<Self, Unfit> {
        let unfit = || value.unfit_unquoted(&Self::expected());
        let json = to_json(value).ok_or_else(unfit)?;
        let keys = match json {
            serde_json::Value::Array(keys) => keys,
            serde_json::Value::Object(mut set) => match set.remove("keys") {
                Some(serde_json::Value::Array(keys)) => keys,
                Some(_) => return Err(unfit()),
                None => vec![set.into()],
            },
            _ => return Err(unfit()),
        };
        let is_key = |key: &serde_json::Value| key.get("kty").is_some_and(serde_json::Value::is_string);
        if keys.is_empty() || !keys.iter().all(is_key) {
            return Err(unfit());
        }
        let is_private = |key: &serde_json::Value| PRIVATE_MEMBERS.iter().any(|m| key.get(m).is_some());
        if keys.iter().any(is_private) {
            let mut unfit = unfit();
            unfit.message.push_str("; a private key is among them, keep that with the application");
            return Err(unfit);
        }
        Ok(Self(json!({ "keys": keys })))
    }

    fn show(&self) -> serde_json::Value {
        self.0.clone()
    }
}

fn to_json(value: &Value) -> Option<serde_json::Value> {
    match &value.kind {
        Kind::String(text) => Some(json!(text)),
        Kind::Integer(number) => Some(json!(number)),
        Kind::Boolean(answer) => Some(json!(answer)),
        Kind::List(items) => items.iter().map(to_json).collect(),
        Kind::Table(entries) => {
            let member = |entry: &super::value::Entry| Some((entry.key.clone(), to_json(&entry.value)?));
            let members: Option<Map<_, _>> = entries.iter().map(member).collect();
            members.map(serde_json::Value::Object)
        }
        Kind::Untyped(_) | Kind::Other(_) => None,
    }
}
