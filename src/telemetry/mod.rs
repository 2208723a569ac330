//! What the server tells its operator: logs and metrics.

mod logs;
mod metrics;

pub use logs::start;
pub use metrics::{Metrics, RequestLabels, TokenLabels};
