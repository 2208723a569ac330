//! The keys of other issuers, by discovery (OIDC Discovery §4), and whether one of them signed a token.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::Clients;
use crate::adapters::fetch::{Document, DocumentError, Received};
use crate::protocol::federation::{ForeignKeys, IssuerMetadata, Signature, SignedBy, TrustedIssuer};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::Refusal;
use crate::protocol::signed_jwt::SignedJwt;

/// When to come again if too much is being fetched.
const BUSY: Duration = Duration::from_secs(2);

impl Document for IssuerMetadata {
    const MOST: usize = 64 * 1024;
    /// An issuer whose keys move is followed within this time.
    const LONGEST: Duration = Duration::from_hours(1);

    fn read(received: &Received) -> Result<Self, String> {
        received.check_json()?;
        Self::read(&received.body, &received.url)
    }
}

impl Document for ForeignKeys {
    const ACCEPT: &'static str = "application/jwk-set+json, application/json";
    const MOST: usize = 256 * 1024;
    /// A key that an issuer has taken away is taken for this long, at most.
    const LONGEST: Duration = Duration::from_mins(5);

    fn read(received: &Received) -> Result<Self, String> {
        received.check_json()?;
        let set: Value = serde_json::from_slice(&received.body).map_err(|e| format!("it is not JSON: {e}"))?;
        Self::read(&set).map_err(|e| e.to_string())
    }
}

/// Why a token is not known to be its issuer's.
pub(in crate::flows) enum Unproven {
    /// For this reason.
    Because(String),
    /// Too much is being fetched for others.
    Busy,
}

impl Unproven {
    /// The refusal: this one with the reason, or to come again.
    pub(in crate::flows) fn refused(self, refused: impl FnOnce(String) -> Refusal) -> Refusal {
        match self {
            Self::Because(reason) => refused(reason),
            Self::Busy => Refusal::unavailable("too many keys of other issuers are being fetched; try again", BUSY),
        }
    }
}

impl Clients {
    /// Which key of its issuer signed a token. The keys are fetched again if the token names one that is not among them, as
    /// those do which come after a rotation.
    pub(in crate::flows) async fn signed_by_issuer(
        &self,
        token: (&SignedJwt<'_>, SigningAlgorithm),
        issuer: &TrustedIssuer,
    ) -> Result<SignedBy, Unproven> {
        let address = self.address_of_keys(issuer).await?;
        let keys = self.documents.get::<ForeignKeys>(&address, None).await.map_err(|e| unfetched(&address, e))?;
        match keys.signature(token) {
            Signature::UnknownKey => {}
            known => return verdict(known),
        }
        let newer = self.documents.get_newer::<ForeignKeys>(&address, None).await;
        verdict(newer.map_err(|e| unfetched(&address, e))?.signature(token))
    }

    /// Whether the keys of an issuer can be read, and why not.
    pub(in crate::flows) async fn check_issuer(&self, issuer: &TrustedIssuer) -> Result<(), String> {
        let read = async {
            let address = self.address_of_keys(issuer).await?;
            let keys = self.documents.get::<ForeignKeys>(&address, None).await;
            keys.map(|_| ()).map_err(|e| unfetched(&address, e))
        };
        read.await.map_err(|unproven| match unproven {
            Unproven::Because(reason) => reason,
            Unproven::Busy => "too much is being fetched".to_owned(),
        })
    }

    /// OIDC Discovery §4.3: metadata that is of another issuer, to the letter, leads to nobody's keys.
    async fn address_of_keys(&self, issuer: &TrustedIssuer) -> Result<Url, Unproven> {
        let none = || Unproven::Because("the issuer has no metadata, and no keys beside it".to_owned());
        let at = issuer.metadata_url().ok_or_else(none)?;
        let metadata = self.documents.get::<IssuerMetadata>(&at, None).await.map_err(|e| unfetched(&at, e))?;
        if metadata.issuer != issuer.as_str() {
            return Err(Unproven::Because(format!("{at} says that it is of the issuer '{}'", metadata.issuer)));
        }
        Ok(metadata.jwks_uri.clone())
    }
}

/// What the keys say, as an answer.
pub(super) fn verdict(signature: Signature) -> Result<SignedBy, Unproven> {
    let what = match signature {
        Signature::Good(key) => return Ok(key),
        Signature::Bad => "the token is not signed by the key of its issuer that it names ('kid')",
        Signature::UnknownKey => "the token is signed by none of the keys of its issuer ('kid')",
    };
    Err(Unproven::Because(what.to_owned()))
}

fn unfetched(address: &Url, error: DocumentError) -> Unproven {
    match error {
        DocumentError::Failed(reason) => Unproven::Because(format!("{address} cannot be used: {reason}")),
        DocumentError::Busy | DocumentError::TooManyNew { .. } => Unproven::Busy,
    }
}
