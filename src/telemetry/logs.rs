//! Logs: text or JSON on standard error, with the field names of `docs/logging.md`.

use std::io::stderr;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::{Log, LogFormat};

/// Starts logging for the whole process. A second call changes nothing.
pub fn start(settings: &Log) {
    let layer = match settings.format {
        LogFormat::Text => fmt::layer().with_writer(stderr).with_ansi(false).boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(stderr).boxed(),
    };
    // It fails only if logging has started already, as in a test that starts several servers.
    let _ = registry().with(layer.with_filter(settings.level.targets())).try_init();
}
