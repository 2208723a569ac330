//! The types that settings have, and how each reads and writes itself.

use std::time::Duration;

use serde_json::{Value, json};

use super::about::{Description, WebAddress};
use super::allowed_caller::AllowedCaller;
use super::authentication::ClientAuthentication;
use super::setting::{Choice, SettingValue, Shape, read_duration};
use crate::domain::claim_mapping::ClaimMapping;
use crate::domain::group::GroupName;
use crate::domain::webhook_url::WebhookUrl;
use crate::protocol::claim_name::ClaimName;
use crate::protocol::client_keys::client_keys;
use crate::protocol::document_address::DocumentAddress;
use crate::protocol::named::Named;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;

/// The longest life of a token: a leap year.
pub const LONGEST_TOKEN_TTL: Duration = Duration::from_hours(366 * 24);

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(String::new)
}

/// The items of a list of texts, each read and none twice.
fn items<T: PartialEq>(value: &Value, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let mut found = Vec::new();
    for item in value.as_array().ok_or_else(String::new)? {
        let item = read(text(item)?)?;
        if !found.contains(&item) {
            found.push(item);
        }
    }
    Ok(found)
}

fn named<T: Named>(name: &str) -> Result<T, String> {
    T::of_name(name).ok_or_else(|| format!("'{name}' is not among them"))
}

fn choices<T: Named>() -> Vec<Choice> {
    T::VALUES.iter().map(|value| Choice { name: value.name(), words: value.words() }).collect()
}

impl<T: Named> SettingValue for T {
    const SHAPE: Shape = Shape::Choice(T::EXPECTED, choices::<T>);

    fn read(value: &Value) -> Result<Self, String> {
        named(text(value)?)
    }

    fn show(&self) -> Value {
        self.name().into()
    }
}

impl<T: Named> SettingValue for Vec<T> {
    const SHAPE: Shape = Shape::Ticks(T::EXPECTED, choices::<T>);

    fn read(value: &Value) -> Result<Self, String> {
        items(value, named)
    }

    fn show(&self) -> Value {
        self.iter().map(|one| one.name()).collect()
    }
}

/// What is absent is read and written as `null`, which [`super::Setting::put`] takes for the default.
impl<T: SettingValue> SettingValue for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const OPTIONAL: bool = true;

    fn read(value: &Value) -> Result<Self, String> {
        T::read(value).map(Some)
    }

    fn show(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::show)
    }
}

impl SettingValue for String {
    const SHAPE: Shape = Shape::Line;

    fn read(value: &Value) -> Result<Self, String> {
        text(value).map(str::to_owned)
    }

    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl SettingValue for bool {
    const SHAPE: Shape = Shape::Flag;

    fn read(value: &Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(String::new)
    }

    fn show(&self) -> Value {
        (*self).into()
    }
}

impl SettingValue for Vec<String> {
    const SHAPE: Shape = Shape::Lines;

    fn read(value: &Value) -> Result<Self, String> {
        items(value, |item| Ok(item.to_owned()))
    }

    fn show(&self) -> Value {
        self.iter().map(String::as_str).collect()
    }
}

impl SettingValue for Vec<ResourceId> {
    const SHAPE: Shape = Shape::Lines;

    fn read(value: &Value) -> Result<Self, String> {
        items(value, |item| item.parse().map_err(|e| format!("{e}")))
    }

    fn show(&self) -> Value {
        self.iter().map(ResourceId::as_str).collect()
    }
}

impl SettingValue for Vec<AllowedCaller> {
    const SHAPE: Shape = Shape::Lines;

    fn read(value: &Value) -> Result<Self, String> {
        items(value, |item| item.parse().map_err(|e| format!("{e}")))
    }

    fn show(&self) -> Value {
        self.iter().map(AllowedCaller::as_str).collect()
    }
}

impl SettingValue for Vec<ClaimMapping> {
    const SHAPE: Shape = Shape::Lines;

    fn read(value: &Value) -> Result<Self, String> {
        items(value, str::parse)
    }

    fn show(&self) -> Value {
        self.iter().map(ToString::to_string).collect()
    }
}

impl SettingValue for Vec<GroupName> {
    const SHAPE: Shape = Shape::Lines;

    fn read(value: &Value) -> Result<Self, String> {
        items(value, |item| item.parse().map_err(|e| format!("{e}")))
    }

    fn show(&self) -> Value {
        self.iter().map(GroupName::as_str).collect()
    }
}

impl SettingValue for ClaimName {
    const SHAPE: Shape = Shape::Line;

    fn read(value: &Value) -> Result<Self, String> {
        text(value)?.parse().map_err(|e| format!("{e}"))
    }

    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl SettingValue for Description {
    const SHAPE: Shape = Shape::Line;

    fn read(value: &Value) -> Result<Self, String> {
        text(value)?.parse().map_err(|e| format!("{e}"))
    }

    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl SettingValue for DocumentAddress {
    const SHAPE: Shape = Shape::Line;

    fn read(value: &Value) -> Result<Self, String> {
        text(value)?.trim_ascii().parse().map_err(|e| format!("{e}"))
    }

    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl SettingValue for WebAddress {
    const SHAPE: Shape = Shape::Line;

    fn read(value: &Value) -> Result<Self, String> {
        text(value)?.parse().map_err(|e| format!("{e}"))
    }

    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl SettingValue for WebhookUrl {
    const SHAPE: Shape = Shape::Line;

    fn read(value: &Value) -> Result<Self, String> {
        text(value)?.trim_ascii().parse().map_err(|e| format!("{e}"))
    }

    fn show(&self) -> Value {
        self.as_url().as_str().into()
    }
}

/// A list, or one string as OAuth writes it (RFC 6749 §3.3).
impl SettingValue for Scope {
    const SHAPE: Shape = Shape::Words;

    fn read(value: &Value) -> Result<Self, String> {
        let tokens = match value {
            Value::String(text) => text.split_ascii_whitespace().map(str::to_owned).collect(),
            list => items(list, |token| Ok(token.to_owned()))?,
        };
        tokens.join(" ").parse().map_err(|e| format!("{e}"))
    }

    fn show(&self) -> Value {
        self.iter().collect()
    }
}

impl SettingValue for Duration {
    const SHAPE: Shape = Shape::Duration;

    fn read(value: &Value) -> Result<Self, String> {
        let is_good = |ttl: &Self| (Self::from_secs(1)..=LONGEST_TOKEN_TTL).contains(ttl) && ttl.subsec_nanos() == 0;
        read_duration(value).and_then(|ttl| Some(ttl).filter(is_good).ok_or_else(String::new))
    }

    fn show(&self) -> Value {
        self.as_secs().into()
    }
}

/// Takes a set, a list of keys, or a single key.
impl SettingValue for ClientAuthentication {
    const SHAPE: Shape = Shape::Keys;

    fn read(value: &Value) -> Result<Self, String> {
        let set = match value {
            Value::Array(keys) => json!({ "keys": keys }),
            Value::Object(members) if !members.contains_key("keys") => json!({ "keys": [members] }),
            Value::Object(_) => value.clone(),
            _ => return Err(String::new()),
        };
        client_keys(&set.to_string()).map(Self::PrivateKeyJwt).map_err(|e| e.to_string())
    }

    fn show(&self) -> Value {
        match self {
            Self::PrivateKeyJwt(keys) => serde_json::to_value(keys).unwrap_or_default(),
            Self::Secret | Self::None => Value::Null,
        }
    }
}
