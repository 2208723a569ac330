//! The issuers whose identity assertions count here (`[[trusted_issuers]]`).

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::clients::{Clients, Unproven};
use crate::config::{Config, IdentityIssuer};
use crate::protocol::federation::SignedBy;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::signed_jwt::SignedJwt;

/// The trusted issuers.
pub struct TrustedIssuers {
    clients: Arc<Clients>,
    /// Those of the configuration as it was read last.
    declared: ArcSwap<Vec<IdentityIssuer>>,
}

impl TrustedIssuers {
    /// Those of this configuration. Their keys are read as those of workloads are.
    pub fn new(config: &Config, clients: &Arc<Clients>) -> Self {
        let declared = ArcSwap::from_pointee(config.trusted_issuers.clone());
        Self { clients: Arc::clone(clients), declared }
    }

    /// Others from now on.
    pub fn set_declared(&self, config: &Config) {
        self.declared.store(Arc::new(config.trusted_issuers.clone()));
    }

    /// Whether assertions count here at all.
    pub fn is_on(&self) -> bool {
        !self.declared.load().is_empty()
    }

    /// The trusted issuer of this identifier, to the letter.
    pub(super) fn find(&self, issuer: &str) -> Option<IdentityIssuer> {
        self.declared.load().iter().find(|one| one.issuer.as_str() == issuer).cloned()
    }

    /// Which of its keys signed an assertion.
    pub(super) async fn signed_by(
        &self,
        issuer: &IdentityIssuer,
        assertion: (&SignedJwt<'_>, SigningAlgorithm),
    ) -> Result<SignedBy, Unproven> {
        self.clients.signed_by_issuer(assertion, &issuer.issuer).await
    }

    /// Whether the keys of each can be read, and why not, as for an assertion.
    pub async fn check(&self) -> Vec<(String, Result<(), String>)> {
        let mut found = Vec::new();
        for one in self.declared.load_full().iter() {
            found.push((one.issuer.as_str().to_owned(), self.clients.check_issuer(&one.issuer).await));
        }
        found
    }
}
