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
