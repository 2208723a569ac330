//! Reads sections from the environment, the file and the defaults, and records every value and every problem.
//!
//! The keys that the sections read here are the list of known keys, for `config show`, for messages and for the test of
//! the sample file; all others are unknown.

mod table;

use std::ops::RangeInclusive;

use crate::config::environment::{Environment, section_and_key, variable_name};
use crate::config::nearest::nearest;
use crate::config::place::Place;
use crate::config::problem::Problem;
use crate::config::setting::SettingType;
use crate::config::sources::ShownSetting;
use crate::config::value::{Entry, Kind, Value};
pub(super) use table::{Answer, TableReader};

/// The sections that are lists of tables; they come from the file only.
pub(super) const LISTS: [&str; 5] = ["applications", "scopes", "resources", "groups", "upstreams"];

/// The sources, and the values and problems found so far.
#[derive(Debug, Default)]
pub(in crate::config) struct Reader {
    pub(in crate::config) file: Vec<Entry>,
    pub(in crate::config) environment: Environment,
    pub(in crate::config) settings: Vec<ShownSetting>,
    pub(in crate::config) problems: Vec<Problem>,
}

impl Reader {
    /// Reads the section called `name`.
    pub(in crate::config) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut SectionReader<'_>) -> T,
    ) -> T {
        let entries = match self.take(name) {
            None => Vec::new(),
            Some(Value { kind: Kind::Table(entries), .. }) => entries,
            Some(value) => {
                let unfit = value.unfit(&format!("a section, [{name}]"));
                self.refuse(name, unfit.place, unfit.message);
                Vec::new()
            }
        };
        let mut section = SectionReader { table: TableReader::new(self, name.to_owned(), entries), section: name };
        let read = read(&mut section);
        section.table.refuse_unknown_keys();
        read
    }

    /// Takes a top-level entry of the file.
    pub(in crate::config) fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.file.iter().position(|entry| entry.key == name)?;
        Some(self.file.remove(index).value)
    }

    /// Records a problem.
    pub(in crate::config) fn refuse(&mut self, key: &str, place: Place, message: String) {
        self.problems.push(Problem { key: key.to_owned(), place: Some(place), message });
    }

    /// Refuses every key that no section read; call it last.
    pub(in crate::config) fn refuse_leftovers(&mut self) {
        let keys: Vec<String> = self.section_keys().map(str::to_owned).collect();
        for entry in std::mem::take(&mut self.file) {
            let message = unknown_at_top_level(&entry, &keys);
            self.refuse(&entry.key, entry.place, message);
        }
        let unknown: Vec<String> = self.environment.unknown().map(str::to_owned).collect();
        for name in unknown {
            let message = unknown_variable(&name, &keys);
            self.refuse("", Place::Variable { name }, message);
        }
    }

    /// Every `section.key` that was read.
    fn section_keys(&self) -> impl Iterator<Item = &str> {
        let settings = self.settings.iter().filter(|setting| !setting.is_declared());
        settings.map(|setting| setting.key.as_str())
    }
}

fn unknown_at_top_level(entry: &Entry, keys: &[String]) -> String {
    let same_name = |key: &&String| key.split_once('.').is_some_and(|(_, key)| key == entry.key);
    if let Some(key) = keys.iter().find(same_name) {
        return format!("unknown key outside of a section; did you mean {key}?");
    }
    let sections = keys.iter().filter_map(|key| key.split('.').next());
    match nearest(&entry.key, sections.chain(LISTS)) {
        Some(near) => format!("unknown section; did you mean {near}?"),
        None => "unknown section".to_owned(),
    }
}

fn unknown_variable(name: &str, keys: &[String]) -> String {
    let Some((section, key)) = section_and_key(name) else {
        return match name.rsplit("__").next().map(str::to_lowercase) {
            Some(list) if LISTS.contains(&list.as_str()) => from_the_file_only(&list),
            _ => "unknown variable; expected GATEPOST__SECTION__KEY".to_owned(),
        };
    };
    // `applications` is a section as well: an index or a third part shows that the list is meant.
    let is_of_entry = key.contains("__") || key.starts_with(|c: char| c.is_ascii_digit());
    if LISTS.contains(&section.as_str()) && (section != "applications" || is_of_entry) {
        return from_the_file_only(&section);
    }
    match nearest_key(&section, &key, keys) {
        Some((section, key)) => {
            let ending = if name.ends_with("_FILE") { "_FILE" } else { "" };
            let near = variable_name(section, key);
            format!("unknown variable; did you mean {near}{ending}?")
        }
        None => format!("unknown variable; there is no key {section}.{key}"),
    }
}

