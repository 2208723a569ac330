//! Where a value was written, for messages and `config show`.

use std::fmt;
use std::sync::Arc;

/// The place a value came from.
///
/// The order of the variants is the order in which problems are listed: the file from top to bottom, then the environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It is not set.
    Default,
    /// It is not set, and `serve --dev` has a default of its own.
    Development,
    /// The configuration file. Line and column count from one, the column in characters.
    File {
        /// The path as it was given.
        path: Arc<str>,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// An environment variable.
    Variable {
        /// The variable's name.
        name: String,
    },
    /// A file that a `…_FILE` variable or a `…_file` key names.
    NamedFile {
        /// What names the file: a variable, or a key of the configuration file.
        by: String,
        /// The path it gives.
        path: String,
    },
}

impl Place {
    /// The place of byte `offset` in the text of the file called `path`.
    pub(super) fn in_file(path: &Arc<str>, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::File {
            path: Arc::clone(path),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Whether the value came from a file for secrets, so that messages never quote it.
    pub(super) fn is_confidential(&self) -> bool {
        matches!(self, Self::NamedFile { .. })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Development => f.write_str("default of --dev"),
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Variable { name } => f.write_str(name),
            Self::NamedFile { by, path } => write!(f, "{path} (named by {by})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let path: Arc<str> = Arc::from("a.toml");
        let text = "x = 1\nü = 2\n";
        assert_eq!(Place::in_file(&path, text, 0).to_string(), "a.toml:1:1");
        let two = text.find('2').unwrap_or_default();
        assert_eq!(Place::in_file(&path, text, two).to_string(), "a.toml:2:5");
    }

    #[test]
    fn a_named_file_shows_its_path_and_what_names_it() {
        let place = Place::NamedFile { by: "GATEPOST__MAIL__URL_FILE".into(), path: "/run/secrets/mail".into() };
        assert_eq!(place.to_string(), "/run/secrets/mail (named by GATEPOST__MAIL__URL_FILE)");
    }
}
