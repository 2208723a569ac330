//! Why nobody was signed in by an upstream.

use crate::domain::sign_in::Purpose;
use crate::protocol::refusal::Refusal;
use crate::protocol::upstream::Unusable;

/// What people are told. In each case they can sign in by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamProblem {
    /// They did not want to.
    Cancelled,
    /// The upstream cannot be reached, or not now.
    Unavailable,
    /// What the upstream answered does not count.
    Unusable,
    /// The sign-in was not begun in this browser, was finished before, or took too long.
    Over,
    /// Only addresses of some domains may sign in there.
    NotAdmitted,
    /// They have to sign in anew, and the upstream does not say that they did.
    NotRecent,
}

/// A problem, and its reason for the log.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) problem: UpstreamProblem,
    pub(super) why: String,
}

impl Failure {
    pub(super) fn new(problem: UpstreamProblem, why: impl Into<String>) -> Self {
        Self { problem, why: why.into() }
    }
}

impl From<Unusable> for Failure {
    fn from(why: Unusable) -> Self {
        Self::new(UpstreamProblem::Unusable, why.to_string())
    }
}

/// Why nobody was signed in by an upstream.
#[derive(Debug)]
pub enum UpstreamError {
    /// The upstream, or what was brought from there.
    Failed {
        /// What people are told.
        problem: UpstreamProblem,
        /// The reason, for the log.
        why: String,
        /// What the sign-in was for.
        purpose: Purpose,
    },
    /// This server.
    Refused(Refusal),
}

impl<E: Into<Refusal>> From<E> for UpstreamError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl UpstreamError {
    pub(super) fn failed(failure: Failure, purpose: Purpose) -> Self {
        Self::Failed { problem: failure.problem, why: failure.why, purpose }
    }
}
