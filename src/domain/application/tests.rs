//! What an application says of itself, by its settings and by what happened to it.

use super::*;

fn application(kind: ApplicationKind) -> Application {
    let settings = ApplicationSettings::new("Shop".to_owned(), kind);
    let (id, now) = (ApplicationId::from_bytes([1; 16]), Timestamp::from_seconds(1_000));
    Application::new(id, "shop".parse().unwrap(), settings, Origin::Registered, now)
}

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

fn with(change: impl FnOnce(&mut ApplicationSettings)) -> Application {
    let mut application = application(ApplicationKind::Web);
    change(&mut application.settings);
    application
}

#[test]
fn what_was_issued_before_the_moment_has_ended_and_what_is_issued_at_it_has_not() {
    let at = Timestamp::from_seconds;
    let whole = application(ApplicationKind::Web);
    assert!(!whole.has_ended(at(0)));
    let cut = Application { tokens_not_before: Some(at(2_000)), ..whole };
    assert_eq!([at(1_999), at(2_000), at(2_001)].map(|issued| cut.has_ended(issued)), [true, false, false]);
}

#[test]
fn public_applications_and_those_that_say_so_need_pkce() {
    assert!(!application(ApplicationKind::Web).needs_pkce());
    assert!(with(|settings| settings.pkce = PkcePolicy::Required).needs_pkce());
    for kind in [ApplicationKind::Spa, ApplicationKind::Native] {
        assert!(application(kind).needs_pkce(), "{kind}");
    }
}

#[test]
fn an_identity_is_assured_by_a_secret_or_by_an_address_of_its_own() {
    let (https, loopback) = ("https://shop.example/callback", "http://localhost:3000/callback");
    let spa = application(ApplicationKind::Spa);
    assert!(spa.trust_at(https).identity_assured);
    assert!(!spa.trust_at(loopback).identity_assured);
    assert!(application(ApplicationKind::Web).trust_at(loopback).identity_assured);
    assert!(!spa.trust_at(https).first_party);
    assert!(with(|settings| settings.first_party = true).trust_at(https).first_party);
}

#[test]
fn a_service_does_not_speak_for_people() {
    assert!(!application(ApplicationKind::Service).may_speak_for_people());
    assert!(application(ApplicationKind::Web).may_speak_for_people());
}

#[test]
fn what_was_taken_from_its_settings_is_not_allowed_any_more() {
    let shop = with(|settings| settings.scope = scope("openid profile"));
    let given = scope("openid email profile passwordless notes");
    assert_eq!(shop.still_allowed(&given, &Scope::empty()), scope("openid profile passwordless"));
    assert_eq!(shop.still_allowed(&given, &scope("notes")), scope("openid profile passwordless notes"));
}

#[test]
fn without_a_page_only_what_identifies_the_person_needs_no_agreement() {
    let requested = scope("openid passwordless orders");
    let unagreed = |application: &Application, agreed: &str| {
        let agreed = if agreed.is_empty() { Scope::empty() } else { scope(agreed) };
        application.first_unagreed(&requested, &agreed).map(str::to_owned)
    };
    let developers = with(|settings| settings.owner = Some("ann@example.com".to_owned()));
    assert_eq!(unagreed(&developers, "").as_deref(), Some("orders"));
    assert_eq!(unagreed(&developers, "orders"), None);
    assert_eq!(unagreed(&application(ApplicationKind::Web), ""), None, "it is the operator's");
    let first_party = |settings: &mut ApplicationSettings| {
        settings.owner = Some("ann@example.com".to_owned());
        settings.first_party = true;
    };
    assert_eq!(unagreed(&with(first_party), ""), None);
    let dynamic = Application { origin: Origin::Dynamic(Admission::Open), ..application(ApplicationKind::Web) };
    assert_eq!(unagreed(&dynamic, "").as_deref(), Some("orders"), "it has no owner, and is not the operator's");
}

#[test]
fn it_sees_the_groups_that_its_settings_name_or_all() {
    let groups = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<GroupName>>();
    let mine = groups(&["staff", "red"]);
    let claim = |name: &str, groups: &[&str]| GroupsClaim::of(name, groups.iter().map(ToString::to_string).collect());
    assert_eq!(application(ApplicationKind::Web).groups_claim(&mine), claim("groups", &["staff", "red"]));
    let named = with(|settings| {
        settings.visible_groups = groups(&["red", "blue"]);
        settings.groups_claim = Some("policy".parse().unwrap());
    });
    assert_eq!(named.groups_claim(&mine), claim("policy", &["red"]));
}

#[test]
fn its_own_lifetime_of_tokens_goes_before_the_servers() {
    let (server, own) = (Duration::from_secs(600), Duration::from_secs(60));
    assert_eq!(application(ApplicationKind::Web).token_ttl(server), server);
    assert_eq!(with(|settings| settings.token_ttl = Some(own)).token_ttl(server), own);
}

#[test]
fn it_authenticates_otherwise_by_other_keys_or_without_a_workload_that_was_trusted() {
    let trusting = |subjects: &[&str]| {
        let entry = |subject: &&str| serde_json::json!({ "issuer": "https://ci.example", "subject": subject });
        let federated = Vec::read(&subjects.iter().map(entry).collect()).unwrap();
        ApplicationSettings { federated, ..application(ApplicationKind::Service).settings }
    };
    let before = trusting(&["a", "b"]);
    for (now, is_other) in [
        (before.clone(), false),
        (ApplicationSettings { name: "Store".to_owned(), ..before.clone() }, false),
        (trusting(&["b", "c", "a"]), false),
        (trusting(&["a"]), true),
        (ApplicationSettings { jwks_uri: Some("https://a.example/jwks".parse().unwrap()), ..before.clone() }, true),
        (ApplicationSettings { authentication: ClientAuthentication::None, ..before.clone() }, true),
    ] {
        assert_eq!(now.authenticates_otherwise_than(&before), is_other, "{now:?}");
    }
}
