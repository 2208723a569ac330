//! Signing in to applications in a browser: the authorization endpoint and the pages behind it (RFC 6749 §4.1,
//! OIDC Core §3.1, DESIGN §4, §10).

use macro_rules_attribute::apply;
use std::collections::BTreeMap;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::DEACTIVATE;
use reqwest::Method;
use serde_json::Value;

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::person::{
    CALLBACK, CHALLENGE, LINK_TTL, VERIFIER, account, authorize, letter, mails_to, unaccepted, web_application,
    web_settings,
};
use crate::harness::{Answer, Registered, TestServer, World, eventually, on_both_engines};

/// Parameters of a request, by name and value.
type Parameters<'a> = &'a [(&'a str, &'a str)];

const JOHN: &str = "john@example.com";
const JANE: &str = "jane@example.com";

async fn redeem(server: &TestServer, application: &Registered, parameters: &BTreeMap<String, String>) -> Value {
    let request = server.token().with_basic(application).by_grant("authorization_code");
    let request = request.parameter("code", &parameters["code"]).parameter("redirect_uri", CALLBACK);
    request.parameter("code_verifier", VERIFIER).send().await.success()
}

/// Signs in and agrees; returns the authorization response.
async fn walk(
    server: &TestServer,
    browser: &Browser,
    application: &Registered,
    mails: usize,
) -> BTreeMap<String, String> {
    let page = browser.visit(&authorize(application, &[])).await;
    let consent = browser.sign_in(server, &page, JOHN, mails).await;
    allow(browser, &consent).await
}

async fn allow(browser: &Browser, consent: &Page) -> BTreeMap<String, String> {
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await.answer_parameters()
}

#[apply(on_both_engines)]
async fn a_new_person_signs_up_agrees_and_the_application_learns_who_they_are(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("scope", "openid profile email"), ("nonce", "n-1")])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    for said in ["Shop", "www.example.com", JOHN] {
        assert!(consent.text().contains(said), "{said} in {}", consent.text());
    }
    let answer = allow(&browser, &consent).await;
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s-1", server.issuer()));
    let tokens = redeem(&server, &application, &answer).await;
    let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    assert_eq!(
        (id_token["nonce"].as_str(), id_token["aud"].as_str()),
        (Some("n-1"), Some(application.client_id.as_str()))
    );
    assert_eq!((id_token["email"].as_str(), id_token["email_verified"].as_bool()), (Some(JOHN), Some(true)));
    let bearer = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await.success();
    assert_eq!((&userinfo["sub"], userinfo["email"].as_str()), (&id_token["sub"], Some(JOHN)));
}

#[apply(on_both_engines)]
async fn signed_in_once_is_signed_in_to_every_application_and_consent_is_remembered(world: World) {
    let server = world.server().await;
    let (shop, forum) =
        (web_application(&server.rooms).await, Registered::at(&server.rooms, web_settings("Forum")).await);
    let browser = Browser::of(&server);
    walk(&server, &browser, &shop, 1).await;
    // Another application asks for consent, not for a sign-in; the first one for neither.
    let consent = browser.visit(&authorize(&forum, &[])).await;
    assert!(consent.has("consent-allow"), "{}", consent.text());
    assert!(browser.visit(&authorize(&shop, &[])).await.answer_parameters().contains_key("code"));
    assert!(browser.visit(&authorize(&shop, &[("prompt", "none")])).await.answer_parameters().contains_key("code"));
    let silent = browser.visit(&authorize(&forum, &[("prompt", "none")])).await.answer_parameters();
    assert_eq!(silent["error"], "consent_required");
    world.clock.advance(Duration::from_secs(1));
    assert!(browser.visit(&authorize(&shop, &[("prompt", "login")])).await.has("login-submit"));
    assert!(browser.visit(&authorize(&shop, &[("prompt", "consent")])).await.has("consent-allow"));
    // A larger scope needs consent again.
    assert!(browser.visit(&authorize(&shop, &[("scope", "openid email")])).await.has("consent-allow"));
    world.clock.advance(Duration::from_secs(99));
    assert!(browser.visit(&authorize(&shop, &[("max_age", "99")])).await.has("login-submit"));
    assert!(browser.visit(&authorize(&shop, &[("max_age", "100")])).await.answer_parameters().contains_key("code"));
}

