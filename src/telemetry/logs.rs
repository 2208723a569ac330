//! Logs: text or JSON on standard error, with the field names of `docs/logging.md`.

use std::io::stderr;
use std::sync::OnceLock;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt, registry};

use crate::config::{Log, LogFormat};

/// Changes what is logged, once logging has started.
static LEVELS: OnceLock<Handle<Targets, Registry>> = OnceLock::new();

/// Starts logging for the whole process. A second call changes nothing.
pub fn start(settings: &Log) {
    let layer = match settings.format {
        LogFormat::Text => fmt::layer().with_writer(stderr).with_ansi(false).boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(stderr).boxed(),
    };
    let (levels, handle) = reload::Layer::new(settings.level.targets());
    // It fails only if logging has started already, as in a test that starts several servers.
    if registry().with(layer.with_filter(levels)).try_init().is_ok() {
        let _ = LEVELS.set(handle);
    }
}

/// Logs at these levels from now on; the format stays.
pub fn set_levels(settings: &Log) {
    if let Some(levels) = LEVELS.get() {
        // It fails only if the subscriber is gone, with the process.
        let _ = levels.reload(settings.level.targets());
    }
}
