//! Reads one table of the file: a section, or an entry of a list such as `[[applications]]`.

use super::Reader;
use crate::config::nearest::nearest;
use crate::config::place::Place;
use crate::config::setting::SettingType;
use crate::config::sources::ShownSetting;
use crate::config::value::{Entry, Unfit, Value};

/// The value of a key. A bad one has been noted as a problem.
pub(in crate::config) enum Answer<T> {
    Good(T, Place),
    Bad(Place),
    Absent,
}

/// The entries of a table that were not read yet.
pub(in crate::config) struct TableReader<'r> {
    pub(in crate::config) reader: &'r mut Reader,
    name: String,
    entries: Vec<Entry>,
    expected: Vec<&'static str>,
}

impl<'r> TableReader<'r> {
    /// The table called `name`, such as `server` or `applications[0]`.
    pub(in crate::config) fn new(reader: &'r mut Reader, name: String, entries: Vec<Entry>) -> Self {
        Self { reader, name, entries, expected: Vec::new() }
    }

    /// Whether `key` is there and was not read yet.
    pub(in crate::config) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Reads `key` from the table.
    pub(in crate::config) fn read<T: SettingType>(&mut self, key: &'static str) -> Answer<T> {
        match self.take(key) {
            Some(entry) => self.parse(key, &entry.value),
            None => Answer::Absent,
        }
    }

    /// Reads `key` and records it for `config show` if it is there.
    pub(in crate::config) fn optional<T: SettingType>(&mut self, key: &'static str) -> Option<T> {
        let Answer::Good(value, place) = self.read::<T>(key) else {
            return None;
        };
        self.note(key, value.show(), place);
        Some(value)
    }

    /// As [`TableReader::optional`]; a missing `key` is a problem of the table at `place`.
    pub(in crate::config) fn required<T: SettingType>(&mut self, key: &'static str, place: &Place) -> Option<T> {
        match self.read::<T>(key) {
            Answer::Good(value, place) => {
                self.note(key, value.show(), place);
                Some(value)
            }
            Answer::Bad(_) => None,
            Answer::Absent => {
                let message = format!("it is missing; expected {}", T::expected());
                let key = self.full_key(key);
                self.reader.refuse(&key, place.clone(), message);
                None
            }
        }
    }

    /// Gives a written value the type of `key`.
    pub(in crate::config) fn parse<T: SettingType>(&mut self, key: &str, value: &Value) -> Answer<T> {
        match T::read(value) {
            Ok(read) => Answer::Good(read, value.place.clone()),
            Err(unfit) => {
                self.refuse_at(key, unfit);
                Answer::Bad(value.place.clone())
            }
        }
    }

    /// Notes that what is written for `key` does not fit.
    pub(in crate::config) fn refuse_at(&mut self, key: &str, unfit: Unfit) {
        let key = self.full_key(key);
        self.reader.refuse(&key, unfit.place, unfit.message);
    }

    /// The key is known, but something else says what it is worth.
    pub(in crate::config) fn forget(&mut self, key: &'static str) {
        self.take(key);
    }

    /// Records the effective value of `key`.
    pub(in crate::config) fn note(&mut self, key: &str, value: serde_json::Value, place: Place) {
        let key = self.full_key(key);
        self.reader.settings.push(ShownSetting { key, value, place });
    }

    /// The value that `GATEPOST__LIST__NAME__KEY` gives the entry called `name`, if it is set. It goes before what is
    /// written.
    pub(in crate::config) fn take_from_environment<T: SettingType>(
        &mut self,
        list: &str,
        name: &str,
        key: &'static str,
    ) -> Option<T> {
        let of_entry = format!("{}__{key}", name.replace('-', "_"));
        let value = match self.reader.environment.take(list, &of_entry) {
            Ok(value) => value?,
            Err(problem) => {
                self.reader.problems.push(problem);
                return None;
            }
        };
        let Answer::Good(value, place) = self.parse::<T>(key, &value) else { return None };
        let full_key = self.full_key(key);
        self.reader.settings.retain(|noted| noted.key != full_key);
        self.note(key, value.show(), place);
        Some(value)
    }

    /// Records a problem of a `key` whose value was recorded before.
    pub(in crate::config) fn refuse(&mut self, key: &str, message: String) {
        let key = self.full_key(key);
        let noted = self.reader.settings.iter().rfind(|noted| noted.key == key);
        let place = noted.map_or(Place::Default, |noted| noted.place.clone());
        self.reader.refuse(&key, place, message);
    }

    /// Refuses every entry that was not read.
    pub(in crate::config) fn refuse_unknown_keys(&mut self) {
        for entry in std::mem::take(&mut self.entries) {
            let message = match nearest(&entry.key, self.expected.iter().copied()) {
                Some(near) => format!("unknown key; did you mean {near}?"),
                None => format!("unknown key; expected one of {}", self.expected.join(", ")),
            };
            let key = self.full_key(&entry.key);
            self.reader.refuse(&key, entry.place, message);
        }
    }

    /// The full key for messages.
    pub(in crate::config) fn full_key(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    /// Takes the entry of `key` as it is written.
    pub(in crate::config) fn take(&mut self, key: &'static str) -> Option<Entry> {
        self.expected.push(key);
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }
}
