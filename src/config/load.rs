//! Finds the file, and makes a [`Loaded`] of it, the environment and the defaults.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::both_applications::with_list_renamed;
use super::environment::Environment;
use super::place::Place;
use super::problem::{ConfigErrors, Problem};
use super::reader::Reader;
use super::sources::Sources;
use super::value::{Entry, parse_file};
use super::{Config, Loaded, rules};

const FILE_VARIABLE: &str = "GATEPOST_CONFIG";
/// The file that is read where none is named, if it is there.
pub const USUAL_FILE: &str = "config/gatepost.toml";

/// Loads the named file, or the usual one if it is there.
pub(super) fn load(explicit_path: Option<&Path>, environment: &[(String, String)]) -> Result<Loaded, ConfigErrors> {
    let environment_part = Environment::new(environment);
    let file = match file_to_read(explicit_path, environment) {
        None => Ok((Vec::new(), None)),
        Some(named) => named.read().map(|entries| (entries, Some(named.path))),
    };
    match file {
        Ok((entries, path)) => assemble(entries, path, environment_part),
        Err(problems) => Err(with_environment_problems(problems, environment_part)),
    }
}

/// Loads from the text of a file called `name`.
pub(super) fn from_toml(name: &str, text: &str, environment: &[(String, String)]) -> Result<Loaded, ConfigErrors> {
    let environment = Environment::new(environment);
    match parse(name, text) {
        Ok(entries) => assemble(entries, Some(name.into()), environment),
        Err(problems) => Err(with_environment_problems(problems, environment)),
    }
}

/// The file to read, and who names it.
struct NamedFile {
    path: PathBuf,
    by: Option<Place>,
}

fn file_to_read(explicit: Option<&Path>, environment: &[(String, String)]) -> Option<NamedFile> {
    if let Some(path) = explicit {
        let path = path.to_owned();
        return Some(NamedFile { path, by: None });
    }
    if let Some((name, path)) = environment.iter().find(|(name, path)| name == FILE_VARIABLE && !path.is_empty()) {
        return Some(NamedFile { path: path.into(), by: Some(Place::Variable { name: name.clone() }) });
    }
    let path = PathBuf::from(USUAL_FILE);
    path.exists().then_some(NamedFile { path, by: None })
}

impl NamedFile {
    fn read(&self) -> Result<Vec<Entry>, Vec<Problem>> {
        let shown = self.path.display().to_string();
        let text = fs::read_to_string(&self.path).map_err(|error| {
            vec![Problem {
                key: String::new(),
                place: self.by.clone(),
                message: format!("expected a readable configuration file, but {shown:?} is not: {error}"),
            }]
        })?;
        parse(&shown, &text)
    }
}

fn parse(name: &str, text: &str) -> Result<Vec<Entry>, Vec<Problem>> {
    parse_file(&Arc::from(name), &with_list_renamed(text))
}

fn assemble(file: Vec<Entry>, path: Option<PathBuf>, environment: Environment) -> Result<Loaded, ConfigErrors> {
    let mut reader = Reader { file, environment, ..Reader::default() };
    let config = Config::read(&mut reader);
    reader.refuse_leftovers();
    let (declared, mut settings): (Vec<_>, Vec<_>) =
        reader.settings.into_iter().partition(super::ShownSetting::is_declared);
    settings.extend(declared);
    let sources = Sources { file: path, settings };
    let mut problems = reader.problems;
    problems.extend(rules::clashes(&config, &sources, &problems));
    ConfigErrors::unless_empty(problems)?;
    Ok(Loaded { config, sources })
}

/// Problems of the environment are reported even if the file cannot be read.
fn with_environment_problems(mut problems: Vec<Problem>, environment: Environment) -> ConfigErrors {
    if let Err(more) = assemble(Vec::new(), None, environment) {
        let of_environment = |problem: &&Problem| {
            let place = problem.place.as_ref();
            matches!(place, Some(Place::Variable { .. } | Place::NamedFile { .. }))
        };
        problems.extend(more.problems().iter().filter(of_environment).cloned());
    }
    ConfigErrors::of(problems)
}
