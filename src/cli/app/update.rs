//! The words of `gatepost app update`.

use clap::Args;
use serde_json::Value;

use super::One;
use super::flags::SettingFlags;
use crate::cli::CommandError;
use crate::cli::output::Output;
use crate::domain::application::{Application, ApplicationSettings, SETTINGS, Setting};
use crate::domain::audit::Actor;
use crate::flows::Rooms;
use crate::flows::applications::{ManageError, SettingsChange};
use crate::flows::consequences::Consequences;

/// What is to become of an application.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(super) one: One,
    #[command(flatten)]
    settings: SettingFlags,
    /// A setting to take back to its default; may be repeated
    #[arg(long, value_name = "SETTING", value_parser = setting)]
    clear: Vec<&'static Setting>,
    /// Take the last allowed group away, although nobody may use the application then
    #[arg(long)]
    yes: bool,
}

fn setting(word: &str) -> Result<&'static Setting, String> {
    Setting::of_name(&word.replace('-', "_")).ok_or_else(|| "there is no such setting".to_owned())
}

/// Changes the settings that were given; all others stay.
pub(super) async fn run(arguments: &Arguments, rooms: &Rooms) -> Result<Application, CommandError> {
    let mut given = arguments.settings.given()?;
    for setting in &arguments.clear {
        let cleared = given.give(setting, setting.name, &Value::Null);
        cleared.map_err(|problem| CommandError::Usage(format!("--clear {}: {}", setting.name, problem.what)))?;
    }
    if given.is_empty() {
        return Err(CommandError::Usage("nothing is to change: give a setting by its flag, or --clear one".to_owned()));
    }
    let id = &arguments.one.id;
    let known = rooms.store.application(id).await?.ok_or_else(|| ManageError::Unknown(id.clone()))?;
    let settings = given.over(known.settings.clone()).map_err(|problem| CommandError::Usage(problem.what))?;
    let gone = what_is_gone(&known.settings, &settings);
    let consequences = Consequences::accepted(arguments.yes);
    let change = SettingsChange { settings, version: known.version, consequences };
    let changed = rooms.applications.application_change_settings(id, change, &Actor::CommandLine).await;
    let changed = changed.map_err(|error| match error {
        ManageError::NobodyLeft(_) => CommandError::Usage(format!("{error}. To do it all the same, add --yes.")),
        other => other.into(),
    })?;
    for line in gone {
        Output::note(&line);
    }
    Ok(changed)
}

/// A list that is given replaces the one before: for each list, what it has no longer.
fn what_is_gone(before: &ApplicationSettings, after: &ApplicationSettings) -> Vec<String> {
    let items = |setting: &Setting, settings: &ApplicationSettings| -> Vec<String> {
        let value = setting.value(settings);
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let line = |setting: &Setting| {
        let kept = items(setting, after);
        let gone: Vec<_> = items(setting, before).into_iter().filter(|item| !kept.contains(item)).collect();
        (!gone.is_empty()).then(|| format!("taken away from {}: {}", setting.name, gone.join(" ")))
    };
    SETTINGS.iter().filter_map(line).collect()
}
