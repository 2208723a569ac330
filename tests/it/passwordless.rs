//! The passwordless request of an application, and the links it leads to (DESIGN §4).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::ApplicationSettings;
use gatepost::domain::audit::Actor;
use gatepost::domain::sign_in::{LinkMode, UnknownAccount};
use gatepost::flows::people::{Admin, NewUser};
use gatepost::protocol::token::GrantType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{
    CALLBACK, CHALLENGE, LINK_TTL, VERIFIER, account, letter, mails_to, unaccepted, web_application, web_settings,
};
use crate::harness::{Answer, Registered, TestServer, World, eventually, on_both_engines};

const JOHN: &str = "john.smith@example.com";

fn request(application: &Registered) -> Value {
    json!({
        "client_id": application.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "passwordless",
        "username": JOHN,
    })
}

fn with(mut request: Value, name: &str, value: impl Into<Value>) -> Value {
    request[name] = value.into();
    request
}

async fn ask(server: &TestServer, request: &Value) -> Answer {
    Answer::of(server.request(Method::POST, "/oauth/authorize").json(request)).await
}

async fn ask_well(server: &TestServer, request: &Value) {
    let answer = ask(server, request).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0), "{}", answer.text());
}

async fn redeem(server: &TestServer, application: &Registered, code: &str, more: &[(&str, &str)]) -> Answer {
    let request = server.token().with_basic(application).by_grant("authorization_code");
    let request = request.parameter("code", code).parameter("redirect_uri", CALLBACK);
    more.iter().fold(request, |request, (name, value)| request.parameter(name, value)).send().await
}

fn code_of(page: &Page) -> String {
    page.answer_parameters().get("code").unwrap_or_else(|| panic!("no code: {page:?}")).clone()
}

