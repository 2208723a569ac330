//! What is looked up when somebody asks for the metrics, rather than counted as it happens.

use std::time::Duration;

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The most connections that the public listener holds.
    pub connections_limit: u64,
    /// Mails that were withheld since the start.
    pub mails_withheld: u64,
    /// The mail queue; none while the database is away.
    pub mails: Option<ObservedMails>,
    /// The database.
    pub database: ObservedDatabase,
    /// The signing keys of each algorithm in each state.
    pub keys: Vec<ObservedKeys>,
    /// The applications in memory.
    pub cache: ObservedCache,
    /// The hashing of secrets.
    pub hashing: ObservedHashing,
}

/// The mail queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObservedMails {
    /// Mails that wait to be sent.
    pub waiting: i64,
    /// Mails that were given up, as long as they are remembered.
    pub lost: i64,
    /// How long the oldest of those that wait has waited.
    pub oldest: Duration,
}

/// The database.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObservedDatabase {
    /// Whether it answers, as far as is known.
    pub is_up: bool,
    /// How often it went away since the start.
    pub outages: u64,
    /// Connections in use.
    pub used: u64,
    /// Connections that wait for work.
    pub idle: u64,
    /// Statements sent to it since the start.
    pub statements: u64,
}

/// Signing keys of one algorithm in one state.
#[derive(Clone, Copy, Debug)]
pub struct ObservedKeys {
    /// The algorithm.
    pub algorithm: &'static str,
    /// The state.
    pub state: &'static str,
    /// How many there are.
    pub count: u64,
    /// Of the state in which a key signs: for how long this one has.
    pub signing_for: Option<Duration>,
}

/// The applications in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObservedCache {
    /// How many there are.
    pub entries: u64,
    /// How often one was found there.
    pub hits: u64,
    /// How often one was not.
    pub misses: u64,
}

/// The hashing of secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObservedHashing {
    /// Threads that hash.
    pub running: u64,
    /// Requests that wait for one.
    pub waiting: u64,
    /// Requests that were refused because too many waited.
    pub refused: u64,
    /// How often Argon2 was run since the start.
    pub runs: u64,
}
