//! The flags of an application's settings, made from the table of these.

use std::fs;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::Value;

use crate::cli::CommandError;
use crate::domain::application::{AccessPolicy, GivenSettings, SETTINGS, Setting, SettingValue as _, Shape};
use crate::domain::duration;

/// What an application cannot be without.
const NAME: &str = "name";

/// The settings that were given by their flags: each with the name that its flag has in the table, and its words.
#[derive(Clone, Debug)]
pub(in crate::cli) struct SettingFlags(Vec<(&'static Setting, &'static str, Vec<String>)>);

/// The same of a new application, which must have a name, its own or that of its preset.
#[derive(Clone, Debug)]
pub(in crate::cli) struct NewSettingFlags(pub(super) SettingFlags);

impl SettingFlags {
    /// What was given, read.
    pub(super) fn given(&self) -> Result<GivenSettings, CommandError> {
        let mut given = GivenSettings::default();
        for (setting, name, words) in &self.0 {
            let flag = long(setting, name);
            let wrong =
                |what: String| CommandError::Usage(format!("--{flag}, {}: {what}", setting.label.to_lowercase()));
            let values = words.iter().map(|word| value(setting, name, word)).collect::<Result<Vec<_>, _>>();
            let value = together(setting, values.map_err(wrong)?);
            given.give(setting, name, &value).map_err(|problem| wrong(problem.what))?;
        }
        let names_groups =
            self.0.iter().any(|(setting, _, words)| setting.name == "allowed_groups" && !words.is_empty());
        if let Some(access) = Setting::of_name("access").filter(|_| names_groups && !given.says("access")) {
            // A name of a group that let everybody else in all the same would not be what was meant.
            let groups = AccessPolicy::Groups.show();
            given.give(access, access.name, &groups).map_err(|problem| CommandError::Usage(problem.what))?;
        }
        Ok(given)
    }
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        names().fold(command, |command, (setting, name)| {
            let arg = flag(setting, name);
            command.arg(if name == setting.name { arg.help(help(setting)) } else { arg.hide(true) })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let words = |name| matches.get_many::<String>(name).map(|words| words.cloned().collect());
        Ok(Self(names().filter_map(|(setting, name)| Some((setting, name, words(name)?))).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for NewSettingFlags {
    fn augment_args(command: Command) -> Command {
        SettingFlags::augment_args(command).mut_arg(NAME, |arg| arg.required_unless_present("preset"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        SettingFlags::augment_args(command)
    }
}

impl FromArgMatches for NewSettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        SettingFlags::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// Every setting under its name, and under its former one where the flag was another.
fn names() -> impl Iterator<Item = (&'static Setting, &'static str)> {
    SETTINGS.iter().flat_map(|setting| {
        let former = setting.former.map(|former| former.name);
        let former = former.filter(|former| dashed(former) != long(setting, setting.name));
        [Some(setting.name), former].into_iter().flatten().map(move |name| (setting, name))
    })
}

/// A name with dashes.
fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

/// The flag of a setting. What holds several values is given one at a time, so its flag is singular.
fn long(setting: &Setting, name: &str) -> String {
    let name = dashed(name);
    if setting.shape.is_list() { name.trim_end_matches('s').to_owned() } else { name }
}

fn flag(setting: &'static Setting, name: &'static str) -> Arg {
    let long = long(setting, name);
    let value_name = match setting.shape {
        Shape::Keys => "FILE".to_owned(),
        Shape::Identities => "ISSUER SUBJECT [AUDIENCE]".to_owned(),
        Shape::Lines => item_of(&long).to_owned(),
        _ => long.to_uppercase().replace('-', "_"),
    };
    let arg = Arg::new(name).long(long).value_name(value_name);
    let arg = arg.value_parser(move |word: &str| check(setting, name, word).map(|()| word.to_owned()));
    let arg = match setting.flag {
        Some(other) => arg.visible_alias(other),
        None => arg,
    };
    if setting.shape.is_list() {
        // The name that it has everywhere else is understood as well.
        arg.alias(dashed(name)).action(ArgAction::Append)
    } else if is_yes_or_no(setting, name) {
        arg.num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        arg.action(ArgAction::Set)
    }
}

/// What one item of a list is.
fn item_of(flag: &str) -> &'static str {
    match flag {
        "claim" => "ATTRIBUTE=CLAIM",
        "allowed-caller" => "CLIENT_ID",
        flag if flag.ends_with("group") => "GROUP",
        _ => "URI",
    }
}

fn is_yes_or_no(setting: &Setting, name: &str) -> bool {
    match setting.former.filter(|former| former.name == name) {
        Some(former) => former.json_type == "boolean",
        None => matches!(setting.shape, Shape::Flag),
    }
}

fn help(setting: &Setting) -> String {
    let what = setting.help.trim_ascii().trim_end_matches('.');
    let values = match setting.shape {
        Shape::Choice(_, choices) | Shape::Ticks(_, choices) => {
            let names: Vec<&str> = choices().iter().map(|choice| choice.name).collect();
            format!(": {}", names.join(", "))
        }
        Shape::Duration => ", in seconds or as 10m, 24h".to_owned(),
        Shape::Words => ", separated by spaces".to_owned(),
        _ => String::new(),
    };
    let repeated =
        if setting.shape.is_list() { "; may be repeated, and an update replaces the whole list" } else { "" };
    format!("{what}{values}{repeated}{}", default(setting))
}

/// What a setting is without being set, where that is not one of its words.
fn default(setting: &Setting) -> &'static str {
    match setting.shape {
        Shape::Words | Shape::Ticks(..) => " [default: those of its type]",
        Shape::Duration | Shape::Choice(..) if setting.optional => " [default: the server's]",
        _ => "",
    }
}

/// Whether a word can be one of a setting's. Files are opened and lifetimes judged later.
fn check(setting: &'static Setting, name: &str, word: &str) -> Result<(), String> {
    if matches!(setting.shape, Shape::Keys) {
        return Ok(());
    }
    let value = together(setting, vec![value(setting, name, word)?]);
    let Err(problem) = GivenSettings::default().give(setting, name, &value) else { return Ok(()) };
    match setting.shape {
        Shape::Duration if word.parse::<u64>().is_ok() || duration::parse(word).is_ok() => Ok(()),
        Shape::Choice(_, choices) | Shape::Ticks(_, choices) => {
            let names: Vec<&str> = choices().iter().map(|choice| choice.name).collect();
            Err(format!("expected one of: {}", names.join(", ")))
        }
        _ => Err(problem.what),
    }
}

/// The value that a word stands for, as it stands on the wire.
fn value(setting: &Setting, name: &str, word: &str) -> Result<Value, String> {
    Ok(match (setting.shape, word.parse::<u64>(), word.parse::<bool>()) {
        (Shape::Keys, ..) => setting.parse_text(&fs::read_to_string(word).map_err(|e| format!("{word}: {e}"))?),
        (Shape::Duration, Ok(seconds), _) => seconds.into(),
        (_, _, Ok(answer)) if is_yes_or_no(setting, name) => answer.into(),
        _ => setting.parse_text(word),
    })
}

/// The values of a flag: of one that came several times, as one list.
fn together(setting: &Setting, values: Vec<Value>) -> Value {
    if setting.shape.is_list() {
        values.iter().filter_map(Value::as_array).flatten().cloned().collect()
    } else {
        values.into_iter().next_back().unwrap_or_default()
    }
}
