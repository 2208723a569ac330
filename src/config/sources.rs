//! All settings, with their effective values and sources.

use std::path::{Path, PathBuf};

use super::place::Place;
use super::problem::Problem;

/// One setting as `config show` presents it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownSetting {
    /// The key, as `section.key`, or `applications[0].client_id` for what is declared in lists.
    pub key: String,
    /// The effective value, secrets masked; null when there is none.
    pub value: serde_json::Value,
    /// Where it is set.
    pub place: Place,
}

impl ShownSetting {
    /// Whether it belongs to an entry of a list such as `[[applications]]`, not to a section.
    pub fn is_declared(&self) -> bool {
        self.key.contains('[')
    }
}

/// Every setting with its place, in the order of the documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources {
    pub(super) file: Option<PathBuf>,
    pub(super) settings: Vec<ShownSetting>,
}

impl Sources {
    /// The configuration file that was read, if there was one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Every setting, those of sections first.
    pub fn settings(&self) -> &[ShownSetting] {
        &self.settings
    }

    /// Where `key` (`section.key`) was set; `None` if there is no such key.
    pub fn place_of(&self, key: &str) -> Option<&Place> {
        let setting = self.settings.iter().find(|setting| setting.key == key);
        setting.map(|setting| &setting.place)
    }

    /// Whether `key` is not set.
    pub fn is_default(&self, key: &str) -> bool {
        matches!(self.place_of(key), None | Some(Place::Default))
    }

    /// A problem of several keys together, at the place of the first of them that is set.
    pub(super) fn problem(&self, keys: &[&str], message: String) -> Problem {
        let set = keys.iter().find(|key| !self.is_default(key));
        Problem {
            key: keys.first().copied().unwrap_or_default().to_owned(),
            place: set.and_then(|key| self.place_of(key)).cloned(),
            message,
        }
    }
}
