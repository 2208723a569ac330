//! What is remembered of an application for its life cycle.

use std::time::Duration;

use super::ids::Timestamp;

/// Whether an operator exempted the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exempt {
    /// It is subject to the life cycle.
    #[default]
    No,
    /// It is exempt.
    Yes,
}

/// A warning that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// When it was sent.
    pub at: Timestamp,
    /// The shortest time between it and the deactivation.
    pub before: Duration,
}

/// What the life cycle needs of an application besides its uses and its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LifeMarks {
    /// Whether it is exempt.
    pub exempt: Exempt,
    /// When an owner last kept it.
    pub kept_at: Option<Timestamp>,
    /// The last warning; a later use makes it void.
    pub warned: Option<Warning>,
    /// When it was purged: all but its client id was deleted.
    pub purged_at: Option<Timestamp>,
}
