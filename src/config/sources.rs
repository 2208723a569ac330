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

/// Whether a running server takes a setting over when it reads its configuration again.
fn is_reloaded(key: &str) -> bool {
    ["log.level", "mail.url", "mail.from", "branding.templates"].contains(&key) || key.starts_with("rate_limits.")
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

    /// Gives `key` another value, and says where it comes from.
    pub(super) fn put(&mut self, key: &str, value: serde_json::Value, place: Place) {
        if let Some(setting) = self.settings.iter_mut().find(|setting| setting.key == key) {
            setting.value = value;
            setting.place = place;
        }
    }

    /// Whether `key` is not set.
    pub fn is_default(&self, key: &str) -> bool {
        matches!(self.place_of(key), None | Some(Place::Default))
    }

    /// These sources after a running server has read its configuration again: what it took over from `newer`, and the keys
    /// of what it leaves to its next start.
    pub fn reloaded(&self, newer: &Self) -> (Self, Vec<String>) {
        let mut left = Vec::new();
        let of_sections = newer.settings.iter().filter(|setting| !setting.is_declared()).map(|new| {
            let old = self.settings.iter().find(|old| old.key == new.key).unwrap_or(new);
            if is_reloaded(&new.key) {
                return new.clone();
            }
            if old.value != new.value {
                left.push(new.key.clone());
            }
            old.clone()
        });
        let of_sections: Vec<_> = of_sections.collect();
        let declared = newer.settings.iter().filter(|setting| setting.is_declared()).cloned();
        let settings = of_sections.into_iter().chain(declared).collect();
        (Self { file: newer.file.clone(), settings }, left)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Config;
    use super::super::reader::LISTS;

    const DOCUMENT: &str = include_str!("../../docs/deployment.md");

    /// What `docs/deployment.md` says is taken over, in its code marks.
    fn told() -> Vec<&'static str> {
        let (_, sentence) = DOCUMENT.split_once("while the server runs. ").unwrap();
        let (sentence, _) = sentence.split_once("are taken over").unwrap();
        sentence.split('`').skip(1).step_by(2).collect()
    }

    #[test]
    fn the_document_names_what_a_running_server_takes_over_and_nothing_else() {
        let before = Config::from_toml("none", "", &[]).unwrap().sources;
        let mut newer = before.clone();
        for setting in &mut newer.settings {
            setting.value = json!("another");
        }
        let (now, left) = before.reloaded(&newer);
        for setting in &now.settings {
            let key = setting.key.as_str();
            let section = format!("[{}]", key.split('.').next().unwrap());
            let is_told = told().contains(&key) || told().contains(&section.as_str());
            assert_eq!(is_told, !left.contains(&setting.key), "{key}");
            assert_eq!(is_told, setting.value == json!("another"), "{key}");
        }
        for list in LISTS.into_iter().chain(["attributes", "trusted_issuers"]) {
            assert!(told().contains(&format!("[[{list}]]").as_str()), "{list}");
        }
    }
}
