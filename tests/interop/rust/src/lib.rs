//! An application written with `openidconnect`, as its documentation says, and a person who uses it.

use std::path::{Path, PathBuf};
use std::process::Command;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::reqwest::{Url, blocking, redirect};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, Nonce, NonceVerifier, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, Scope, SubjectIdentifier, TokenResponse as _,
};
use serde_json::Value;

/// Where the answer goes. Nothing listens there: what matters is the address.
const CALLBACK: &str = "https://www.example.com/oauth/callback";

/// Whatever went wrong, in words.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A client that knows what discovery tells.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The application.
pub struct Application {
    client: Client,
    http: blocking::Client,
}

/// What the application keeps while the person is away.
pub struct Waiting {
    start: Url,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// What the application has once the person is back.
pub struct SignedIn {
    /// The tokens as they came.
    pub tokens: CoreTokenResponse,
    /// What it expects in the ID token.
    pub nonce: Nonce,
}

impl Application {
    /// Knows the issuer's name and its own credentials; finds the rest.
    pub fn discover() -> Result<Self> {
        // A client that follows redirects can be sent to places inside the network.
        let http = blocking::Client::builder().redirect(redirect::Policy::none()).build()?;
        let metadata = CoreProviderMetadata::discover(&IssuerUrl::new(variable("ISSUER")?)?, &http)?;
        let (id, secret) = credentials()?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(id), Some(ClientSecret::new(secret)))
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned())?);
        Ok(Self { client, http })
    }

    /// Where to send the person's browser.
    pub fn begin(&self) -> Waiting {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (start, state, nonce) = self
            .client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("offline_access".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Waiting { start, state, nonce, verifier }
    }

    /// Exchanges the code that the person's browser brought.
    pub fn finish(&self, waiting: Waiting, answer: &Url) -> Result<SignedIn> {
        let given = |name| answer.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        if given("state").as_ref() != Some(waiting.state.secret()) {
            return Err("the answer is to another request".into());
        }
        let code = AuthorizationCode::new(given("code").ok_or_else(|| format!("no code in {answer}"))?);
        let exchange = self.client.exchange_code(code)?.set_pkce_verifier(waiting.verifier);
        Ok(SignedIn { tokens: exchange.request(&self.http)?, nonce: waiting.nonce })
    }

    /// What the ID token says, if the published keys, issuer, audience, times, nonce and `at_hash` are right.
    pub fn claims<'a>(
        &self,
        tokens: &'a CoreTokenResponse,
        nonce: impl NonceVerifier,
    ) -> Result<&'a CoreIdTokenClaims> {
        let id_token = tokens.id_token().ok_or("no ID token")?;
        let verifier = self.client.id_token_verifier();
        let claims = id_token.claims(&verifier, nonce)?;
        let expected = claims.access_token_hash().ok_or("no at_hash")?;
        let (algorithm, key) = (id_token.signing_alg()?, id_token.signing_key(&verifier)?);
        if AccessTokenHash::from_token(tokens.access_token(), algorithm, key)? != *expected {
            return Err("the ID token is about another access token".into());
        }
        Ok(claims)
    }

    /// Asks userinfo, which must speak of the person that the ID token is about.
    pub fn userinfo(&self, tokens: &CoreTokenResponse, subject: &SubjectIdentifier) -> Result<CoreUserInfoClaims> {
        let request = self.client.user_info(tokens.access_token().clone(), Some(subject.clone()))?;
        Ok(request.request(&self.http)?)
    }

    /// New tokens for a refresh token.
    pub fn refresh(&self, token: &RefreshToken) -> Result<CoreTokenResponse> {
        Ok(self.client.exchange_refresh_token(token)?.request(&self.http)?)
    }
}

impl Waiting {
    /// Forgets what proves that the code is ours.
    pub fn with_another_verifier(self) -> Self {
        Self { verifier: PkceCodeChallenge::new_random_sha256().1, ..self }
    }

    /// Lets a person sign in by the link in the mail, in a browser that runs no scripts; the address it ends at.
    pub fn person_signs_in(&self, email: &str) -> Result<Url> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../person.mjs");
        let person = Command::new("node").arg(script).args([email, self.start.as_str(), CALLBACK]).output()?;
        if !person.status.success() {
            return Err(String::from_utf8_lossy(&person.stderr).into());
        }
        Ok(Url::parse(std::str::from_utf8(&person.stdout)?.trim())?)
    }
}

/// An address that is used once.
pub fn new_address() -> String {
    format!("rust-{}@example.com", CsrfToken::new_random_len(12).secret().to_lowercase())
}

/// What `run` left behind when it registered the application.
fn credentials() -> Result<(String, String)> {
    let file = PathBuf::from(variable("INTEROP_DIR")?).join("rust-web.json");
    let created: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    let text = |name: &str| created[name].as_str().map(str::to_owned).ok_or(format!("no {name}"));
    Ok((text("client_id")?, text("client_secret")?))
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set: start tests/interop/run").into())
}