#[apply(on_both_engines)]
async fn the_request_as_documented_leads_to_a_mail_whose_link_leads_to_tokens(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let user = account(&server.rooms, JOHN).await;
    ask_well(&server, &request(&application)).await;
    let letter = letter(&server, JOHN, 1).await;
    // Without state or PKCE the application cannot tell its own browser, so a person presses a button.
    let browser = Browser::of(&server);
    let page = browser.get(&letter.link).await;
    let answer = browser.post(&page.form_with("confirm-login"), &[]).await;
    assert!(answer.redirect().unwrap().starts_with(&format!("{CALLBACK}?code=")), "{answer:?}");
    let tokens = redeem(&server, &application, &code_of(&answer), &[]).await.success();
    assert_eq!(tokens["scope"], "passwordless");
    let token = server.verify(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(token.claims["sub"], user.sub);
    assert_eq!(world.database.texts("select outcome || ' ' || amr from sign_in_records").await, ["signed_in otp"]);
}

#[apply(on_both_engines)]
async fn parameters_of_the_applications_own_come_back_byte_for_byte(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let uri = format!("{CALLBACK}?table=1&x=%2f%2F+%20y&empty=&flag");
    let request = with(with(request(&application), "redirect_uri", uri.as_str()), "state", "abc");
    ask_well(&server, &request).await;
    let page = Browser::of(&server).get(&letter(&server, JOHN, 1).await.link).await;
    assert!(page.redirect().unwrap().starts_with(&format!("{uri}&code=")), "{page:?}");
    assert_eq!(page.answer_parameters()["state"], "abc");
}

#[apply(on_both_engines)]
async fn an_unknown_account_is_refused_or_concealed(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    ask(&server, &request(&application)).await.refusal(401, "access_denied");
    assert_eq!(mails_to(&server, JOHN).await, 0);
    let concealing = ApplicationSettings { unknown_account: Some(UnknownAccount::Conceal), ..web_settings("Discreet") };
    let concealing = Registered::at(&server.rooms, concealing).await;
    ask_well(&server, &request(&concealing)).await;
    assert_eq!(mails_to(&server, JOHN).await, 0);
}

/// Where accounts are concealed, so is who of them has agreed to what: the answer is the same for everybody.
#[apply(on_both_engines)]
async fn who_has_agreed_is_concealed_with_who_has_an_account(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let mut settings = ApplicationSettings {
        unknown_account: Some(UnknownAccount::Conceal),
        owner: Some("developer@example.com".to_owned()),
        ..web_settings("Discreet")
    };
    let concealing = Registered::at(&server.rooms, settings.clone()).await;
    account(&server.rooms, JOHN).await;
    let asked = |application: &Registered, username: &str| {
        with(with(request(application), "scope", "passwordless openid email"), "username", username)
    };
    for username in [JOHN, "nobody@example.com"] {
        ask_well(&server, &asked(&concealing, username)).await;
        assert_eq!(mails_to(&server, username).await, 0, "{username}");
    }
    settings.unknown_account = Some(UnknownAccount::Reject);
    let telling = Registered::at(&server.rooms, settings).await;
    ask(&server, &asked(&telling, JOHN)).await.refusal(400, "invalid_scope");
}

/// The mail is in the language that the application asks for, else the account's.
#[apply(on_both_engines)]
async fn the_mail_speaks_the_persons_language(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let new = NewUser { email: JOHN.parse().unwrap(), name: None, locale: Some("de-AT".to_owned()), admin: Admin::No };
    server.rooms.people.user_create(new, &Actor::CommandLine).await.unwrap();
    for (count, (ui_locales, language)) in (1..).zip([(None, "de"), (Some("en-GB de"), "en"), (Some("ja"), "de")]) {
        let asked =
            ui_locales.map_or_else(|| request(&application), |tags| with(request(&application), "ui_locales", tags));
        ask_well(&server, &asked).await;
        letter(&server, JOHN, count).await;
        let html = server.rooms.mail.caught_mails().unwrap()[0].html.clone();
        assert!(html.contains(&format!("lang=\"{language}\"")), "{ui_locales:?}: {html}");
    }
}

/// OIDC Core §3.1.2.1 `id_token_hint`: no other person gets a mail instead.
#[apply(on_both_engines)]
async fn a_hint_at_somebody_else_than_the_username_sends_nothing(world: World) {
    let server = world.server_with("rate_limits.enabled = false\nlogin.unknown_account = \"conceal\"").await;
    let application = web_application(&server.rooms).await;
    let jane = "jane@example.com";
    account(&server.rooms, JOHN).await;
    account(&server.rooms, jane).await;
    let asked = with(with(request(&application), "scope", "openid"), "state", "s");
    ask_well(&server, &asked).await;
    let code = code_of(&Browser::of(&server).get(&letter(&server, JOHN, 1).await.link).await);
    let tokens = redeem(&server, &application, &code, &[]).await.success();
    let hinted = with(asked, "id_token_hint", tokens["id_token"].clone());
    ask_well(&server, &hinted).await;
    letter(&server, JOHN, 2).await;
    // The answer for another person's address is the same as for one without an account.
    let refused = async |username: &str| {
        ask(&server, &with(hinted.clone(), "username", username)).await.refusal(400, "login_required")
    };
    assert_eq!(refused(jane).await, refused("nobody@example.com").await);
    assert_eq!(mails_to(&server, jane).await, 0);
    let not_a_hint = with(hinted.clone(), "id_token_hint", tokens["access_token"].clone());
    ask(&server, &not_a_hint).await.refusal(400, "invalid_request");
}

#[apply(on_both_engines)]
async fn a_malformed_request_is_400_with_a_reason_and_sends_nothing(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let good = request(&application);
    let without = |name: &str| {
        let mut request = good.clone();
        request.as_object_mut().unwrap().remove(name);
        request
    };
    let callback_with = |query: &str| with(good.clone(), "redirect_uri", format!("{CALLBACK}?{query}"));
    let cases = [
        (without("client_id"), "invalid_request"),
        (with(good.clone(), "client_id", "nobody"), "unauthorized_client"),
        (without("redirect_uri"), "unused"),
        (with(good.clone(), "redirect_uri", "https://evil.example/cb"), "invalid_request"),
        (with(good.clone(), "redirect_uri", format!("{CALLBACK}/more")), "invalid_request"),
        (with(good.clone(), "redirect_uri", format!("{CALLBACK}#x")), "invalid_request"),
        (callback_with("code=1"), "invalid_request"),
        (callback_with("a=1&state=2"), "invalid_request"),
        (callback_with("iss=1"), "invalid_request"),
        (callback_with("error=1"), "invalid_request"),
        (without("response_type"), "invalid_request"),
        (with(good.clone(), "response_type", "token"), "unsupported_response_type"),
        (with(good.clone(), "scope", "everything"), "invalid_scope"),
        (without("username"), "invalid_request"),
        (with(good.clone(), "username", json!([JOHN, "other@example.com"])), "invalid_request"),
        (with(good.clone(), "username", format!("{JOHN},other@example.com")), "invalid_request"),
        (with(good.clone(), "username", format!("{JOHN}\r\nBcc: other@example.com")), "invalid_request"),
        (with(good.clone(), "username", "\"john\"@example.com"), "invalid_request"),
        (with(good.clone(), "username", "jоhn.smith@example.com"), "invalid_request"),
        (with(good.clone(), "username", 7), "invalid_request"),
        (with(good.clone(), "response_mode", "form_post"), "invalid_request"),
        (with(good.clone(), "resource", "https://api.example.com"), "invalid_target"),
    ];
    for (request, error) in cases {
        let answer = ask(&server, &request).await;
        if error == "unused" {
            // The one registered redirect URI is meant when none is named (RFC 6749 §3.1.2.3).
            assert_eq!(answer.status, 200);
            continue;
        }
        answer.refusal(400, error);
    }
    letter(&server, JOHN, 1).await;
    assert_eq!(mails_to(&server, "other@example.com").await, 0);
}

#[apply(on_both_engines)]
async fn mail_goes_to_the_address_of_the_account_and_its_link_to_the_issuer(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let typed = with(request(&application), "username", "JOHN.Smith@EXAMPLE.com");
    let forged = server.request(Method::POST, "/oauth/authorize").header("host", "evil.example");
    let forged = forged.header("x-forwarded-host", "evil.example").json(&typed);
    assert_eq!(Answer::of(forged).await.status, 200);
    let letter = letter(&server, JOHN, 1).await;
    assert!(letter.link.starts_with(&format!("{}/l/", server.issuer())), "{letter:?}");
    assert!(letter.link.len() < 120 && !letter.link.contains('&'));
}

#[apply(on_both_engines)]
async fn whoever_fetches_a_link_before_the_person_takes_nothing_away(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let asked = with(request(&application), "code_challenge", CHALLENGE);
    let asked = with(asked, "code_challenge_method", "S256");
    ask_well(&server, &asked).await;
    let link = letter(&server, JOHN, 1).await.link;
    let path = link.strip_prefix(server.issuer()).unwrap();
    for _ in 0..20 {
        assert_eq!(Answer::of(server.request(Method::HEAD, path)).await.status, 200);
        let prefetch = server.request(Method::GET, path).header("sec-purpose", "prefetch;prerender");
        assert!(Answer::of(prefetch).await.header("location").is_none());
        let preview = server.request(Method::GET, path).header("user-agent", "Slackbot-LinkExpanding 1.0");
        assert!(Answer::of(preview).await.header("location").is_none());
    }
    let mut minted = Vec::new();
    for _ in 0..20 {
        let page = Browser::of(&server).get(&link).await;
        minted.extend(page.redirect().is_some().then(|| code_of(&page)));
    }
    assert_eq!(minted.len(), 8, "after eight plain fetches a link shows its page instead");
    let browser = Browser::of(&server);
    let page = browser.get(&link).await;
    let answer = browser.post(&page.form_with("confirm-login"), &[]).await;
    let verifier = [("code_verifier", VERIFIER)];
    redeem(&server, &application, &code_of(&answer), &verifier).await.success();
    // With that, every other code and the link are void.
    redeem(&server, &application, &minted[0], &verifier).await.refusal(400, "invalid_grant");
    let page = browser.get(&link).await;
    assert_eq!((page.answer.status.as_u16(), page.redirect()), (400, None));
}

#[apply(on_both_engines)]
async fn of_two_codes_of_one_link_exactly_one_is_redeemed_however_they_race(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let asked = with(request(&application), "state", "s");
    for round in 1..=5 {
        ask_well(&server, &asked).await;
        let link = letter(&server, JOHN, round).await.link;
        let codes = [code_of(&Browser::of(&server).get(&link).await), code_of(&Browser::of(&server).get(&link).await)];
        let tries = (0..20).map(|at| redeem(&server, &application, &codes[at % 2], &[]));
        let answers = futures_all(tries).await;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1, "round {round}");
    }
}

