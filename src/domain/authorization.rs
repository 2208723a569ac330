//! An authorization request while it is being answered.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::asked_claims::AskedClaims;
use super::assurance::Assurance;
use super::ids::{ApplicationId, AuthorizationId, SessionId, SignInId, Timestamp, TokenFamilyId, UserId};
use super::one_time::ValueHash;
use super::session::{AuthenticationMethod, Device, Session};
use crate::protocol::acr::{AuthenticationClass, WantedClasses};
use crate::protocol::authorize::{Prompt, ResponseMode};
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::thumbprint::KeyThumbprint;

/// How an authorization request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A browser at the authorization endpoint; its token's hash binds the flow to it.
    Browser(ValueHash),
    /// The passwordless JSON request of an application.
    Api,
}

/// A stored authorization request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The key of its row.
    pub id: AuthorizationId,
    /// The application.
    pub application: ApplicationId,
    /// How it came in.
    pub source: Source,
    /// Where the answer goes; it was found registered before this was stored.
    pub redirect_uri: String,
    /// Whether the request named it; then the token request has to name it again (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// How the answer is sent there.
    pub response_mode: ResponseMode,
    /// The requested scope.
    pub scope: Scope,
    /// The requested resources (RFC 8707).
    pub resources: Vec<ResourceId>,
    /// The client's own value, returned unchanged.
    pub state: Option<String>,
    /// The value that ties the ID token to this request (OIDC Core §3.1.2.1).
    pub nonce: Option<String>,
    /// The PKCE challenge (RFC 7636).
    pub code_challenge: Option<CodeChallenge>,
    /// The key that its code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<KeyThumbprint>,
    /// The pages that the client wants shown.
    pub prompt: Prompt,
    /// How old the sign-in may be.
    pub max_age: Option<Duration>,
    /// How surely the person should have signed in; a wish.
    pub acr_values: WantedClasses,
    /// The address the client expects.
    pub login_hint: Option<String>,
    /// The languages the client would like.
    pub ui_locales: Option<String>,
    /// The `sub` of the only person who may answer it (OIDC Core §3.1.2.1 `id_token_hint`).
    pub expected_sub: Option<String>,
    /// The claims it asks for one by one (OIDC Core §5.5).
    pub claims: AskedClaims,
    /// The browser or server that sent it.
    pub device: Device,
    /// When it arrived.
    pub created_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// When it was answered.
    pub completed_at: Option<Timestamp>,
}

/// How long a person has to answer a request.
pub const AUTHORIZATION_LIFETIME: Duration = Duration::from_hours(1);

/// The next step of a browser flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The person has to sign in, or to sign in again.
    SignIn,
    /// The person has to have a passkey, and adds one.
    AddPasskey,
    /// The person has to agree.
    Consent,
    /// Send a code.
    Answer,
    /// `prompt=none`, and the person would have to sign in (OIDC Core §3.1.2.6).
    LoginRequired,
    /// `prompt=none`, and the person would have to agree.
    ConsentRequired,
    /// The person may not use the application, and is told so on a page.
    NoAccess,
    /// `prompt=none`, and the person may not use the application.
    AccessDenied,
    /// Another person signed in for it than the expected one (OIDC Core §3.1.2.1).
    OtherAccount,
    /// The person signed in, but not as the request demands (OIDC Core §5.5.1.1).
    Unmet,
    /// It was answered already, or its time is over.
    Over,
}

/// What is known about the person in front of the browser.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// Their session, which is valid and of an active account.
    pub session: &'a Session,
    /// The `sub` of their account.
    pub sub: &'a str,
    /// What they have agreed to before, for this application.
    pub consented: &'a Scope,
    /// Whether they may use the application.
    pub admitted: bool,
    /// Whether they signed in surely enough.
    pub assurance: Assurance,
}

