//! The environment variables of Gatepost: `GATEPOST__SECTION__KEY` and `GATEPOST__SECTION__KEY_FILE`.

use std::collections::BTreeMap;
use std::fs;

use super::place::Place;
use super::problem::Problem;
use super::value::Value;

const PREFIX: &str = "GATEPOST__";
const FILE_SUFFIX: &str = "_FILE";

/// The variables that no key has taken yet.
#[derive(Debug, Default)]
pub(super) struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// Picks the variables of Gatepost. An empty one counts as unset, because compose files and unit files cannot leave
    /// a variable out.
    pub(super) fn new(environment: &[(String, String)]) -> Self {
        let ours = environment.iter().filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty());
        Self { variables: ours.cloned().collect() }
    }

    /// Takes the variable of `section.key`, if it is set.
    pub(super) fn take(&mut self, section: &str, key: &str) -> Result<Option<Value>, Problem> {
        let name = variable_name(section, key);
        let file_name = format!("{name}{FILE_SUFFIX}");
        let problem = |name: &str, message: String| Problem {
            key: format!("{section}.{key}"),
            place: Some(Place::Variable { name: name.to_owned() }),
            message,
        };
        match (self.variables.remove(&name), self.variables.remove(&file_name)) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err(problem(&name, format!("it is set twice; expected either {name} or {file_name}, not both")))
            }
            (Some(text), None) if text.trim_ascii().is_empty() => Err(problem(
                &name,
                "it is blank; expected a value, or no such variable to keep what the file or the default says".into(),
            )),
            (Some(text), None) => Ok(Some(Value::untyped(&text, Place::Variable { name }))),
            (None, Some(path)) => {
                read_named_file(&path, &file_name).map(Some).map_err(|message| problem(&file_name, message))
            }
        }
    }

    /// The names that no key has taken.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

/// The variable that overrides `section.key`.
pub(super) fn variable_name(section: &str, key: &str) -> String {
    format!("{PREFIX}{section}__{key}").to_uppercase()
}

/// The section and key of a variable's name, in lower case; `None` without a key.
pub(super) fn section_and_key(name: &str) -> Option<(String, String)> {
    let name = name.strip_prefix(PREFIX)?.to_lowercase();
    let (section, key) = name.split_once("__")?;
    let key = key.strip_suffix("_file").unwrap_or(key);
    Some((section.to_owned(), key.to_owned()))
}

/// The content of a file that holds one value, without its one final newline.
///
/// `by` is what names the file: a variable or a key. Only one newline is removed: an editor adds one, more of them are
/// intended.
pub(super) fn read_named_file(path: &str, by: &str) -> Result<Value, String> {
    let text =
        fs::read_to_string(path).map_err(|error| format!("expected a readable file, but {path:?} is not: {error}"))?;
    let trimmed = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(&text);
    if trimmed.trim_ascii().is_empty() {
        return Err(format!("expected a value in {path:?}, but the file is empty"));
    }
    let place = Place::NamedFile { by: by.to_owned(), path: path.to_owned() };
    Ok(Value::untyped(trimmed, place))
}
