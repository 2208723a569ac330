//! Settings on their way in: each is read by itself, then all are put together and must agree.

use serde_json::Value;

use super::ApplicationKind;
use super::setting::Setting;
use super::settings::{ApplicationSettings, SETTINGS};
use crate::protocol::jose::SigningAlgorithm;

/// Settings that were given, each under the name that was used for it.
#[derive(Clone, Debug, Default)]
pub struct GivenSettings(Vec<Given>);

#[derive(Clone, Debug)]
struct Given {
    setting: &'static Setting,
    name: String,
    value: Value,
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct SettingProblem {
    /// The name that was used for it.
    pub name: String,
    /// What is wrong.
    pub what: String,
}

impl GivenSettings {
    /// Takes a value under a name of its setting. One value a setting: a former name is no second place for it.
    pub fn give(&mut self, setting: &'static Setting, name: &str, value: &Value) -> Result<(), SettingProblem> {
        let problem = |what: String| SettingProblem { name: name.to_owned(), what };
        if let Some(other) = self.0.iter().find(|given| given.setting.name == setting.name) {
            return Err(problem(format!("it says the same as '{}'; send one of them", other.name)));
        }
        let value = match setting.former.filter(|former| former.name == name) {
            Some(former) => (former.read)(value),
            None => value.clone(),
        };
        setting
            .put(&mut ApplicationSettings::new(String::new(), ApplicationKind::default()), &value)
            .map_err(problem)?;
        self.0.push(Given { setting, name: name.to_owned(), value });
        Ok(())
    }

    /// Whether nothing was given.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything was said about a setting, by its name of today.
    pub fn says(&self, name: &str) -> bool {
        self.0.iter().any(|given| given.setting.name == name)
    }

    /// The settings of a new application: what was not given is as its type and the server have it, and the name as
    /// its place has it.
    pub fn create(&self, name: &str, algorithm: SigningAlgorithm) -> Result<ApplicationSettings, SettingProblem> {
        let mut settings = ApplicationSettings::new(String::new(), ApplicationKind::default());
        // The type decides what the others are without being given.
        self.put("type", &mut settings)?;
        settings = ApplicationSettings::new(name.to_owned(), settings.kind);
        settings.signing_algorithm = algorithm;
        // What it may ask for it gets without asking, unless that is said to be less.
        if self.says("scopes") {
            self.put("scopes", &mut settings)?;
            settings.default_scope.clone_from(&settings.scope);
        }
        self.over(settings)
    }

    /// These settings over others.
    pub fn over(&self, mut settings: ApplicationSettings) -> Result<ApplicationSettings, SettingProblem> {
        for given in &self.0 {
            given.put(&mut settings)?;
        }
        match SETTINGS.iter().find_map(|setting| Some((setting, (setting.check)(&settings).err()?))) {
            Some((setting, error)) => Err(SettingProblem { name: self.name_of(setting), what: error.to_string() }),
            None => Ok(settings),
        }
    }

    fn put(&self, name: &str, settings: &mut ApplicationSettings) -> Result<(), SettingProblem> {
        self.0.iter().find(|given| given.setting.name == name).map_or(Ok(()), |given| given.put(settings))
    }

    /// What its sender calls a setting.
    fn name_of(&self, setting: &Setting) -> String {
        let given = self.0.iter().find(|given| given.setting.name == setting.name);
        given.map_or_else(|| setting.name.to_owned(), |given| given.name.clone())
    }
}

impl Given {
    fn put(&self, settings: &mut ApplicationSettings) -> Result<(), SettingProblem> {
        self.setting.put(settings, &self.value).map_err(|what| SettingProblem { name: self.name.clone(), what })
    }
}
