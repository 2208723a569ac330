//! Asking an upstream: for what it says of itself, for its keys, for the tokens of a code, for claims.

use std::sync::Arc;
use std::time::Duration;

use super::Declared;
use super::error::{Failure, UpstreamProblem};
use crate::adapters::fetch::{Ask, Document, DocumentError, FetchError, Heard, Received};
use crate::protocol::discovery::metadata_url;
use crate::protocol::upstream::{
    Expected, Identity, Provider, TokenAnswer, TokenRequest, Unusable, key_set, told_by_userinfo, verify,
};
use jsonwebtoken::jwk::JwkSet;

/// How long an upstream may take to answer one request.
const LIMIT: Duration = Duration::from_secs(10);

/// How much of a document or an answer is read, in bytes.
const MOST: usize = 64 * 1024;

impl Document for Provider {
    const MOST: usize = MOST;

    fn read(received: &Received) -> Result<Self, String> {
        Self::read(&received.body, &received.url).map_err(|why| why.to_string())
    }
}

/// The keys of a provider.
struct Keys(JwkSet);

impl Document for Keys {
    const MOST: usize = MOST;

    fn read(received: &Received) -> Result<Self, String> {
        key_set(&received.body).map(Self).map_err(|why| why.to_string())
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Self::new(UpstreamProblem::Unavailable, error.to_string())
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self::new(UpstreamProblem::Unavailable, error.to_string())
    }
}

impl Declared {
    /// Its endpoints.
    pub(super) async fn provider(&self) -> Result<Arc<Provider>, Failure> {
        let issuer = &self.upstream.issuer;
        let address = metadata_url(issuer).ok_or_else(|| Unusable::because("its issuer is no URL"))?;
        let provider = self.documents.get::<Provider>(&address, None).await?;
        provider.check_issuer(issuer)?;
        Ok(provider)
    }

    /// Whether it can be used: by what it says of itself, and its keys.
    pub(super) async fn check(&self) -> Result<(), Failure> {
        let provider = self.provider().await?;
        let keys = self.documents.get::<Keys>(&provider.jwks_uri, None).await?;
        if keys.0.keys.is_empty() {
            return Err(Unusable::because("its key set has no key that this server understands").into());
        }
        Ok(())
    }

    /// The tokens of a code.
    pub(super) async fn redeem(&self, provider: &Provider, request: TokenRequest<'_>) -> Result<TokenAnswer, Failure> {
        let (form, authorization) = request.written(provider.secret_place);
        let heard = self.ask(Ask { url: &provider.token_endpoint, authorization, form: Some(form) }).await?;
        Ok(TokenAnswer::read(heard.status, &heard.body)?)
    }

    /// Whom an ID token is about. Its key may be newer than the keys at hand.
    pub(super) async fn verified(
        &self,
        provider: &Provider,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Identity, Failure> {
        let keys = self.documents.get::<Keys>(&provider.jwks_uri, None).await?;
        if let Ok(identity) = verify(token, &keys.0, expected) {
            return Ok(identity);
        }
        let newer = self.documents.get_newer::<Keys>(&provider.jwks_uri, None).await?;
        Ok(verify(token, &newer.0, expected)?)
    }

    /// The same with what userinfo tells, if the ID token has no address and there is such an endpoint.
    pub(super) async fn with_userinfo(
        &self,
        identity: Identity,
        provider: &Provider,
        access_token: Option<String>,
    ) -> Result<Identity, Failure> {
        let (None, Some(url), Some(token)) = (&identity.email, &provider.userinfo_endpoint, access_token) else {
            return Ok(identity);
        };
        let heard = self.ask(Ask { url, authorization: Some(format!("Bearer {token}")), form: None }).await?;
        if heard.status == 200 {
            return Ok(told_by_userinfo(&identity, &heard.body)?);
        }
        Err(Failure::new(UpstreamProblem::Unusable, format!("its userinfo endpoint answered {}", heard.status)))
    }

    async fn ask(&self, ask: Ask<'_>) -> Result<Heard, Failure> {
        let heard = self.documents.fetcher().read_most(ask, MOST, LIMIT).await?;
        if heard.status < 500 {
            return Ok(heard);
        }
        Err(Failure::new(UpstreamProblem::Unavailable, format!("it answered {}", heard.status)))
    }
}
