//! Parsing and showing values: one implementation for each type of setting.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::json;

use super::value::{Kind, Unfit, Value, parse_array};
use crate::domain::duration;
use crate::protocol::named::Named;

/// A type of settings.
pub(super) trait SettingType: Sized {
    /// The expected form, as the end of "expected …".
    fn expected() -> String;

    /// Reads a written value.
    fn read(value: &Value) -> Result<Self, Unfit>;

    /// The value for `config show`; secrets are masked.
    fn show(&self) -> serde_json::Value;
}

/// A [`SettingType`] that is written as a string.
pub(super) trait FromText: Sized {
    /// The expected form, as the end of "expected …".
    const EXPECTED: &'static str;

    /// Whether messages must not quote it.
    const SECRET: bool = false;

    /// Parses the text; the error says what is wrong with it beyond [`FromText::EXPECTED`], may be empty, and quotes no secret.
    fn from_text(text: &str) -> Result<Self, String>;

    /// The text for `config show`; secrets are masked.
    fn shown(&self) -> String;
}

impl<T: FromText> SettingType for T {
    fn expected() -> String {
        T::EXPECTED.to_owned()
    }

    fn read(value: &Value) -> Result<Self, Unfit> {
        let unfit = |expected: &str| {
            if T::SECRET { value.unfit_unquoted(expected) } else { value.unfit(expected) }
        };
        let text = value.as_text().ok_or_else(|| unfit(T::EXPECTED))?;
        T::from_text(text).map_err(|why| {
            let mut unfit = unfit(T::EXPECTED);
            if !why.is_empty() {
                unfit.message = format!("{}: {why}", unfit.message);
            }
            unfit
        })
    }

    fn show(&self) -> serde_json::Value {
        self.shown().into()
    }
}

impl FromText for PathBuf {
    const EXPECTED: &'static str = "the path of a file";

    fn from_text(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err(String::new()) } else { Ok(Self::from(text)) }
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl SettingType for bool {
    fn expected() -> String {
        "true or false".to_owned()
    }

    fn read(value: &Value) -> Result<Self, Unfit> {
        match &value.kind {
            Kind::Boolean(answer) => Ok(*answer),
            Kind::Untyped(text) => text.trim_ascii().parse().map_err(|_| value.unfit("true or false")),
            _ => Err(value.unfit("true or false")),
        }
    }

    fn show(&self) -> serde_json::Value {
        json!(self)
    }
}

impl SettingType for u32 {
    fn expected() -> String {
        "a whole number".to_owned()
    }

    fn read(value: &Value) -> Result<Self, Unfit> {
        let number = match &value.kind {
            Kind::Integer(number) => Self::try_from(*number).ok(),
            Kind::Untyped(text) => text.trim_ascii().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| value.unfit(&Self::expected()))
    }

    fn show(&self) -> serde_json::Value {
        json!(self)
    }
}

impl<T: SettingType> SettingType for Vec<T> {
    fn expected() -> String {
        format!("a list, each item {}", T::expected())
    }

    /// In environment variables a list is a TOML array or is separated by commas.
    fn read(value: &Value) -> Result<Self, Unfit> {
        let parsed;
        let items = match &value.kind {
            Kind::List(items) => items,
            Kind::Untyped(text) => {
                parsed = untyped_items(text, value);
                &parsed
            }
            _ => return Err(value.unfit(&Self::expected())),
        };
        items.iter().map(T::read).collect()
    }

    fn show(&self) -> serde_json::Value {
        self.iter().map(SettingType::show).collect()
    }
}

/// Brackets may be left out, and inside them the quotes: `["7d", "1d"]`, `[7d, 1d]` and `7d, 1d` say the same.
fn untyped_items(text: &str, value: &Value) -> Vec<Value> {
    let text = text.trim_ascii();
    let inside = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    if inside.is_some()
        && let Some(items) = parse_array(text, &value.place)
    {
        return items;
    }
    let item = |item: &str| Value::untyped(item.trim_ascii(), value.place.clone());
    inside.unwrap_or(text).split(',').map(item).collect()
}

impl<T: Named> FromText for T {
    const EXPECTED: &'static str = <T as Named>::EXPECTED;

    fn from_text(text: &str) -> Result<Self, String> {
        Self::of_name(text).ok_or_else(String::new)
    }

    fn shown(&self) -> String {
        self.name().to_owned()
    }
}

impl FromText for String {
    const EXPECTED: &'static str = "some text";

    fn from_text(text: &str) -> Result<Self, String> {
        if text.trim_ascii().is_empty() {
            return Err("it is empty".to_owned());
        }
        Ok(text.to_owned())
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl FromText for Duration {
    const EXPECTED: &'static str = "a duration such as 500ms, 10s, 15m, 1h30m or 30d";

    fn from_text(text: &str) -> Result<Self, String> {
        duration::parse(text).map_err(|error| error.to_string())
    }

    fn shown(&self) -> String {
        duration::Written(*self).to_string()
    }
}

impl FromText for SocketAddr {
    const EXPECTED: &'static str = "an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl FromText for IpNet {
    const EXPECTED: &'static str = "an IP address or a network, such as 10.0.0.0/8 or ::1";

    /// A single address is the network of that one address.
    fn from_text(text: &str) -> Result<Self, String> {
        let bare = || text.parse().map(|address: std::net::IpAddr| address.into());
        text.parse().or_else(|_| bare()).map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}
