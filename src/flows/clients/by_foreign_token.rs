//! Authentication of a workload by the token of another issuer that its application trusts (RFC 7521 §4.2).

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::{AuthenticatedClient, Clients, working};
use crate::adapters::fetch::{Document, DocumentError, Received};
use crate::domain::application::Application;
use crate::domain::ids::Timestamp;
use crate::protocol::federation::{
    FederatedIdentity, ForeignKeys, ForeignToken, IssuerMetadata, Signature, SignedBy, SpentBy, TrustedIssuer, refused,
};
use crate::protocol::refusal::Refusal;

/// When to come again if too much is being fetched.
const BUSY: Duration = Duration::from_secs(2);

impl Document for IssuerMetadata {
    const MOST: usize = 64 * 1024;
    /// An issuer whose keys move is followed within this time.
    const LONGEST: Duration = Duration::from_hours(1);

    fn read(received: &Received) -> Result<Self, String> {
        check_json(received)?;
        Self::read(&received.body, &received.url)
    }
}

impl Document for ForeignKeys {
    const ACCEPT: &'static str = "application/jwk-set+json, application/json";
    const MOST: usize = 256 * 1024;
    /// A key that an issuer has taken away is taken for this long, at most.
    const LONGEST: Duration = Duration::from_mins(5);

    fn read(received: &Received) -> Result<Self, String> {
        check_json(received)?;
        let set: Value = serde_json::from_slice(&received.body).map_err(|e| format!("it is not JSON: {e}"))?;
        Self::read(&set).map_err(|e| e.to_string())
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
        let token = ForeignToken::read(compact)?;
        let identities = token.identities(&application.settings.federated, self.issuer.as_str())?;
        token.check_times(self.instruments.now().as_seconds())?;
        let (identity, key) = self.signed_for(&token, &identities).await?;
        if !identity.reusable {
            self.spend_foreign_token(token.spent_by(&key)).await?;
        }
        working(&application)?;
        Ok(AuthenticatedClient { application, secret: None })
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
                Err(refusal) => last = Some(refusal),
            }
        }
        Err(last.unwrap_or_else(|| refused("no identity fits")))
    }

    /// Checks the signature with the keys of the issuer; they are fetched again if the token names one that is not among
    /// them, as those do which come after a rotation.
    async fn check_signature(
        &self,
        token: &ForeignToken<'_>,
        identity: &FederatedIdentity,
    ) -> Result<SignedBy, Refusal> {
        if let Some(keys) = &identity.keys {
            return verdict(token.signature(keys));
        }
        let address = self.address_of_keys(&identity.issuer).await?;
        let keys = self.documents.get::<ForeignKeys>(&address, None).await.map_err(|e| unfetched(&address, e))?;
        match token.signature(&keys) {
            Signature::UnknownKey => {}
            known => return verdict(known),
        }
        let newer = self.documents.get_newer::<ForeignKeys>(&address, None).await;
        verdict(token.signature(&*newer.map_err(|e| unfetched(&address, e))?))
    }

    /// OIDC Discovery §4.3: metadata that is of another issuer, to the letter, leads to nobody's keys.
    async fn address_of_keys(&self, issuer: &TrustedIssuer) -> Result<Url, Refusal> {
        let at = issuer.metadata_url().ok_or_else(|| refused("the issuer has no metadata, and no keys beside it"))?;
        let metadata = self.documents.get::<IssuerMetadata>(&at, None).await.map_err(|e| unfetched(&at, e))?;
        if metadata.issuer != issuer.as_str() {
            return Err(refused(format!("{at} says that it is of the issuer '{}'", metadata.issuer)));
        }
        Ok(metadata.jwks_uri.clone())
    }

    async fn spend_foreign_token(&self, spent: SpentBy) -> Result<(), Refusal> {
        let mut hash = [0; 32];
        hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, spent.mark.as_bytes()).as_ref());
        if self.store.foreign_token_spend(hash, Timestamp::from_seconds(spent.expires)).await? {
            Ok(())
        } else {
            Err(refused("the token was used before; get a new one of its issuer, or set 'reusable' for its entry"))
        }
    }
}

fn check_json(received: &Received) -> Result<(), String> {
    if received.is_json() { Ok(()) } else { Err("it is no JSON by its content type".to_owned()) }
}

fn verdict(signature: Signature) -> Result<SignedBy, Refusal> {
    match signature {
        Signature::Good(key) => Ok(key),
        Signature::Bad => Err(refused("the token is not signed by the key of its issuer that it names ('kid')")),
        Signature::UnknownKey => Err(refused("the token is signed by none of the keys of its issuer ('kid')")),
    }
}

fn unfetched(address: &Url, error: DocumentError) -> Refusal {
    match error {
        DocumentError::Failed(reason) => refused(format!("{address} cannot be used: {reason}")),
        DocumentError::Busy | DocumentError::TooManyNew { .. } => {
            Refusal::unavailable("too many keys of other issuers are being fetched; try again", BUSY)
        }
    }
}