/// OIDC Core §3.1.2.1: `acr_values` is a wish, and the ID token says what became of it.
#[apply(on_both_engines)]
async fn a_wish_for_another_class_of_sign_in_does_not_fail_and_the_id_token_tells_the_class(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    walk(&server, &browser, &application, 1).await;
    for wish in ["urn:gatepost:mail", "phr urn:mace:incommon:iap:silver", "0"] {
        let answer = browser.visit(&authorize(&application, &[("acr_values", wish)])).await.answer_parameters();
        let tokens = redeem(&server, &application, &answer).await;
        let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
        assert_eq!(id_token["acr"], "urn:gatepost:mail", "{wish}");
    }
}

#[apply(on_both_engines)]
async fn who_is_not_signed_in_is_not_asked_when_no_page_may_be_shown(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let answer = Browser::of(&server).visit(&authorize(&application, &[("prompt", "none")])).await.answer_parameters();
    assert_eq!((answer["error"].as_str(), answer["state"].as_str()), ("login_required", "s-1"));
}

#[apply(on_both_engines)]
async fn a_denial_reaches_the_application_and_nothing_is_remembered(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let form = consent.form_with("consent-deny");
    let answer = browser.submit(form.clone(), &[("decision", "deny")]).await.answer_parameters();
    assert_eq!((answer["error"].as_str(), answer["state"].as_str()), ("access_denied", "s-1"));
    // The same page, sent again, decides nothing any more.
    assert!(browser.submit(form, &[("decision", "allow")]).await.redirect().is_none());
    assert!(browser.visit(&authorize(&application, &[])).await.has("consent-allow"));
}

#[apply(on_both_engines)]
async fn before_the_redirect_uri_is_proven_an_error_is_only_shown(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let cases = [
        [("redirect_uri", "https://evil.example/cb"), ("scope", "openid")],
        [("redirect_uri", "https://www.example.com/oauth/callback?table=1"), ("scope", "openid")],
        [("client_id", "nobody"), ("scope", "openid")],
        [("client_id", ""), ("scope", "openid")],
        [("request_uri", "urn:ietf:params:oauth:request_uri:gpp_x"), ("scope", "openid")],
    ];
    for case in cases {
        let page = Browser::of(&server).visit(&authorize(&application, &case)).await;
        assert_eq!((page.answer.status.as_u16(), page.redirect()), (400, None), "{case:?}");
        assert!(page.has("trace-id"), "{}", page.text());
    }
}