/// How far an application is trusted without a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// It is the operator's own and needs no consent.
    pub first_party: bool,
    /// No other program can get its answers: it authenticates, or the answer goes to an https address. A public client
    /// is impersonated by its client id alone, and its scheme or loopback address can be claimed by another program.
    pub identity_assured: bool,
    /// People are asked each time, whatever they have agreed to: nobody here has registered it.
    pub always_asks: bool,
}

impl Authorization {
    /// What the person is asked to agree to: the scope, and the scopes that give the claims it asks for besides.
    pub fn to_agree_to(&self) -> Scope {
        self.scope.clone().union(&self.claims.scope)
    }

    fn is_expected(&self, sub: &str) -> bool {
        self.expected_sub.as_ref().is_none_or(|expected| expected == sub) && self.claims.request.is_for(sub)
    }

    /// The one place that decides what comes next; pages never route to one another.
    ///
    /// A sign-in or consent counts as asked for by `prompt` only if it happened after the request was made. Where the
    /// application's identity is not assured, nothing is answered without a page (RFC 6749 §10.2, RFC 8252 §8.6): the
    /// person signs in for this very request or is asked for consent again, even if they agreed before or the
    /// application is `first_party`.
    pub fn next_step(&self, person: Option<Person<'_>>, trust: Trust, now: Timestamp) -> Step {
        if self.completed_at.is_some() || now >= self.expires_at {
            return Step::Over;
        }
        let silent = self.prompt.none;
        // At another provider they may have signed in long before they came from there for this request.
        let for_this = |person: &Person<'_>| person.session.created_at >= self.created_at;
        // A sign-in for this request is recent enough, however long the pages after it take.
        let since = |person: &Person<'_>| person.session.auth_time >= self.created_at;
        let expected = |person: &Person<'_>| self.is_expected(person.sub);
        if let Some(person) = &person
            && !silent
            && for_this(person)
            && !expected(person)
        {
            return Step::OtherAccount;
        }
        let signed_in = person.filter(|person| {
            let in_time = since(person) || (person.session.is_fresh(self.max_age, now) && !self.prompt.login);
            in_time && expected(person)
        });
        let Some(person) = signed_in else {
            return if silent { Step::LoginRequired } else { Step::SignIn };
        };
        if !person.admitted {
            return if silent { Step::AccessDenied } else { Step::NoAccess };
        }
        match person.assurance {
            Assurance::Enough => {}
            Assurance::SignIn | Assurance::AddPasskey if silent => return Step::LoginRequired,
            Assurance::SignIn => return Step::SignIn,
            Assurance::AddPasskey => return Step::AddPasskey,
        }
        if !self.claims.is_met_by(person.session.amr, person.session.auth_time) {
            return if silent || for_this(&person) { Step::Unmet } else { Step::SignIn };
        }
        let agreed = self.to_agree_to().first_outside(person.consented).is_none() && !self.prompt.consent;
        let noticed = trust.identity_assured || for_this(&person);
        if noticed && !trust.always_asks && (trust.first_party || agreed) {
            return Step::Answer;
        }
        if silent { Step::ConsentRequired } else { Step::Consent }
    }
}

/// What an authorization code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeGrant {
    /// The request it answers.
    pub authorization: AuthorizationId,
    /// The application it was issued to.
    pub application: ApplicationId,
    /// The person who agreed.
    pub user: UserId,
    /// The session, if there was a browser.
    pub session: Option<SessionId>,
    /// The sign-in that is spent together with the code (redeem on exchange).
    pub sign_in: Option<SignInId>,
    /// What was agreed to.
    pub scope: Scope,
    /// When the person authenticated.
    pub auth_time: Timestamp,
    /// How the person authenticated.
    pub amr: AuthenticationMethod,
    /// How surely, in the words of the request.
    pub acr: AuthenticationClass,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
    /// When it was redeemed, if it was.
    pub spent_at: Option<Timestamp>,
    /// The token family that was begun with it.
    pub family: Option<TokenFamilyId>,
}