/// Runs everything at once and waits for all of it.
async fn futures_all<T: Future<Output = Answer>>(all: impl Iterator<Item = T>) -> Vec<Answer> {
    let mut pending: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        pending.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[apply(on_both_engines)]
async fn an_application_decides_what_its_links_do(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    account(&server.rooms, JOHN).await;
    let cases = [
        (None, None, false),
        (None, Some("s"), true),
        (Some(LinkMode::Direct), None, true),
        (Some(LinkMode::Confirm), Some("s"), false),
    ];
    for (count, (link_mode, state, at_once)) in (1..).zip(cases) {
        let settings = ApplicationSettings { link_mode, ..web_settings("Shop") };
        let application = Registered::at(&server.rooms, settings).await;
        let asked = state.map_or_else(|| request(&application), |state| with(request(&application), "state", state));
        ask_well(&server, &asked).await;
        let page = Browser::of(&server).get(&letter(&server, JOHN, count).await.link).await;
        assert_eq!(page.redirect().is_some(), at_once, "{link_mode:?} {state:?}");
    }
}

#[apply(on_both_engines)]
async fn a_links_time_counts_from_when_its_mail_was_accepted(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    ask_well(&server, &with(request(&application), "state", "s")).await;
    let link = letter(&server, JOHN, 1).await.link;
    world.clock.advance(Duration::from_secs(LINK_TTL.as_secs() - 1));
    assert!(Browser::of(&server).get(&link).await.redirect().is_some());
    world.clock.advance(Duration::from_secs(1));
    let late = Browser::of(&server).get(&link).await;
    assert_eq!((late.answer.status.as_u16(), late.redirect()), (400, None));
}

#[apply(on_both_engines)]
async fn mails_to_one_address_are_limited_over_all_nodes(world: World) {
    let (server, other) = (world.server().await, world.command().await);
    let application = web_application(&server.rooms).await;
    account(&other, JOHN).await;
    for _ in 0..3 {
        ask_well(&server, &request(&application)).await;
    }
    let refused = ask(&server, &request(&application)).await;
    assert!(refused.refusal(429, "temporarily_unavailable").contains("wait"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
}

#[apply(on_both_engines)]
async fn a_disabled_accounts_link_and_code_are_dead(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let user = account(&server.rooms, JOHN).await;
    ask_well(&server, &with(request(&application), "state", "s")).await;
    let link = letter(&server, JOHN, 1).await.link;
    let code = code_of(&Browser::of(&server).get(&link).await);
    server.rooms.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    redeem(&server, &application, &code, &[]).await.refusal(400, "invalid_grant");
    assert!(Browser::of(&server).get(&link).await.redirect().is_none());
    ask(&server, &request(&application)).await.refusal(401, "access_denied");
}

#[apply(on_both_engines)]
async fn the_typed_code_is_the_other_way_in_for_clients_without_a_browser(world: World) {
    let server = world.server().await;
    let mut settings = web_settings("Terminal");
    settings.grants.push(GrantType::LoginCode);
    let application = Registered::at(&server.rooms, settings).await;
    account(&server.rooms, JOHN).await;
    ask_well(&server, &request(&application)).await;
    let letter = letter(&server, JOHN, 1).await;
    let enter = async |code: &str| {
        let request = server.token().with_basic(&application);
        let request = request.by_grant("urn:gatepost:params:oauth:grant-type:login-code");
        request.parameter("username", JOHN).parameter("login_code", code).send().await
    };
    enter("2222-2222").await.refusal(400, "invalid_grant");
    enter(&letter.code).await.success();
    enter(&letter.code).await.refusal(400, "invalid_grant");
    ask_well(&server, &request(&application)).await;
    let late = self::letter(&server, JOHN, 2).await.code;
    eventually("the mail is accepted", async || unaccepted(&world).await == 0).await;
    world.clock.advance(LINK_TTL);
    enter(&late).await.refusal(400, "invalid_grant");
    ask_well(&server, &request(&application)).await;
    for _ in 0..6 {
        enter("2222-2222").await.refusal(400, "invalid_grant");
    }
    let records = world.database.texts("select outcome from sign_in_records order by at, id").await;
    assert_eq!(records, ["signed_in", "tried_too_often"], "the person is shown both");
}

#[apply(on_both_engines)]
async fn addresses_cannot_be_tried_out_for_accounts_without_limit(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    for n in 0..5 {
        let unknown = with(request(&application), "username", format!("nobody{n}@example.com"));
        ask(&server, &unknown).await.refusal(401, "access_denied");
    }
    ask(&server, &with(request(&application), "username", "nobody@example.com"))
        .await
        .refusal(429, "temporarily_unavailable");
}

/// Who has agreed to what an application asks for is told as rarely as who has an account.
#[apply(on_both_engines)]
async fn who_has_agreed_cannot_be_tried_out_without_limit(world: World) {
    let server = world.server().await;
    let settings = ApplicationSettings { owner: Some("developer@example.com".to_owned()), ..web_settings("Clinic") };
    let telling = Registered::at(&server.rooms, settings).await;
    for n in 0..6 {
        account(&server.rooms, &format!("person{n}@example.com")).await;
    }
    let asked = |n: usize| {
        let username = format!("person{n}@example.com");
        with(with(request(&telling), "scope", "passwordless openid email"), "username", username)
    };
    for n in 0..5 {
        ask(&server, &asked(n)).await.refusal(400, "invalid_scope");
    }
    ask(&server, &asked(5)).await.refusal(429, "temporarily_unavailable");
}
