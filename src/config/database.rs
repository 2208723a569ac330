//! `[database]`: where data is stored.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use super::reader::SectionReader;
use super::secret::{MASK, Secret};
use super::setting::FromText;

/// The section `[database]`.
#[derive(Clone, Debug)]
pub struct Database {
    /// The database.
    pub url: DatabaseUrl,
    /// Connections kept at most.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is answered with 503.
    pub acquire_timeout: Duration,
    /// How long machines get tokens from memory while PostgreSQL is away; zero: they do not.
    pub outage_grace: Duration,
    /// Whether PostgreSQL keeps statements prepared.
    pub prepared_statements: PreparedStatements,
}

/// Whether statements stay prepared on a connection to PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreparedStatements {
    /// Unless a pooler says at the start that it lends connections for a transaction.
    Auto,
    /// Always.
    On,
    /// Never: for a pooler that lends connections for a transaction.
    Off,
}

impl FromText for PreparedStatements {
    const EXPECTED: &'static str = "auto, on or off";

    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(String::new()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        }
        .to_owned()
    }
}

impl Database {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let waits = Duration::from_millis(10)..=Duration::from_mins(1);
        Self {
            url: section.setting("url", "sqlite://data/gatepost.db"),
            max_connections: section.setting_within("max_connections", "8", &(1..=1000)),
            acquire_timeout: section.setting_within("acquire_timeout", "1s", &waits),
            outage_grace: section.setting_within("outage_grace", "60s", &(Duration::ZERO..=Duration::from_hours(1))),
            prepared_statements: section.setting("prepared_statements", "auto"),
        }
    }
}

/// One of the two engines.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite {
        /// The file; a relative path starts at the working directory.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// Its URL, which may hold a password.
        url: Secret,
    },
}

/// Why a text is no database URL; never quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Neither of the engines.
    #[error("it must start with sqlite:// or postgres://")]
    Scheme,
    /// No file is named.
    #[error("the path of the file is missing")]
    NoPath,
    /// Each connection would have a database of its own.
    #[error("a database in memory is not supported; name a file")]
    InMemory,
    /// A stray space or line break, most likely from the file that held it.
    #[error("it must not hold line breaks, or spaces at either end")]
    WhiteSpace,
    /// SQLite's parameters are set by this server.
    #[error("the path of an SQLite file takes no ?parameters")]
    Parameters,
    /// A URL that the driver would refuse.
    #[error("it is no valid address; special characters of the password must be percent-encoded")]
    Malformed,
}

impl DatabaseUrl {
    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// The URL with its passwords masked.
    fn masked(&self) -> String {
        match self {
            Self::Sqlite { path } => format!("sqlite://{}", path.display()),
            Self::Postgres { url } => mask_postgres(url.expose()),
        }
    }
}

/// A password stands before the host or, for unix sockets, among the parameters.
fn mask_postgres(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return MASK.to_owned();
    };
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let is_secret = |name: &str| name.contains("password");
        let mut query = url.query_pairs_mut();
        query.clear();
        for (name, value) in &pairs {
            query.append_pair(name, if is_secret(name) { MASK } else { value });
        }
    }
    url.to_string()
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if text.trim() != text || text.chars().any(char::is_control) {
            return Err(DatabaseUrlError::WhiteSpace);
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            return match path {
                "" | "/" => Err(DatabaseUrlError::NoPath),
                ":memory:" => Err(DatabaseUrlError::InMemory),
                _ if path.contains('?') => Err(DatabaseUrlError::Parameters),
                _ => Ok(Self::Sqlite { path: path.into() }),
            };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(DatabaseUrlError::Scheme);
        }
        Url::parse(text).map_err(|_| DatabaseUrlError::Malformed)?;
        Ok(Self::Postgres { url: Secret::new(text) })
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl FromText for DatabaseUrl {
    const EXPECTED: &'static str = "sqlite://path/to/file.db or postgres://user:password@host/database";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: DatabaseUrlError| error.to_string())
    }

    fn shown(&self) -> String {
        self.masked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_and_an_absolute_sqlite_file_are_told_apart() {
        let path = |text: &str| match text.parse() {
            Ok(DatabaseUrl::Sqlite { path }) => path.display().to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(path("sqlite://data/gatepost.db"), "data/gatepost.db");
        assert_eq!(path("sqlite:///var/lib/gatepost.db"), "/var/lib/gatepost.db");
    }

    #[test]
    fn both_names_of_postgresql_are_accepted() {
        for text in ["postgres://u:p@db/gatepost", "postgresql:///gatepost?host=/run"] {
            assert!(text.parse::<DatabaseUrl>().is_ok_and(|url| url.is_postgres()));
        }
    }

    #[test]
    fn what_is_neither_engine_is_refused_with_the_reason() {
        let refusal = |text: &str| text.parse::<DatabaseUrl>().err();
        assert_eq!(refusal("mysql://db/x"), Some(DatabaseUrlError::Scheme));
        assert_eq!(refusal("data/gatepost.db"), Some(DatabaseUrlError::Scheme));
        assert_eq!(refusal("sqlite://"), Some(DatabaseUrlError::NoPath));
        assert_eq!(refusal("sqlite://:memory:"), Some(DatabaseUrlError::InMemory));
        assert_eq!(refusal("sqlite://a.db\n"), Some(DatabaseUrlError::WhiteSpace));
        assert_eq!(refusal("sqlite://a.db?mode=ro"), Some(DatabaseUrlError::Parameters));
        assert_eq!(refusal("postgres://u:p@db:port/x"), Some(DatabaseUrlError::Malformed));
    }

    #[test]
    fn a_password_is_masked_wherever_it_stands() {
        let shown = |text: &str| text.parse::<DatabaseUrl>().map(|url| format!("{url:?}"));
        assert_eq!(
            shown("postgres://me:hunter2@db:5432/gatepost"),
            Ok("postgres://me:********@db:5432/gatepost".to_owned())
        );
        let socket = shown("postgres:///gatepost?host=/run&password=hunter2").unwrap_or_default();
        assert!(!socket.contains("hunter2"), "{socket}");
        assert!(socket.contains(MASK), "{socket}");
    }
}
