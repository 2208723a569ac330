//! Finishing a sign-in: the browser is back from the upstream.

use super::account::Proven;
use super::error::{Failure, UpstreamProblem};
use super::{Declared, UpstreamError, Upstreams};
use crate::domain::ids::{PendingIdentityId, Timestamp};
use crate::domain::one_time::{BrowserToken, UpstreamState, ValueHash};
use crate::domain::sign_in::Purpose;
use crate::domain::upstream::UpstreamSignIn;
use crate::flows::requester::Requester;
use crate::flows::sessions::SignedInPerson;
use crate::flows::sign_in::{ACCOUNT_PAGE, SignedIn};
use crate::protocol::parameters::Parameters;
use crate::protocol::upstream::{Callback, Expected, Identity, TokenRequest};

/// What came of a sign-in at an upstream.
#[derive(Debug)]
pub enum Finished {
    /// The browser is signed in.
    SignedIn(SignedIn),
    /// The identity belongs to no account: somebody has to prove the one that it is to belong to.
    Unknown(PendingIdentityId),
}

impl Upstreams {
    /// Takes an upstream's answer from the browser that was sent there, and in which this person is signed in.
    ///
    /// The sign-in is spent before anything is asked, so that an answer counts once, whatever comes of it.
    pub async fn finish(
        &self,
        name: &str,
        answer: &Parameters,
        (browser, requester): (&BrowserToken, &Requester),
        person: Option<&SignedInPerson>,
    ) -> Result<Finished, UpstreamError> {
        let declared = &*self.declared(name)?;
        let (state, begun) = self.spend(declared, answer, browser).await?;
        let identity = self.in_time(self.identity_in(declared, answer, (&state, &begun))).await;
        match identity.and_then(|identity| judge(declared, identity, &begun, self.instruments.now())) {
            Ok(proven) => self.find_account(proven, begun.purpose, (browser, requester), person).await,
            Err(failure) => Err(self.failed(declared, failure, begun.purpose).await),
        }
    }

    /// Spends the sign-in that an answer is to, if it was begun in this browser, at this upstream.
    async fn spend(
        &self,
        declared: &Declared,
        answer: &Parameters,
        browser: &BrowserToken,
    ) -> Result<(UpstreamState, UpstreamSignIn), UpstreamError> {
        let over = || {
            let why = "its answer belongs to no sign-in that this browser began there, or to one that is over";
            let failure = Failure::new(UpstreamProblem::Over, why);
            UpstreamError::failed(failure, Purpose::Page(ACCOUNT_PAGE.to_owned()))
        };
        let state: UpstreamState = answer.value("state").unwrap_or_default().parse().map_err(|_| over())?;
        let (which, now) = ((state.hash(), browser.hash()), self.instruments.now());
        let mut tx = self.store.begin().await?;
        let begun = tx.upstream_sign_in_spend(which, &declared.upstream.name, now).await?;
        tx.commit().await?;
        Ok((state, begun.ok_or_else(over)?))
    }

    /// Redeems the code of an answer, and reads whom its ID token is about.
    async fn identity_in(
        &self,
        declared: &Declared,
        answer: &Parameters,
        (state, begun): (&UpstreamState, &UpstreamSignIn),
    ) -> Result<Identity, Failure> {
        let (upstream, provider) = (&declared.upstream, declared.provider().await?);
        let code = match Callback::read(answer, &provider)? {
            Callback::Code(code) => code,
            Callback::Cancelled => return Err(Failure::new(UpstreamProblem::Cancelled, "the person cancelled there")),
            Callback::Unavailable(error) => return Err(Failure::new(UpstreamProblem::Unavailable, error)),
        };
        let request = TokenRequest {
            code: &code,
            redirect_uri: &self.redirect_uri(declared),
            verifier: &self.verifier_of(state),
            client_id: &upstream.client_id,
            secret: upstream.client_secret.as_ref().map(crate::config::Secret::expose),
        };
        let tokens = declared.redeem(&provider, request).await?;
        let expected = Expected {
            issuer: &upstream.issuer,
            client_id: &upstream.client_id,
            is_nonce: &|nonce| ValueHash::of(nonce).is(&begun.nonce),
            now: self.instruments.now().as_seconds(),
        };
        let identity = declared.verified(&provider, &tokens.id_token, &expected).await?;
        declared.with_userinfo(identity, &provider, tokens.access_token).await
    }
}

/// What counts of what the upstream says of the person.
fn judge(declared: &Declared, said: Identity, begun: &UpstreamSignIn, now: Timestamp) -> Result<Proven, Failure> {
    let upstream = &declared.upstream;
    let email = said.email.as_deref().filter(|_| said.email_verified).and_then(|email| email.parse().ok());
    if !upstream.admits(email.as_ref()) {
        let why = "the person has no proven address of one of its email_domains";
        return Err(Failure::new(UpstreamProblem::NotAdmitted, why));
    }
    let auth_time = said.auth_time.map(Timestamp::from_seconds);
    let auth_time = begun.auth_time(auth_time, now).map_err(|_| {
        let why = "a recent sign-in was asked for, and its ID token does not say that there was one (auth_time)";
        Failure::new(UpstreamProblem::NotRecent, why)
    })?;
    Ok(Proven {
        upstream: upstream.name.clone(),
        issuer: upstream.issuer.clone(),
        subject: said.subject,
        address: said.email,
        email,
        name: said.name,
        auth_time,
    })
}
