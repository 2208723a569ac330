//! The upstreams that the configuration declares now. A server that reads it again takes others over.

use std::sync::Arc;

use super::Upstreams;
use crate::adapters::fetch::{Documents, Fetcher, Resolver};
use crate::config::{Config, Issuer, Upstream};
use crate::domain::upstream::UpstreamName;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// An upstream, and what fetches from it.
pub(super) struct Declared {
    pub(super) upstream: Upstream,
    pub(super) documents: Documents,
}

/// What upstreams are asked through.
#[derive(Clone)]
pub struct Line {
    /// Keeps what they publish.
    pub documents: Documents,
    /// Resolves their names.
    pub resolver: Arc<dyn Resolver>,
}

impl Line {
    /// An upstream, and what fetches from where the operator lets it be.
    fn to(&self, upstream: &Upstream, issuer: &Issuer) -> Declared {
        let (resolver, networks) = (Arc::clone(&self.resolver), upstream.networks(issuer));
        let fetcher = Fetcher::new(resolver, networks, "allow_private of its [[upstreams]]");
        Declared { upstream: upstream.clone(), documents: self.documents.reaching(fetcher) }
    }

    /// All that are declared. One that was declared just so before keeps what is at hand of it.
    pub(super) fn to_all(
        &self,
        upstreams: &[Upstream],
        issuer: &Issuer,
        before: &[Arc<Declared>],
    ) -> Vec<Arc<Declared>> {
        let declared = |upstream: &Upstream| {
            let known = before.iter().find(|known| known.upstream == *upstream);
            known.map_or_else(|| Arc::new(self.to(upstream, issuer)), Arc::clone)
        };
        upstreams.iter().map(declared).collect()
    }
}

impl Upstreams {
    /// Other upstreams from now on. Who is on the way to one that is left out is not signed in by it.
    pub fn set_declared(&self, config: &Config) {
        let before = self.declared.load_full();
        self.declared.store(Arc::new(self.line.to_all(&config.upstreams, &self.issuer, &before)));
    }

    /// The upstreams, each with what people know it by.
    pub fn offered(&self) -> Vec<(UpstreamName, String)> {
        let shown = |one: &Arc<Declared>| (one.upstream.name.clone(), one.upstream.label.clone());
        self.declared.load().iter().map(shown).collect()
    }

    /// What people know the upstream of an identity by: its name where it is not among the upstreams any more. It is the
    /// issuer that counts: another one may have got the name since.
    pub fn label_of(&self, name: &UpstreamName, issuer: &str) -> String {
        self.label_of_issuer(issuer).unwrap_or_else(|| name.to_string())
    }

    /// What people know an upstream by of which no more than the name is known.
    pub fn label_of_name(&self, name: &UpstreamName) -> String {
        let declared = self.declared.load();
        let known = declared.iter().find(|known| known.upstream.name == *name);
        known.map_or_else(|| name.to_string(), |known| known.upstream.label.clone())
    }

    /// What people know the upstream of this issuer by, if it is among the upstreams.
    pub(super) fn label_of_issuer(&self, issuer: &str) -> Option<String> {
        let declared = self.declared.load();
        let known = declared.iter().find(|known| known.upstream.issuer == issuer);
        known.map(|known| known.upstream.label.clone())
    }

    pub(super) fn declared(&self, name: &str) -> Result<Arc<Declared>, Refusal> {
        let unknown = || Refusal::new(ErrorCode::NotFound, "there is no such upstream");
        let declared = self.declared.load();
        declared.iter().find(|known| known.upstream.name.as_str() == name).cloned().ok_or_else(unknown)
    }
}
