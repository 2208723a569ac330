//! Signing in at an upstream: another OpenID provider, which the operator declared.
//!
//! What is sent there and what counts of its answers is in `protocol/upstream`. Here a sign-in is begun and spent, and
//! the identity that comes of it finds its account: the one it was connected with; a new one, if its address is proven
//! there and may make one; and in every other case the one that is proven here, by mail or with a passkey, in the same
//! browser. Until then nothing tells whether there is an account.

mod account;
mod ask;
mod begin;
mod condition;
mod connect;
mod declared;
mod disconnect;
mod error;
mod finish;
mod link;
mod messages;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::time::timeout;

use declared::Declared;
use error::Failure;

use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::people::People;
use super::request_limits::RequestLimits;
use super::sessions::Sessions;
use super::sign_up::SignUps;
use crate::config::{Issuer, RateLimits};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::UserId;
use crate::domain::upstream::UpstreamIdentity;
use crate::protocol::refusal::Refusal;
use crate::store::Store;

pub use condition::Condition;
pub use connect::ConnectError;
pub use declared::Line;
pub use error::{UpstreamError, UpstreamProblem};
pub use finish::Finished;

/// The upstreams.
pub struct Upstreams {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    master_keys: Arc<MasterKeyring>,
    line: Line,
    /// Those of the configuration as it was read last.
    declared: ArcSwap<Vec<Arc<Declared>>>,
    mail: Arc<Mail>,
    people: Arc<People>,
    sessions: Arc<Sessions>,
    sign_ups: Arc<SignUps>,
    request_limits: RequestLimits,
    /// How long an upstream may take for everything that one request asks of it: the person is still to be told.
    patience: Duration,
}

impl Upstreams {
    /// The upstreams of the configuration, which are asked through this line.
    pub fn new(
        base: &Foundations,
        line: Line,
        (mail, people): (&Arc<Mail>, &Arc<People>),
        (sessions, sign_ups): (&Arc<Sessions>, &Arc<SignUps>),
    ) -> Self {
        let issuer = base.config.server.issuer.clone();
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master_keys: Arc::clone(&base.master_keys),
            declared: ArcSwap::from_pointee(line.to_all(&base.config.upstreams, &issuer, &[])),
            line,
            issuer,
            mail: Arc::clone(mail),
            people: Arc::clone(people),
            sessions: Arc::clone(sessions),
            sign_ups: Arc::clone(sign_ups),
            request_limits: RequestLimits::of_upstreams(&base.config.rate_limits),
            patience: base.config.server.request_timeout * 4 / 5,
        }
    }

    /// Other limits from now on.
    pub fn set_limits(&self, limits: &RateLimits) {
        self.request_limits.set_limits(limits);
    }

    /// The identities of an account, the oldest first, each with what people know its upstream by: nothing if it is not
    /// among the upstreams any more. Such an identity does not sign in until it is again.
    pub async fn identities_of(&self, user: UserId) -> Result<Vec<(UpstreamIdentity, Option<String>)>, Refusal> {
        let identities = self.store.upstream_identities_of(user).await?;
        let labelled = |identity: UpstreamIdentity| {
            let label = self.label_of_issuer(&identity.issuer);
            (identity, label)
        };
        Ok(identities.into_iter().map(labelled).collect())
    }

    /// What an upstream answered, unless it takes too long.
    async fn in_time<T>(&self, asking: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let late = |_| {
            let why = format!("it did not answer within {} s", self.patience.as_secs());
            Err(Failure::new(UpstreamProblem::Unavailable, why))
        };
        timeout(self.patience, asking).await.unwrap_or_else(late)
    }
}
