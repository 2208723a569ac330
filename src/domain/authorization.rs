//! An authorization request while it is being answered.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Timestamp;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn authorization(prompt: Prompt, max_age: Option<u64>) -> Authorization {
        Authorization {
            id: AuthorizationId::from_bytes([1; 16]),
            application: ApplicationId::from_bytes([2; 16]),
            source: Source::Browser(ValueHash::of("browser")),
            redirect_uri: "https://app.example/cb".to_owned(),
            redirect_uri_sent: true,
            response_mode: ResponseMode::Query,
            scope: "openid user".parse().unwrap(),
            resources: Vec::new(),
            state: None,
            nonce: None,
            code_challenge: None,
            dpop_jkt: None,
            prompt,
            max_age: max_age.map(Duration::from_secs),
            acr_values: WantedClasses::default(),
            login_hint: None,
            ui_locales: None,
            expected_sub: None,
            claims: AskedClaims::default(),
            device: Device::default(),
            created_at: at(1000),
            expires_at: at(4600),
            completed_at: None,
        }
    }

    fn session(auth_time: i64) -> Session {
        Session {
            id: SessionId::from_bytes([3; 16]),
            user: UserId::from_bytes([4; 16]),
            created_at: at(auth_time),
            auth_time: at(auth_time),
            amr: AuthenticationMethod::Email,
            upstream: None,
            last_seen_at: at(auth_time),
            expires_at: at(1_000_000),
            ended_at: None,
            device: Device::default(),
        }
    }

    fn step(authorization: &Authorization, session: Option<&Session>, consented: &str) -> Step {
        let consented = consented.parse().unwrap();
        let person = session.map(|session| Person {
            session,
            sub: "john",
            consented: &consented,
            admitted: true,
            assurance: Assurance::Enough,
        });
        authorization.next_step(person, ASSURED, at(1100))
    }

    const ASSURED: Trust = Trust { first_party: false, identity_assured: true, always_asks: false };
    const CLAIMED: Trust = Trust { first_party: false, identity_assured: false, always_asks: false };

    #[test]
    fn a_person_signs_in_then_agrees_then_is_sent_back() {
        let authorization = authorization(Prompt::default(), None);
        assert_eq!(step(&authorization, None, ""), Step::SignIn);
        assert_eq!(step(&authorization, Some(&session(900)), "openid"), Step::Consent);
        assert_eq!(step(&authorization, Some(&session(900)), "user openid"), Step::Answer);
    }

    #[test]
    fn prompt_none_never_shows_a_page() {
        let authorization = authorization(Prompt { none: true, ..Prompt::default() }, None);
        assert_eq!(step(&authorization, None, ""), Step::LoginRequired);
        assert_eq!(step(&authorization, Some(&session(900)), ""), Step::ConsentRequired);
        assert_eq!(step(&authorization, Some(&session(900)), "openid user"), Step::Answer);
    }

    #[test]
    fn prompt_login_wants_a_sign_in_after_the_request() {
        let authorization = authorization(Prompt { login: true, ..Prompt::default() }, None);
        assert_eq!(step(&authorization, Some(&session(900)), "openid user"), Step::SignIn);
        assert_eq!(step(&authorization, Some(&session(1050)), "openid user"), Step::Answer);
    }

    #[test]
    fn an_old_sign_in_does_not_satisfy_max_age() {
        let authorization = authorization(Prompt::default(), Some(150));
        assert_eq!(step(&authorization, Some(&session(900)), "openid user"), Step::SignIn);
        assert_eq!(step(&authorization, Some(&session(950)), "openid user"), Step::Answer);
    }

    #[test]
    fn a_sign_in_for_the_request_satisfies_any_max_age() {
        for max_age in [0, 1, 40] {
            let authorization = authorization(Prompt::default(), Some(max_age));
            assert_eq!(step(&authorization, Some(&session(999)), "openid user"), Step::SignIn, "{max_age}");
            assert_eq!(step(&authorization, Some(&session(1050)), "openid user"), Step::Answer, "{max_age}");
        }
    }

    #[test]
    fn only_the_expected_person_answers() {
        let mut expecting = authorization(Prompt::default(), None);
        expecting.expected_sub = Some("john".to_owned());
        assert_eq!(step(&expecting, Some(&session(900)), "openid user"), Step::Answer);
        expecting.expected_sub = Some("jane".to_owned());
        assert_eq!(step(&expecting, None, ""), Step::SignIn);
        assert_eq!(step(&expecting, Some(&session(900)), "openid user"), Step::SignIn, "she may sign in yet");
        assert_eq!(step(&expecting, Some(&session(1050)), "openid user"), Step::OtherAccount);
        expecting.prompt.none = true;
        for auth_time in [900, 1050] {
            assert_eq!(step(&expecting, Some(&session(auth_time)), "openid user"), Step::LoginRequired);
        }
    }

    #[test]
    fn what_the_claims_demand_is_met_or_the_person_signs_in_once_more() {
        let demanding = |claims: &str, prompt| {
            let mut demanding = authorization(prompt, None);
            demanding.claims.request = claims.parse().unwrap();
            demanding
        };
        let none = Prompt { none: true, ..Prompt::default() };
        let acr = r#"{"id_token": {"acr": {"essential": true, "value": "urn:x"}}}"#;
        let all = "openid user";
        assert_eq!(step(&demanding(acr, Prompt::default()), Some(&session(900)), all), Step::SignIn);
        assert_eq!(step(&demanding(acr, Prompt::default()), Some(&session(1050)), all), Step::Unmet);
        assert_eq!(step(&demanding(acr, none), Some(&session(900)), all), Step::Unmet);
        let moment = r#"{"id_token": {"auth_time": {"essential": true, "value": 900}}}"#;
        assert_eq!(step(&demanding(moment, none), Some(&session(900)), all), Step::Answer);
        let jane = r#"{"id_token": {"sub": {"value": "jane"}}}"#;
        assert_eq!(step(&demanding(jane, none), Some(&session(900)), all), Step::LoginRequired);
        assert_eq!(step(&demanding(jane, Prompt::default()), Some(&session(900)), all), Step::SignIn);
        assert_eq!(step(&demanding(jane, Prompt::default()), Some(&session(1050)), all), Step::OtherAccount);
    }

    #[test]
    fn people_agree_to_the_scopes_of_claims_that_are_asked_for_besides() {
        let mut asking = authorization(Prompt::default(), None);
        asking.claims.scope = "email".parse().unwrap();
        assert_eq!(step(&asking, Some(&session(900)), "openid user"), Step::Consent);
        assert_eq!(step(&asking, Some(&session(900)), "openid user email"), Step::Answer);
    }

    #[test]
    fn an_answered_or_expired_request_is_over() {
        let mut answered = authorization(Prompt::default(), None);
        answered.completed_at = Some(at(1050));
        assert_eq!(step(&answered, Some(&session(900)), "openid user"), Step::Over);
        let open = authorization(Prompt::default(), None);
        assert_eq!(open.next_step(None, ASSURED, at(4600)), Step::Over);
    }

    #[test]
    fn the_operators_own_applications_need_no_consent() {
        let authorization = authorization(Prompt::default(), None);
        let session = session(900);
        let person = Person {
            session: &session,
            sub: "john",
            consented: &Scope::empty(),
            admitted: true,
            assurance: Assurance::Enough,
        };
        let own = Trust { first_party: true, ..ASSURED };
        assert_eq!(authorization.next_step(Some(person), own, at(1100)), Step::Answer);
    }

    #[test]
    fn a_public_client_gets_nothing_without_the_person_seeing_it() {
        let all = "openid user".parse().unwrap();
        for (trust, consented) in [(CLAIMED, &all), (Trust { first_party: true, ..CLAIMED }, &Scope::empty())] {
            let step = |prompt, session: &Session| {
                let person = Person { session, sub: "john", consented, admitted: true, assurance: Assurance::Enough };
                authorization(prompt, None).next_step(Some(person), trust, at(1100))
            };
            assert_eq!(step(Prompt::default(), &session(900)), Step::Consent, "{trust:?}");
            let none = Prompt { none: true, ..Prompt::default() };
            assert_eq!(step(none, &session(900)), Step::ConsentRequired, "{trust:?}");
            // The person has just signed in for it, on a page that named the application.
            assert_eq!(step(Prompt::default(), &session(1050)), Step::Answer, "{trust:?}");
        }
    }

    #[test]
    fn who_did_not_sign_in_surely_enough_does_more_and_without_a_page_nothing() {
        let session = session(1050);
        let step = |prompt, assurance| {
            let consented = "openid user".parse().unwrap();
            let person = Person { session: &session, sub: "john", consented: &consented, admitted: true, assurance };
            authorization(prompt, None).next_step(Some(person), ASSURED, at(1100))
        };
        let none = Prompt { none: true, ..Prompt::default() };
        for (assurance, next) in [(Assurance::SignIn, Step::SignIn), (Assurance::AddPasskey, Step::AddPasskey)] {
            assert_eq!(step(Prompt::default(), assurance), next);
            assert_eq!(step(none, assurance), Step::LoginRequired);
        }
    }

    #[test]
    fn who_may_not_use_the_application_is_told_so_instead_of_being_asked() {
        let step = |prompt, consented: &Scope| {
            let session = session(900);
            let person =
                Person { session: &session, sub: "john", consented, admitted: false, assurance: Assurance::Enough };
            authorization(prompt, None).next_step(Some(person), Trust { first_party: true, ..ASSURED }, at(1100))
        };
        for consented in [Scope::empty(), "openid user".parse().unwrap()] {
            assert_eq!(step(Prompt::default(), &consented), Step::NoAccess);
            assert_eq!(step(Prompt { none: true, ..Prompt::default() }, &consented), Step::AccessDenied);
            assert_eq!(step(Prompt { login: true, ..Prompt::default() }, &consented), Step::SignIn);
        }
    }
}
