//! What there is to know of one setting, so that every door can be made from it. The table of all of them is in
//! [`super::settings`].

use serde_json::Value;

use super::ApplicationKind;
use super::check::SettingsError;
use super::federated;
use super::limits::{BeyondLimits, SelfServiceLimits};
use super::settings::{ApplicationSettings, SETTINGS};
use crate::domain::duration::{self, Written};

/// What a value looks like: how people enter it, how JSON writes it, which column holds it.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One line of text.
    Line,
    /// Texts, one a line.
    Lines,
    /// Words without spaces, separated by spaces.
    Words,
    /// Yes or no.
    Flag,
    /// Whole seconds, or a duration such as `10m`.
    Duration,
    /// One of a few values.
    Choice(&'static str, Choices),
    /// Any number of a few values.
    Ticks(&'static str, Choices),
    /// A set of public keys (RFC 7517 §5).
    Keys,
    /// Identities of other issuers.
    Identities,
}

/// The values to choose from.
pub type Choices = fn() -> Vec<Choice>;

/// A value to choose.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it means, for people.
    pub words: &'static str,
}

impl Shape {
    /// What to write, as the end of "expected …".
    pub fn expected(self) -> String {
        match self {
            Self::Line => "some text".to_owned(),
            Self::Lines => "a list, each item some text".to_owned(),
            Self::Words => "scopes as a list, or in one string separated by spaces".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Duration => "whole seconds, or a duration such as 10m, from 1s to 366d".to_owned(),
            Self::Choice(names, _) => names.to_owned(),
            Self::Ticks(names, _) => format!("a list, each item {names}"),
            Self::Keys => "public keys: [{ kty = \"RSA\", … }] or { keys = [{ kty = \"RSA\", … }] }".to_owned(),
            Self::Identities => {
                "a list, each item { issuer, subject, audience }, of which audience may be left out".to_owned()
            }
        }
    }

    /// Whether it holds several values, each of which can be given for itself.
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Lines | Self::Words | Self::Ticks(..) | Self::Identities)
    }
}

/// A type that a setting can have: it parses itself out of JSON and writes itself as JSON.
pub trait SettingValue: Sized {
    /// What it looks like.
    const SHAPE: Shape;

    /// Whether it may be absent: then the setting of the server counts.
    const OPTIONAL: bool = false;

    /// Reads a value other than `null`. The error says what is wrong beyond [`Shape::expected`], and may be empty.
    fn read(value: &Value) -> Result<Self, String>;

    /// The value on the wire; `null` if it is absent.
    fn show(&self) -> Value;
}

/// Where people meet a setting in the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// When they register an application, and first among its settings.
    New,
    /// First among its settings.
    First,
    /// Among the settings that few change.
    More,
    /// Nowhere: it is chosen in another way than by a field of the settings.
    Nowhere,
}

/// What a setting is about: each topic has a page of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What people read about the application.
    About,
    /// Its keys, and what its tokens are like.
    Credentials,
    /// How people sign in to it and out.
    SignIn,
    /// What it may do, and who may use it.
    Access,
}

/// Who decides about a setting.
#[derive(Clone, Copy, Debug)]
pub enum Chosen {
    /// The developer alone.
    Freely,
    /// The developer, among what the configuration leaves to everybody; the rest waits for an operator.
    WithApproval,
    /// The developer within a limit, which only an operator passes.
    Within(fn(&ApplicationSettings, Option<&ApplicationSettings>, &SelfServiceLimits<'_>) -> Result<(), BeyondLimits>),
    /// An operator. A developer can only go back to the default.
    ByOperator,
}

/// A name from before the settings had the same one everywhere. It is still understood, and still answered.
#[derive(Clone, Copy)]
pub struct FormerName {
    /// The name.
    pub name: &'static str,
    /// What JSON calls the type of its values.
    pub json_type: &'static str,
    /// From its values to those of today.
    pub read: fn(&Value) -> Value,
    /// Back again.
    pub show: fn(&Value) -> Value,
}

/// How much of a change the audit log tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audited {
    /// What it was and what it is.
    Values,
    /// That it was changed. Values that are about people, or that people could not read, stay out of the log.
    Change,
}

/// One setting of an application.
pub struct Setting {
    /// Its name, in every form that settings have.
    pub name: &'static str,
    /// What it was called before.
    pub former: Option<FormerName>,
    /// Another word for its flag on the command line.
    pub flag: Option<&'static str>,
    /// What client metadata calls it (RFC 7591 §2), if applications that register themselves choose it.
    pub metadata: Option<&'static str>,
    /// The column that holds it.
    pub column: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// What its values look like.
    pub shape: Shape,
    /// Whether it may be absent.
    pub optional: bool,
    /// Which types of application have a use for it.
    pub kinds: fn(ApplicationKind) -> bool,
    /// What it is about.
    pub topic: Topic,
    /// Where people meet it.
    pub place: Place,
    /// Who decides about it.
    pub chosen: Chosen,
    /// How much of a change is told.
    pub audited: Audited,
    /// What it must agree with.
    pub check: fn(&ApplicationSettings) -> Result<(), SettingsError>,
    pub(super) get: fn(&ApplicationSettings) -> Value,
    pub(super) set: fn(&mut ApplicationSettings, &Value) -> Result<(), String>,
    pub(super) reset: fn(&mut ApplicationSettings),
}

impl Setting {
    /// The setting of this name, or former name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name || setting.is_formerly(name))
    }

