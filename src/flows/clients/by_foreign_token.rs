//! Authentication of a workload by the token of another issuer that its application trusts (RFC 7521 §4.2).

use std::sync::Arc;

use super::issuer_keys::{Unproven, verdict};
use super::{AuthenticatedClient, Clients, working};
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::domain::one_time::ValueHash;
use crate::protocol::federation::{FederatedIdentity, ForeignToken, SignedBy, SpentBy, refused};
use crate::protocol::refusal::Refusal;

/// A token of another issuer that stands for an application, as soon as it is spent.
#[derive(Clone, Debug)]
pub(in crate::flows) struct StandsFor {
    /// What it is spent by, and until when; nothing if its entry takes it as often as it is sent.
    pub(in crate::flows) spent: Option<SpentToken>,
    /// When it expires, in seconds since 1970.
    pub(in crate::flows) expires: i64,
}

/// What a token is remembered by once it was used.
#[derive(Clone, Copy, Debug)]
pub(in crate::flows) struct SpentToken {
    /// Its mark.
    pub(in crate::flows) mark: ValueHash,
    /// Until when it could be used again.
    pub(in crate::flows) expires_at: Timestamp,
}

impl SpentToken {
    /// What is remembered of this.
    pub(in crate::flows) fn of(spent: &SpentBy) -> Self {
        Self { mark: ValueHash::of(&spent.mark), expires_at: Timestamp::from_seconds(spent.expires) }
    }
}

impl Clients {
    /// Authenticates an application by a token of another issuer. Which application that may be, its own entries alone
    /// decide. The token is spent only if it is good in every other way, so nobody can use up what they have only seen.
    pub(super) async fn authenticate_by_foreign_token(
        &self,
        application: Option<Arc<Application>>,
        compact: &str,
    ) -> Result<AuthenticatedClient, Refusal> {
        let application = application.ok_or_else(|| refused("there is no such application"))?;
        let stands = self.stands_for(&application, compact).await?;
        if let Some(spent) = stands.spent
            && !self.store.foreign_token_spend(spent.mark, spent.expires_at).await?
        {
            return Err(used_before());
        }
        working(&application)?;
        Ok(AuthenticatedClient { application, secret: None })
    }

    /// Whether a token of another issuer stands for this application, by one of its entries. Nothing is spent yet.
    pub(in crate::flows) async fn stands_for(
        &self,
        application: &Application,
        compact: &str,
    ) -> Result<StandsFor, Refusal> {
        let token = ForeignToken::read(compact)?;
        let identities = token.identities(&application.settings.federated, self.issuer.as_str())?;
        token.check_times(self.instruments.now().as_seconds())?;
        let (identity, key) = self.signed_for(&token, &identities).await?;
        let spent = (!identity.reusable).then(|| SpentToken::of(&token.spent_by(&key)));
        Ok(StandsFor { spent, expires: token.expires() })
    }

    /// The first of the identities whose issuer has signed it, and with which key.
    async fn signed_for<'f>(
        &self,
        token: &ForeignToken<'_>,
        identities: &[&'f FederatedIdentity],
    ) -> Result<(&'f FederatedIdentity, SignedBy), Refusal> {
        let mut last = None;
        for identity in identities {
            match self.check_signature(token, identity).await {
                Ok(key) => return Ok((identity, key)),
                Err(unproven) => last = Some(unproven.refused(refused)),
            }
        }
        Err(last.unwrap_or_else(|| refused("no identity fits")))
    }

    async fn check_signature(
        &self,
        token: &ForeignToken<'_>,
        identity: &FederatedIdentity,
    ) -> Result<SignedBy, Unproven> {
        match &identity.keys {
            Some(keys) => verdict(keys.signature(token.signed())),
            None => self.signed_by_issuer(token.signed(), &identity.issuer).await,
        }
    }
}

/// The refusal of a token that was spent.
pub(in crate::flows) fn used_before() -> Refusal {
    refused("the token was used before; get a new one of its issuer, or set 'reusable' for its entry")
}
