//! The limit on open files: every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

use crate::config::Config;

/// Files besides connections of the public listener: the management listener, mail, logs, the database's files and
/// locks.
const OTHERS: u64 = 256;

/// Raises the process's own limit as far as `server.max_connections` needs and the system allows. The usual soft limit
/// of 1024 is for old programs, and an operator need not know it.
pub(super) fn raise(config: &Config) {
    let needed = u64::from(config.server.max_connections) + u64::from(config.database.max_connections) * 3 + OTHERS;
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|current| *current < needed) else { return };
    let possible = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    if let Err(e) = setrlimit(Resource::Nofile, Rlimit { current: Some(possible), ..limit }) {
        warn!(error = %e, limit = current, needed, "the limit on open files could not be raised");
    } else if possible < needed {
        warn!(limit = possible, needed, "the limit on open files is too low for server.max_connections");
    }
}
