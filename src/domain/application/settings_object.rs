//! All settings of an application together: made, narrowed, shown as one object, checked.

use serde_json::{Map, Value};

use super::ApplicationKind;
use super::check::SettingsError;
use super::settings::{ApplicationSettings, SETTINGS};
use crate::protocol::scope::Scope;

impl ApplicationSettings {
    /// The settings of a new application of this kind.
    pub fn new(name: String, kind: ApplicationKind) -> Self {
        Self { name, ..Self::unset(kind) }
    }

    /// The same with no more scope than this: of what is usual for a type, not everybody may choose all.
    #[must_use]
    pub fn within(mut self, limit: &Scope) -> Self {
        self.scope = self.scope.intersect(limit);
        self.default_scope = self.default_scope.intersect(limit);
        self
    }

    /// Every setting as a member of a JSON object, under its name and its former one.
    pub fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        for setting in &SETTINGS {
            let value = setting.value(self);
            if let Some(former) = setting.former {
                members.insert(former.name.to_owned(), (former.show)(&value));
            }
            members.insert(setting.name.to_owned(), value);
        }
        members
    }

    /// Checks what the types alone cannot.
    pub fn check(&self) -> Result<(), SettingsError> {
        SETTINGS.iter().try_for_each(|setting| (setting.check)(self))
    }
}
