//! Changes that are asked about first.

/// What the one who makes a change says about what follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consequences {
    /// They have not been told yet: where people would lose their way into an application, the change is refused and says
    /// what would follow.
    #[default]
    Unknown,
    /// They know, and want it.
    Accepted,
}

impl Consequences {
    /// From a yes or no.
    pub const fn accepted(yes: bool) -> Self {
        if yes { Self::Accepted } else { Self::Unknown }
    }
}