/// The known section and key nearest to these: a key of the same section first.
fn nearest_key<'a>(section: &str, key: &str, keys: &'a [String]) -> Option<(&'a str, &'a str)> {
    let parts: Vec<(&str, &str)> = keys.iter().filter_map(|key| key.split_once('.')).collect();
    let sections = parts.iter().map(|(section, _)| *section);
    let section = nearest(section, sections)?;
    let of_section = parts.iter().filter(|(name, _)| *name == section);
    nearest(key, of_section.map(|(_, key)| *key)).map(|key| (section, key))
}

fn from_the_file_only(list: &str) -> String {
    format!("[[{list}]] is a list of tables, and those are read from the configuration file only")
}

/// Reads the keys of one section.
pub(in crate::config) struct SectionReader<'r> {
    table: TableReader<'r>,
    section: &'static str,
}

impl SectionReader<'_> {
    /// The value of `key`; `default` is written as in an environment variable.
    pub(in crate::config) fn setting<T: SettingType>(&mut self, key: &'static str, default: &'static str) -> T {
        self.setting_or(key, default, |value| value)
    }

    /// As [`SectionReader::setting`], where what is not set is `default` adapted to other settings.
    pub(in crate::config) fn setting_or<T: SettingType>(
        &mut self,
        key: &'static str,
        default: &'static str,
        adapt: impl FnOnce(T) -> T,
    ) -> T {
        let (value, place) = match self.read(key) {
            Answer::Good(value, place) => (value, place),
            Answer::Bad(place) => (self.default_of(key, default), place),
            Answer::Absent => (adapt(self.default_of(key, default)), Place::Default),
        };
        self.table.note(key, value.show(), place);
        value
    }

    /// As [`SectionReader::setting`], and refuses a value outside `range`.
    pub(in crate::config) fn setting_within<T: SettingType + PartialOrd>(
        &mut self,
        key: &'static str,
        default: &'static str,
        range: &RangeInclusive<T>,
    ) -> T {
        let value = self.setting(key, default);
        self.refuse_outside(key, &value, range);
        value
    }

    /// Refuses a value of `key` outside `range`.
    pub(in crate::config) fn refuse_outside<T: SettingType + PartialOrd>(
        &mut self,
        key: &'static str,
        value: &T,
        range: &RangeInclusive<T>,
    ) {
        if !range.contains(value) {
            let (least, most) = (range.start().show(), range.end().show());
            let bounds = format!("from {least} to {most}").replace('"', "");
            let message = format!("expected {} {bounds}, found {}", T::expected(), value.show());
            self.table.refuse(key, message);
        }
    }

    /// Records a problem of a `key` that was read before.
    pub(in crate::config) fn refuse(&mut self, key: &'static str, message: String) {
        self.table.refuse(key, message);
    }

    /// The value of `key`, if it is set.
    pub(in crate::config) fn optional<T: SettingType>(&mut self, key: &'static str) -> Option<T> {
        let (value, place) = match self.read(key) {
            Answer::Good(value, place) => (Some(value), place),
            Answer::Bad(place) => (None, place),
            Answer::Absent => (None, Place::Default),
        };
        let shown = value.as_ref().map_or(serde_json::Value::Null, T::show);
        self.table.note(key, shown, place);
        value
    }

    fn read<T: SettingType>(&mut self, key: &'static str) -> Answer<T> {
        match self.table.reader.environment.take(self.section, key) {
            Ok(None) => self.table.read(key),
            Ok(Some(value)) => {
                self.table.forget(key);
                self.table.parse(key, &value)
            }
            Err(problem) => {
                self.table.forget(key);
                let place = problem.place.clone().unwrap_or(Place::Default);
                self.table.reader.problems.push(problem);
                Answer::Bad(place)
            }
        }
    }

    fn default_of<T: SettingType>(&self, key: &str, default: &'static str) -> T {
        let value = Value::untyped(default, Place::Default);
        T::read(&value).unwrap_or_else(|unfit| {
            // Defaults are constants, and a test reads all of them.
            unreachable!("the default of {}.{key}: {}", self.section, unfit.message)
        })
    }
}
