//! Logs and metrics, for the operator.

mod logs;
mod metrics;
mod observed;

pub use logs::{set_levels, start};
pub use metrics::{ListenerLabel, Metrics, OpenConnection, RequestLabels, TokenLabels};
pub use observed::{Observed, ObservedCache, ObservedDatabase, ObservedHashing, ObservedKeys, ObservedMails};
