//! What operators see of the upstreams: when one last signed somebody in, and why it did not.

use tracing::warn;

use super::error::{Failure, UpstreamProblem};
use super::{Declared, Upstreams};
use crate::domain::ids::Timestamp;
use crate::domain::sign_in::Purpose;
use crate::domain::upstream::{UpstreamFailure, UpstreamName};
use crate::flows::access::{Caller, Need};
use crate::flows::upstreams::UpstreamError;
use crate::protocol::refusal::Refusal;

/// The longest reason that is kept, in characters: some quote what the upstream sent.
const LONGEST_REASON: usize = 300;

/// How an upstream does.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What people know it by.
    pub label: String,
    /// Its issuer identifier.
    pub issuer: String,
    /// When it last signed somebody in whose account it was connected with.
    pub last_use: Option<Timestamp>,
    /// Why it signed nobody in, in the last two weeks; the latest first.
    pub failures: Vec<UpstreamFailure>,
}

impl Condition {
    /// Whether it failed since it last signed somebody in.
    pub fn is_failing(&self) -> bool {
        self.failures.first().is_some_and(|failure| self.last_use.is_none_or(|used| used < failure.last_at))
    }
}

impl Upstreams {
    /// How the upstreams do.
    pub async fn conditions(&self, caller: &Caller) -> Result<Vec<Condition>, Refusal> {
        caller.reach(Need::Oversee)?;
        let mut all = Vec::new();
        for Declared { upstream, .. } in self.declared.load_full().iter().map(|known| &**known) {
            all.push(Condition {
                label: upstream.label.clone(),
                issuer: upstream.issuer.clone(),
                last_use: self.store.upstream_last_use(&upstream.issuer).await?,
                failures: self.store.upstream_failures_of(&upstream.name).await?,
            });
        }
        Ok(all)
    }

    /// Asks every upstream now for what it says of itself and for its keys, as a sign-in would, and says what is wrong.
    pub async fn check(&self) -> Vec<(UpstreamName, Result<(), String>)> {
        let mut found = Vec::new();
        for declared in self.declared.load_full().iter() {
            let outcome = declared.check().await.map_err(|failure| failure.why);
            found.push((declared.upstream.name.clone(), outcome));
        }
        found
    }

    /// The error of a failure, which is kept for operators if the upstream or its settings are why.
    pub(super) async fn failed(&self, declared: &Declared, failure: Failure, purpose: Purpose) -> UpstreamError {
        let is_theirs = !matches!(failure.problem, UpstreamProblem::Cancelled | UpstreamProblem::Over);
        if is_theirs {
            let (name, now) = (&declared.upstream.name, self.instruments.now());
            let why: String = failure.why.chars().take(LONGEST_REASON).collect();
            if let Err(error) = self.store.upstream_failure_note(name, &why, now).await {
                warn!(%error, "why an upstream signed nobody in cannot be written down");
            }
        }
        UpstreamError::failed(failure, purpose)
    }
}