#[apply(on_both_engines)]
async fn after_it_is_proven_the_application_is_told(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let spa = ApplicationSettings {
        redirect_uris: vec![CALLBACK.to_owned()],
        ..ApplicationSettings::new("Spa".to_owned(), ApplicationKind::Spa)
    };
    let spa = Registered::at(&server.rooms, spa).await;
    let cases: [(&Registered, Parameters<'_>, &str); 12] = [
        (&application, &[("response_type", "token")], "unsupported_response_type"),
        (&application, &[("response_type", "")], "invalid_request"),
        (&application, &[("scope", "everything")], "invalid_scope"),
        (&application, &[("resource", "https://api.example.com")], "invalid_target"),
        (&application, &[("code_challenge_method", "plain")], "invalid_request"),
        (&application, &[("code_challenge_method", "")], "invalid_request"),
        (&application, &[("response_type", "code token")], "unsupported_response_type"),
        (&application, &[("response_mode", "query.jwt")], "invalid_request"),
        (&application, &[("prompt", "none login")], "invalid_request"),
        (&application, &[("max_age", "soon")], "invalid_request"),
        (&application, &[("request", "ey.J.x")], "request_not_supported"),
        (&spa, &[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
    ];
    for (application, more, error) in cases {
        let page = Browser::of(&server).visit(&authorize(application, more)).await;
        let answer = page.answer_parameters();
        assert_eq!((answer["error"].as_str(), answer["state"].as_str()), (error, "s-1"), "{more:?}");
        assert_eq!(answer["iss"], server.issuer());
        assert!(page.redirect().unwrap().starts_with(CALLBACK));
    }
}

/// RFC 6749 §3.1, RFC 9700 §4.8: an attacker who adds to a request cannot choose which of two values counts.
#[apply(on_both_engines)]
async fn a_parameter_that_stands_twice_sends_nobody_anywhere(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    for added in ["redirect_uri=https://evil.example/cb", "client_id=x", "state=other", "code_challenge=other"] {
        let address = format!("{}&{added}", authorize(&application, &[]));
        let page = Browser::of(&server).visit(&address).await;
        assert_eq!((page.answer.status.as_u16(), page.redirect()), (400, None), "{added}");
    }
}

/// RFC 9700 §4.12: 307 would have the browser send the form on, with what was typed into it.
#[apply(on_both_engines)]
async fn a_form_is_never_sent_on_by_a_redirect(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let entered = browser.post(&page.form_with("login-submit"), &[("email", JOHN)]).await;
    let waiting = browser.get(&entered.redirect().unwrap()).await;
    let code = letter(&server, JOHN, 1).await.code;
    let typed = browser.post(&waiting.form_with("login-code-submit"), &[("code", &code)]).await;
    let consent = browser.visit(&typed.redirect().unwrap()).await;
    let allowed = browser.post(&consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    assert!(allowed.redirect().unwrap().starts_with(CALLBACK));
    for page in [entered, typed, allowed] {
        assert_eq!(page.answer.status, 303);
    }
}

#[apply(on_both_engines)]
async fn a_link_signs_in_the_browser_that_asked_and_no_other(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let (asking, other) = (Browser::of(&server), Browser::of(&server));
    let page = asking.visit(&authorize(&application, &[])).await;
    let waiting = asking.enter_address(&page, JOHN).await;
    let letter = letter(&server, JOHN, 1).await;
    // In another browser the link shows the code to type and does not sign in, however often it is opened.
    for _ in 0..10 {
        let elsewhere = other.visit(&letter.link).await;
        assert!(elsewhere.text().contains(&letter.code), "{}", elsewhere.text());
        assert_eq!((elsewhere.redirect(), other.cookie("gatepost_session")), (None, None));
    }
    let consent = asking.visit(&letter.link).await;
    assert!(consent.has("consent-allow"), "{}", consent.text());
    // The link is spent by that, and so is the code.
    assert_eq!(other.visit(&letter.link).await.answer.status, 400);
    let late = asking.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await;
    assert!(!late.has("consent-allow"));
}

#[apply(on_both_engines)]
async fn five_wrong_codes_end_a_sign_in_whatever_comes_after(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let waiting = browser.enter_address(&page, JOHN).await;
    let letter = letter(&server, JOHN, 1).await;
    let form = waiting.form_with("login-code-submit");
    // What cannot be a code is a typing error and costs no try.
    assert!(browser.submit(form.clone(), &[("code", "1")]).await.has("login-code"));
    for _ in 0..5 {
        browser.submit(form.clone(), &[("code", "2222-2222")]).await;
    }
    assert!(!browser.submit(form, &[("code", &letter.code)]).await.has("consent-allow"));
    assert_eq!(browser.visit(&letter.link).await.answer.status, 400);
    assert_eq!(browser.cookie("gatepost_session"), None);
}

/// The code lives as long as the link beside it, and another mail renews both.
#[apply(on_both_engines)]
async fn a_code_is_over_when_the_last_mails_time_is(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let waiting = browser.enter_address(&page, JOHN).await;
    let code = letter(&server, JOHN, 1).await.code;
    eventually("the mail is accepted", async || unaccepted(&world).await == 0).await;
    world.clock.advance(LINK_TTL);
    let late = browser.submit(waiting.form_with("login-code-submit"), &[("code", &code)]).await;
    assert!(!late.has("login-code") && !late.has("consent-allow"), "{}", late.text());
    browser.submit(waiting.form_with("resend"), &[]).await;
    assert_eq!(letter(&server, JOHN, 2).await.code, code);
    let consent = browser.submit(waiting.form_with("login-code-submit"), &[("code", &code)]).await;
    assert!(consent.has("consent-allow"), "{}", consent.text());
}

#[apply(on_both_engines)]
async fn a_form_from_another_browser_or_another_site_does_nothing(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let form = page.form_with("login-submit");
    let mut forged = form.clone();
    forged.fields.retain(|(name, _)| name != "csrf");
    assert!(!browser.submit(forged, &[("email", JOHN)]).await.has("login-code"));
    assert!(!Browser::of(&server).submit(form.clone(), &[("email", JOHN)]).await.has("login-code"));
    let foreign = server.request(Method::POST, "/login").header("origin", "https://evil.example");
    assert_eq!(Answer::of(foreign.header("sec-fetch-site", "cross-site")).await.status, 403);
    assert_eq!(mails_to(&server, JOHN).await, 0);
}

#[apply(on_both_engines)]
async fn an_answer_can_be_posted_instead(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[("response_mode", "form_post")])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let posted = browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let form = posted.form_with("form-post-submit");
    assert_eq!(form.action, CALLBACK);
    let fields: BTreeMap<_, _> = form.fields.into_iter().collect();
    redeem(&server, &application, &fields).await;
}

#[apply(on_both_engines)]
async fn an_application_can_sign_the_person_out_and_have_them_sent_back(world: World) {
    let server = world.server().await;
    let back = "https://www.example.com/bye";
    let settings = ApplicationSettings { post_logout_redirect_uris: vec![back.to_owned()], ..web_settings("Shop") };
    let application = Registered::at(&server.rooms, settings).await;
    let browser = Browser::of(&server);
    let answer = walk(&server, &browser, &application, 1).await;
    let tokens = redeem(&server, &application, &answer).await;
    let hint = tokens["id_token"].as_str().unwrap();
    // Without the hint any site could have sent the browser here, so the person is asked.
    let asked = browser.visit(&format!("/oauth/logout?client_id={}", application.client_id)).await;
    let stayed = browser.submit(asked.form_with("logout-no"), &[("decision", "no")]).await;
    assert_eq!(stayed.answer.status, 200);
    assert!(browser.cookie("gatepost_session").is_some());
    let left =
        browser.visit(&format!("/oauth/logout?id_token_hint={hint}&post_logout_redirect_uri={back}&state=z")).await;
    assert_eq!(left.redirect().unwrap(), format!("{back}?state=z"));
    assert_eq!(browser.cookie("gatepost_session"), None);
    assert!(browser.visit(&authorize(&application, &[])).await.has("login-submit"));
    // The tokens that were granted in the session ended with it.
    let refresh = server.token().with_basic(&application).by_grant("refresh_token");
    let refresh = refresh.parameter("refresh_token", tokens["refresh_token"].as_str().unwrap());
    refresh.send().await.refusal(400, "invalid_grant");
}

/// RFC 9110 §9.2.1: asking for the headers of a step does not take it.
#[apply(on_both_engines)]
async fn a_head_request_goes_no_step_further(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let own = authorize(&application, &[]);
    let form: Vec<_> = url::form_urlencoded::parse(own.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let pushed = server.request(Method::POST, "/oauth/par").form(&form);
    let pushed = pushed.basic_auth(&application.client_id, Some(&application.secret));
    let uri = Answer::of(pushed).await.json()["request_uri"].as_str().unwrap().to_owned();
    let parameters = [("client_id", application.client_id.as_str()), ("request_uri", &uri)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    for path in ["/oauth/authorize", "/oauth2/authorize"] {
        let head = browser.head(&format!("{path}?{query}")).await.answer;
        assert_eq!((head.status.as_u16(), head.body.len(), head.header("location")), (200, 0, None));
    }
    let page = browser.visit(&format!("/oauth/authorize?{query}")).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let answer = allow(&browser, &consent).await;
    let hint = redeem(&server, &application, &answer).await["id_token"].as_str().unwrap().to_owned();
    // With consent given, fetching this would issue a code at once.
    assert_eq!(browser.head(&own).await.redirect(), None);
    let sign_out = format!("/oauth/logout?id_token_hint={hint}");
    assert_eq!(browser.head(&sign_out).await.answer.status, 200);
    assert!(browser.visit("/account").await.has("sign-out"), "still signed in");
    browser.visit(&sign_out).await;
    assert_eq!(browser.cookie("gatepost_session"), None);
    assert_eq!(browser.head("/login/resend").await.answer.status, 405);
}

#[apply(on_both_engines)]
async fn people_see_and_end_what_is_theirs_on_the_account_page(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let (laptop, phone) = (Browser::of(&server), Browser::of(&server));
    let answer = walk(&server, &laptop, &application, 1).await;
    let tokens = redeem(&server, &application, &answer).await;
    let page = phone.visit("/account").await;
    let account_page = phone.sign_in(&server, &page, JOHN, 2).await;
    assert!(account_page.text().contains("Shop") && account_page.text().contains(JOHN), "{}", account_page.text());
    let first = phone.cookie("gatepost_session");
    let removed = account_page.text().split("action=\"/account/applications/").nth(1).unwrap();
    let action = format!("/account/applications/{}", removed.split('"').next().unwrap());
    let mut form = account_page.form_with("sign-out");
    form.action = action;
    phone.submit(form.clone(), &[]).await;
    let userinfo = server.request(Method::GET, "/oauth/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
    Answer::of(userinfo).await.refusal(401, "invalid_token");
    phone.submit(account_page.form_with("sign-out-everywhere"), &[]).await;
    assert_eq!(phone.cookie("gatepost_session"), None);
    assert!(first.is_some());
    assert!(laptop.visit("/account").await.has("login-submit"));
}

#[apply(on_both_engines)]
async fn an_account_is_deleted_only_by_typing_its_address(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    let page = browser.visit("/account").await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    let asked = browser.visit("/account/delete").await;
    let wrong = browser.submit(asked.form_with("delete-submit"), &[("email", "jane@example.com")]).await;
    assert_eq!(wrong.answer.status, 400);
    browser.submit(wrong.form_with("delete-submit"), &[("email", JOHN)]).await;
    assert_eq!(browser.cookie("gatepost_session"), None);
    assert!(server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().is_none());
}

#[apply(on_both_engines)]
async fn a_disabled_account_is_signed_out_at_once_and_cannot_come_back(world: World) {
    let server = world.server().await;
    let user = account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/account").await;
    assert!(browser.sign_in(&server, &page, JOHN, 1).await.has("sign-out"));
    server.rooms.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    let page = browser.visit("/account").await;
    assert!(page.has("login-submit"), "{}", page.text());
    // The waiting page looks as always; no mail is sent.
    assert!(browser.enter_address(&page, JOHN).await.has("login-code"));
    assert_eq!(mails_to(&server, JOHN).await, 1);
}

#[apply(on_both_engines)]
async fn a_closed_server_signs_nobody_up_and_does_not_say_who_has_an_account(world: World) {
    let server = world.server_with("login.signup = \"closed\"").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/account").await;
    assert!(browser.enter_address(&page, JOHN).await.has("login-code"));
    assert_eq!(mails_to(&server, JOHN).await, 0);
}

#[apply(on_both_engines)]
async fn a_link_from_the_command_line_signs_its_account_in_once(world: World) {
    let server = world.server().await;
    account(&server.rooms, JOHN).await;
    let here = std::net::IpAddr::from([127, 0, 0, 1]);
    let requester = gatepost::flows::requester::Requester {
        known_accounts: gatepost::flows::browsers::KnownAccounts::default(),
        address: here,
        device: gatepost::domain::session::Device::new(here, ""),
        locale: "en".to_owned(),
        asked_for: None,
        trace_id: String::new(),
    };
    let link = server.rooms.sign_ins.login_link(&JOHN.parse().unwrap(), &requester).await.unwrap();
    let browser = Browser::of(&server);
    let page = browser.visit(&link).await;
    assert!(browser.submit(page.form_with("confirm-login"), &[]).await.has("sign-out"));
    assert_eq!(Browser::of(&server).visit(&link).await.answer.status, 400);
}

#[apply(on_both_engines)]
async fn every_page_is_kept_from_frames_caches_and_foreign_scripts(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let page = Browser::of(&server).visit(&authorize(&application, &[])).await;
    let policy = page.answer.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(page.answer.header("cache-control"), Some("no-store"));
    assert_eq!(page.answer.header("x-content-type-options"), Some("nosniff"));
    // RFC 9700 §4.2.4: the address of a page reaches no other site.
    assert_eq!(page.answer.header("referrer-policy"), Some("same-origin"));
}

#[apply(on_both_engines)]
async fn the_pages_speak_the_language_of_the_browser(world: World) {
    let server = world.server().await;
    let german = server.request(Method::GET, "/login").header("accept-language", "de-AT,de;q=0.9,en;q=0.5");
    assert!(Answer::of(german).await.text().contains("<html lang=\"de\""));
    assert!(Browser::of(&server).visit("/login").await.text().contains("<html lang=\"en\""));
}

/// OIDC Core §3.1.2.1 `ui_locales`: the application knows better than the browser, and the mail follows.
#[apply(on_both_engines)]
async fn the_pages_and_the_mail_speak_the_language_that_the_application_asks_for(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let german = |page: &Page| assert!(page.text().contains("<html lang=\"de\""), "{}", page.text());
    let page = browser.visit(&authorize(&application, &[("ui_locales", "ja-JP de-AT en")])).await;
    german(&page);
    let waiting = browser.enter_address(&page, JOHN).await;
    german(&waiting);
    let letter = letter(&server, JOHN, 1).await;
    let mails = server.rooms.mail.caught_mails().unwrap();
    assert!(mails[0].html.contains("lang=\"de\""), "{}", mails[0].html);
    german(&browser.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await);
    // The account was made in German, so where the application asks for nothing that there is, German it stays.
    german(&browser.visit(&authorize(&application, &[("ui_locales", "ja"), ("prompt", "consent")])).await);
}

/// Browsers keep `SameSite=Lax` cookies back from a form of another site; the person is signed in all the same.
#[apply(on_both_engines)]
async fn a_form_of_another_site_is_answered_with_the_cookies_it_came_without(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let answer = walk(&server, &browser, &application, 1).await;
    let tokens = redeem(&server, &application, &answer).await;
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let form = PageForm { action: path.to_owned(), fields: Vec::new() };
        let stripped = Browser::of(&server).post(&form, fields).await;
        assert!(stripped.answer.headers.get("set-cookie").is_none(), "the browser has a name already");
        browser.visit(&stripped.redirect().unwrap()).await
    };
    let client_id = application.client_id.as_str();
    let silent = [("client_id", client_id), ("response_type", "code"), ("redirect_uri", CALLBACK), ("prompt", "none")];
    let silent = [&silent[..], &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]].concat();
    assert!(post("/oauth/authorize", &silent).await.answer_parameters().contains_key("code"));
    assert!(browser.cookie("gatepost_session").is_some());
    post("/oauth/logout", &[("id_token_hint", tokens["id_token"].as_str().unwrap())]).await;
    assert_eq!(browser.cookie("gatepost_session"), None);
}

#[apply(on_both_engines)]
async fn a_hint_tells_nobody_the_address_and_an_access_token_is_no_hint(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let answer = walk(&server, &Browser::of(&server), &application, 1).await;
    let tokens = redeem(&server, &application, &answer).await;
    let hinted = authorize(&application, &[("id_token_hint", tokens["id_token"].as_str().unwrap())]);
    let page = Browser::of(&server).visit(&hinted).await;
    assert!(page.has("login-submit") && !page.text().contains(JOHN), "{}", page.text());
    let hinted = authorize(&application, &[("id_token_hint", tokens["access_token"].as_str().unwrap())]);
    assert_eq!(Browser::of(&server).visit(&hinted).await.answer_parameters()["error"], "invalid_request");
}

/// OIDC Core §3.1.2.1 `id_token_hint`: the application gets the person it named, or an error.
#[apply(on_both_engines)]
async fn only_the_person_whom_the_hint_names_is_an_answer(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let johns = redeem(&server, &application, &walk(&server, &Browser::of(&server), &application, 1).await).await;
    let hint = ("id_token_hint", johns["id_token"].as_str().unwrap());
    // Jane is signed in: the answer is an error without a page, or John may sign in.
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let consent = browser.sign_in(&server, &page, JANE, 1).await;
    allow(&browser, &consent).await;
    world.clock.advance(Duration::from_secs(1));
    let silent = browser.visit(&authorize(&application, &[hint, ("prompt", "none")])).await.answer_parameters();
    assert_eq!((silent["error"].as_str(), silent["state"].as_str()), ("login_required", "s-1"));
    // Jane signs in once more: the application is told that it was not John.
    let page = browser.visit(&authorize(&application, &[hint])).await;
    let answer = browser.sign_in(&server, &page, JANE, 2).await.answer_parameters();
    assert_eq!((answer["error"].as_str(), answer.get("code")), ("login_required", None));
    // John does: it gets him, and then without asking.
    world.clock.advance(Duration::from_secs(1));
    let page = browser.visit(&authorize(&application, &[hint])).await;
    let answer = browser.sign_in(&server, &page, JOHN, 2).await.answer_parameters();
    let tokens = redeem(&server, &application, &answer).await;
    let sub = |tokens: &Value| tokens["id_token"].as_str().unwrap().to_owned();
    let (named, got) = (server.verify(hint.1).await.claims, server.verify(&sub(&tokens)).await.claims);
    assert_eq!(named["sub"], got["sub"]);
    let silent = browser.visit(&authorize(&application, &[hint, ("prompt", "none")])).await.answer_parameters();
    assert!(silent.contains_key("code"), "{silent:?}");
}

#[apply(on_both_engines)]
async fn how_an_address_is_spelled_does_not_tell_whether_it_has_an_account(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, "Jane@Example.com").await;
    for (typed, shown) in [("jane@example.COM", "jane@example.com"), ("Nobody@Example.com", "nobody@example.com")] {
        let browser = Browser::of(&server);
        let page = browser.visit(&authorize(&application, &[])).await;
        let waiting = browser.enter_address(&page, typed).await;
        assert!(waiting.text().contains(shown), "{}", waiting.text());
        assert!(!waiting.text().contains("Jane@") && !waiting.text().contains("Nobody@"), "{}", waiting.text());
    }
}

#[apply(on_both_engines)]
async fn signing_in_again_leaves_no_session_behind_and_signing_out_ends_what_grew_before(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let answer = walk(&server, &browser, &application, 1).await;
    let tokens = redeem(&server, &application, &answer).await;
    let before = browser.cookie("gatepost_session").unwrap();
    world.clock.advance(Duration::from_secs(1));
    let page = browser.visit(&authorize(&application, &[("prompt", "login")])).await;
    assert!(browser.sign_in(&server, &page, JOHN, 2).await.answer_parameters().contains_key("code"));
    let old = server.request(Method::GET, "/account").header("cookie", format!("gatepost_session={before}"));
    let old = Answer::of(old).await;
    assert!(!old.text().contains(JOHN), "the old cookie is still signed in");
    let refresh = async |token: &Value| {
        let refresh = server.token().with_basic(&application).by_grant("refresh_token");
        refresh.parameter("refresh_token", token.as_str().unwrap()).send().await
    };
    let next = refresh(&tokens["refresh_token"]).await.success();
    let account_page = browser.visit("/account").await;
    browser.submit(account_page.form_with("sign-out"), &[]).await;
    refresh(&next["refresh_token"]).await.refusal(400, "invalid_grant");
}

#[apply(on_both_engines)]
async fn an_application_that_is_deactivated_meanwhile_gets_neither_mail_nor_code(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    application.change(&server.rooms, DEACTIVATE).await;
    let refused = browser.enter_address(&page, JOHN).await;
    assert_eq!((refused.answer.status.as_u16(), refused.redirect()), (400, None), "{}", refused.text());
    assert_eq!(mails_to(&server, JOHN).await, 0);
}

/// RFC 6749 §10.2, RFC 8252 §8.6: any program on the device can claim a scheme or a loopback address.
#[apply(on_both_engines)]
async fn who_anybody_can_pretend_to_be_is_asked_about_every_time(world: World) {
    let server = world.server().await;
    let browser = Browser::of(&server);
    walk(&server, &browser, &web_application(&server.rooms).await, 1).await;
    let kinds = [ApplicationKind::Native, ApplicationKind::Spa];
    let uris = [("com.example.shop:/cb", true), ("http://127.0.0.1/cb", true), ("https://shop.example/cb", false)];
    for (uri, asked_again) in uris {
        let kinds = kinds.iter().filter(|kind| **kind == ApplicationKind::Native || uri.starts_with("http"));
        for (kind, first_party) in kinds.flat_map(|kind| [(*kind, false), (*kind, true)]) {
            let settings =
                ApplicationSettings { redirect_uris: vec![uri.to_owned()], first_party, ..web_settings("App") };
            let defaults = ApplicationSettings::new("App".to_owned(), kind);
            let settings = ApplicationSettings {
                kind,
                authentication: defaults.authentication,
                grants: defaults.grants,
                ..settings
            };
            let application = Registered::at(&server.rooms, settings).await;
            // The clock stands still, so time has to pass between the sign-in and the request.
            world.clock.advance(Duration::from_secs(1));
            let ask = |more: &[(&str, &str)]| authorize(&application, &[&[("redirect_uri", uri)], more].concat());
            let first = browser.visit(&ask(&[])).await;
            if !first_party || asked_again {
                browser.submit(first.form_with("consent-allow"), &[("decision", "allow")]).await;
            }
            let again = browser.visit(&ask(&[])).await;
            assert_eq!(again.has("consent-allow"), asked_again, "{uri} {kind} {first_party}");
            let silent = browser.visit(&ask(&[("prompt", "none")])).await.answer_parameters();
            let error = silent.get("error").map(String::as_str);
            assert_eq!(error, asked_again.then_some("consent_required"), "{uri} {kind} {first_party}");
        }
    }
}
