//! Logs and metrics, for the operator.

mod logs;
mod metrics;

pub use logs::{set_levels, start};
pub use metrics::{Metrics, RequestLabels, TokenLabels};
