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
mod disconnect;
mod error;
mod finish;
mod messages;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use ask::Declared;
use error::Failure;

use super::foundations::Foundations;
use super::instruments::Instruments;
use super::mail::Mail;
use super::people::People;
use super::request_limits::RequestLimits;
use super::sessions::Sessions;
use super::sign_up::SignUps;
use crate::adapters::fetch::Documents;
use crate::config::{Issuer, RateLimits, Upstream};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::UserId;
use crate::domain::upstream::{UpstreamIdentity, UpstreamName};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::Store;

pub use condition::Condition;
pub use connect::ConnectError;
pub use error::{UpstreamError, UpstreamProblem};
pub use finish::Finished;

/// The upstreams.
pub struct Upstreams {
    instruments: Instruments,
    store: Store,
    issuer: Issuer,
    master_keys: Arc<MasterKeyring>,
    declared: Vec<Declared>,
    mail: Arc<Mail>,
    people: Arc<People>,
    sessions: Arc<Sessions>,
    sign_ups: Arc<SignUps>,
    request_limits: RequestLimits,
    /// How long an upstream may take for everything that one request asks of it: the person is still to be told.
    patience: Duration,
}

impl Upstreams {
    /// Each upstream with what fetches its documents, from where it may be.
    pub fn new(
        base: &Foundations,
        declared: Vec<(Upstream, Documents)>,
        (mail, people): (&Arc<Mail>, &Arc<People>),
        (sessions, sign_ups): (&Arc<Sessions>, &Arc<SignUps>),
    ) -> Self {
        let declared = declared.into_iter().map(|(upstream, documents)| Declared { upstream, documents });
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            issuer: base.config.server.issuer.clone(),
            master_keys: Arc::clone(&base.master_keys),
            declared: declared.collect(),
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

    /// The upstreams, each with what people know it by.
    pub fn offered(&self) -> impl Iterator<Item = (&UpstreamName, &str)> {
        self.declared.iter().map(|declared| (&declared.upstream.name, declared.upstream.label.as_str()))
    }

    /// The identities of an account, the oldest first, each with what people know its upstream by: nothing if it is not
    /// among the upstreams any more. Such an identity does not sign in until it is again.
    pub async fn identities_of(&self, user: UserId) -> Result<Vec<(UpstreamIdentity, Option<&str>)>, Refusal> {
        let identities = self.store.upstream_identities_of(user).await?;
        let label = |identity: &UpstreamIdentity| {
            let declared = self.declared.iter().find(|declared| declared.upstream.issuer == identity.issuer)?;
            Some(declared.upstream.label.as_str())
        };
        Ok(identities
            .into_iter()
            .map(|identity| (label(&identity), identity))
            .map(|(label, one)| (one, label))
            .collect())
    }

    /// What people know an upstream by: its name where it is not among the upstreams any more.
    pub fn label_of<'a>(&'a self, name: &'a UpstreamName) -> &'a str {
        let declared = self.declared.iter().find(|declared| declared.upstream.name == *name);
        declared.map_or(name.as_str(), |declared| &declared.upstream.label)
    }

    /// What an upstream answered, unless it takes too long.
    async fn in_time<T>(&self, asking: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let late = |_| {
            let why = format!("it did not answer within {} s", self.patience.as_secs());
            Err(Failure::new(UpstreamProblem::Unavailable, why))
        };
        timeout(self.patience, asking).await.unwrap_or_else(late)
    }

    fn declared(&self, name: &str) -> Result<&Declared, Refusal> {
        let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such upstream");
        self.declared.iter().find(|declared| declared.upstream.name.as_str() == name).ok_or_else(unknown)
    }
}
