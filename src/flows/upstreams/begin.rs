//! Beginning a sign-in at an upstream.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::{Declared, UpstreamError, Upstreams};
use crate::domain::one_time::{BrowserToken, UpstreamNonce, UpstreamState};
use crate::domain::sign_in::Purpose;
use crate::domain::upstream::UpstreamSignIn;
use crate::flows::request_limits::Sender;
use crate::flows::requester::Requester;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::upstream::AuthenticationRequest;

/// The purpose of the key that code verifiers are derived under.
const VERIFIER_KEY: &str = "upstreams.code_verifier";

impl Upstreams {
    /// Where the browser has to go to sign in at this upstream, at most `max_age` ago.
    pub async fn begin(
        &self,
        name: &str,
        (purpose, max_age): (Purpose, Option<Duration>),
        (browser, requester): (&BrowserToken, &Requester),
    ) -> Result<Url, UpstreamError> {
        let declared = &*self.declared(name)?;
        self.request_limits.admit(Sender::at(requester.address), self.instruments.now())?;
        let provider = match self.in_time(declared.provider()).await {
            Ok(provider) => provider,
            Err(failure) => return Err(self.failed(declared, failure, purpose).await),
        };
        let state = UpstreamState::from_random(self.instruments.random());
        let nonce = UpstreamNonce::from_random(self.instruments.random());
        let sign_in = UpstreamSignIn { nonce: nonce.hash(), purpose, max_age, created_at: self.instruments.now() };
        let upstream = &declared.upstream;
        self.store.upstream_sign_in_insert((state.hash(), browser.hash()), &upstream.name, &sign_in).await?;
        let request = AuthenticationRequest {
            client_id: &upstream.client_id,
            redirect_uri: &self.redirect_uri(declared),
            scope: &upstream.scope(),
            state: state.expose(),
            nonce: nonce.expose(),
            challenge: &CodeChallenge::of(&self.verifier_of(&state)),
            max_age,
            ui_locales: &requester.locale,
        };
        Ok(request.address(&provider))
    }

    /// An address that no other upstream is told.
    pub(super) fn redirect_uri(&self, declared: &Declared) -> String {
        self.issuer.url_of(&declared.upstream.name.callback())
    }

    /// The code verifier is derived from the state, of which only a hash is stored: neither the database nor the address
    /// that the browser goes to is enough to know it. Between them two nodes agree on it.
    pub(super) fn verifier_of(&self, state: &UpstreamState) -> String {
        let key = self.master_keys.derive(VERIFIER_KEY).into_iter().next().unwrap_or_default();
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), state.expose().as_bytes());
        URL_SAFE_NO_PAD.encode(mac)
    }
}
