//! `[log]`: what is logged and how it looks.

use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::reader::SectionReader;
use super::setting::FromText;
use crate::protocol::named::named;

named! {
    /// How a line of the log looks.
    pub enum LogFormat {
        /// For people.
        Text = "text",
        /// For machines: one JSON object a line.
        Json = "json",
    }
}

/// The target whose log lines contain the paths of requests.
const LOGS_PATHS: &str = "tower_http::csrf";

/// The section `[log]`.
#[derive(Clone, Debug)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is logged.
    pub level: LogLevels,
}

impl Log {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        Self { format: section.setting("format", "text"), level: section.setting("level", "info") }
    }
}

/// A level for everything, levels for single targets, or both: `info,gatepost::flows=debug`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLevels {
    text: String,
    targets: Targets,
}

impl LogLevels {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The filter of the log. The targets that log the paths of requests stay silent at every level, because the path
    /// of a sign-in link is a credential.
    pub fn targets(&self) -> Targets {
        let (default, own) = (self.targets.default_level(), self.targets.iter());
        let own = own.filter(|(target, _)| !target.starts_with(LOGS_PATHS));
        let targets = Targets::new().with_targets(own).with_target(LOGS_PATHS, LevelFilter::OFF);
        default.into_iter().fold(targets, Targets::with_default)
    }
}

impl FromStr for LogLevels {
    type Err = String;

    /// The filter's own parser would accept a misspelled level as the name of a target; this one refuses it.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut targets = Targets::new();
        for part in text.split(',').map(str::trim_ascii) {
            targets = match part.split_once('=') {
                Some((target, word)) if !target.trim_ascii().is_empty() => {
                    targets.with_target(target.trim_ascii(), level(word.trim_ascii())?)
                }
                Some(_) => return Err(format!("no target before {part:?}")),
                None => targets.with_default(level(part)?),
            };
        }
        Ok(Self { text: text.to_owned(), targets })
    }
}

fn level(word: &str) -> Result<LevelFilter, String> {
    match word {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(format!("{word:?} is no level")),
    }
}

impl FromText for LogLevels {
    const EXPECTED: &'static str = "off, error, warn, info, debug or trace, or a list such as info,gatepost=debug";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
    }

    fn shown(&self) -> String {
        self.text.clone()
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_target_can_have_a_level_of_its_own() {
        let levels = LogLevels::from_str("warn, gatepost::flows=debug");
        let targets = levels.map(|levels| levels.targets()).unwrap_or_default();
        assert!(targets.would_enable("gatepost::flows::token", &Level::DEBUG));
        assert!(targets.would_enable("sqlx", &Level::WARN));
        assert!(!targets.would_enable("sqlx", &Level::INFO));
    }

    #[test]
    fn no_level_brings_the_paths_of_links_into_the_log() {
        for text in ["trace", "info,tower_http=trace", "info,tower_http::csrf::service=trace"] {
            let targets = LogLevels::from_str(text).unwrap().targets();
            assert!(!targets.would_enable("tower_http::csrf::service", &Level::TRACE), "{text}");
            assert!(targets.would_enable("gatepost", &Level::INFO), "{text}");
        }
        let targets = LogLevels::from_str("trace").unwrap().targets();
        assert!(targets.would_enable("sqlx", &Level::TRACE));
    }

    #[test]
    fn a_misspelled_level_is_refused() {
        for text in ["inof", "info,gatepost=loud", "=debug", "", "info,", "INFO"] {
            assert!(LogLevels::from_str(text).is_err(), "{text:?}");
        }
    }
}