    /// Whether this is what it was called before.
    pub fn is_formerly(&self, name: &str) -> bool {
        self.former.is_some_and(|former| former.name == name)
    }

    /// Whether its value may be `null`.
    pub const fn can_be_null(&self) -> bool {
        self.optional || matches!(self.shape, Shape::Keys)
    }

    /// The value on the wire.
    pub fn value(&self, settings: &ApplicationSettings) -> Value {
        (self.get)(settings)
    }

    /// Puts a value from the wire in its place; `null` is back to the default of the application's type.
    pub fn put(&self, settings: &mut ApplicationSettings, value: &Value) -> Result<(), String> {
        if value.is_null() {
            (self.reset)(settings);
            return Ok(());
        }
        (self.set)(settings, value).map_err(|why| {
            let expected = self.shape.expected();
            if why.is_empty() { format!("expected {expected}") } else { format!("expected {expected}: {why}") }
        })
    }

    /// Whether this is what it is without being set.
    pub fn is_default(&self, settings: &ApplicationSettings) -> bool {
        self.value(settings) == self.value(&ApplicationSettings::new(String::new(), settings.kind))
    }

    /// The value as people read and type it: what a list holds is on lines of its own, or separated by spaces.
    pub fn text(&self, settings: &ApplicationSettings) -> String {
        match (self.value(settings), self.shape) {
            (Value::Null, _) => String::new(),
            (Value::String(text), _) => text,
            (Value::Number(seconds), Shape::Duration) => {
                Written(std::time::Duration::from_secs(seconds.as_u64().unwrap_or(0))).to_string()
            }
            (Value::Array(entries), Shape::Identities) => {
                entries.iter().map(federated::line).collect::<Vec<_>>().join("\n")
            }
            (Value::Array(items), shape) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                items.join(if matches!(shape, Shape::Lines) { "\n" } else { " " })
            }
            (other, _) => other.to_string(),
        }
    }

    /// A text of a form or of the command line as a value on the wire.
    pub fn parse_text(&self, text: &str) -> Value {
        let text = text.trim_ascii();
        let lines = text.lines().map(str::trim_ascii).filter(|line| !line.is_empty());
        match self.shape {
            Shape::Lines => lines.collect(),
            Shape::Identities if text.starts_with('[') => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
            Shape::Identities => federated::from_text(text),
            Shape::Words | Shape::Ticks(..) => text.split_ascii_whitespace().collect(),
            Shape::Line if !self.optional => text.into(),
            _ if text.is_empty() => Value::Null,
            Shape::Flag => text.parse().map_or_else(|_| text.into(), Value::Bool),
            Shape::Keys => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
            Shape::Line | Shape::Duration | Shape::Choice(..) => text.into(),
        }
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A span of time out of whole seconds or words such as `10m`.
pub(super) fn read_duration(value: &Value) -> Result<std::time::Duration, String> {
    match value {
        Value::String(text) => duration::parse(text).map_err(|e| e.to_string()),
        other => other.as_u64().map(std::time::Duration::from_secs).ok_or_else(String::new),
    }
}

/// The default of a type of application.
pub(super) fn default_for<T>(default: fn(ApplicationKind) -> T, kind: ApplicationKind) -> T {
    default(kind)
}

/// Declares the settings: the struct that holds their values, and the table that describes them. An entry is the help
/// text, the field, its name on the wire where that is another one, its type, its default for a type of application,
/// and what is not as [`Setting`]'s defaults have it.
macro_rules! settings {
    ($(#[$meta:meta])* pub struct $type:ident {
        $(
            $(#[doc = $help:literal])+
            $field:ident $(as $name:literal $(in $column:literal)?)?: $value:ty = $default:expr, {
                $($key:ident: $known:expr,)*
            }
        )+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $type {
            $($(#[doc = $help])+ pub $field: $value,)+
        }

        impl $type {
            /// The settings of which none was chosen yet.
            pub(super) fn unset(kind: ApplicationKind) -> Self {
                Self { $($field: default_for($default, kind),)+ }
            }
        }

        /// Every setting, in the order in which they are shown.
        pub static SETTINGS: [Setting; [$(stringify!($field)),+].len()] = [$(
            Setting {
                name: [$($name,)? stringify!($field)][0],
                column: [$($($column,)?)? stringify!($field)][0],
                help: concat!($($help),+),
                shape: <$value as SettingValue>::SHAPE,
                optional: <$value as SettingValue>::OPTIONAL,
                get: |settings| settings.$field.show(),
                set: |settings, value| SettingValue::read(value).map(|read: $value| settings.$field = read),
                reset: |settings| settings.$field = default_for($default, settings.kind),
                $($key: $known,)*
                ..UNREMARKABLE
            },
        )+];
    };
}
pub(super) use settings;

/// What most settings are like.
pub(super) const UNREMARKABLE: Setting = Setting {
    name: "",
    former: None,
    flag: None,
    metadata: None,
    column: "",
    label: "",
    help: "",
    shape: Shape::Line,
    optional: false,
    kinds: |_| true,
    topic: Topic::Access,
    place: Place::More,
    chosen: Chosen::Freely,
    audited: Audited::Values,
    check: |_| Ok(()),
    get: |_| Value::Null,
    set: |_, _| Ok(()),
    reset: |_| {},
};
