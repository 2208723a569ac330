//! Signing in with a passkey (WebAuthn §7.2), and the offer of one after a sign-in by mail.

use std::time::Duration;

use gatepost::domain::audit::Actor;
use macro_rules_attribute::apply;

use super::register::events;
use super::{JOHN, Passkeys, is_answered, with_passkey};
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, mails_to, web_application};
use crate::harness::{Authenticator, Flags, World, eventually, on_both_engines};

const NOT_ACCEPTED: &str = "This passkey was not accepted here";

/// RFC 8176: what the token says of how somebody signed in.
#[apply(on_both_engines)]
async fn a_passkey_signs_in_to_an_application_without_mail_and_the_token_says_so(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    for (email, flags, amr) in [(JOHN, Flags::SYNCED, "swk"), ("jane@example.com", Flags::BOUND, "hwk")] {
        let (browser, mut authenticator) = (Browser::of(&server), Authenticator::new());
        authenticator.flags = flags;
        let page = browser.visit("/login").await;
        browser.sign_in(&server, &page, email, 1).await;
        Passkeys { browser: &browser }.add(&mut authenticator).await;
        let other = Browser::of(&server);
        let login = other.visit(&authorize(&application, &[("scope", "openid email")])).await;
        let consent = Passkeys { browser: &other }.sign_in(&login, &mut authenticator).await;
        let answer = other.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
        assert!(is_answered(&answer), "{}", answer.text());
        eventually("none more than before", || async { mails_to(&server, email).await == 2 }).await;
        let request = server.token().with_basic(&application).by_grant("authorization_code");
        let code = &answer.answer_parameters()["code"];
        let request = request.parameter("code", code).parameter("redirect_uri", CALLBACK);
        let tokens = request.parameter("code_verifier", VERIFIER).send().await.success();
        for token in ["id_token", "access_token"] {
            let claims = server.verify(tokens[token].as_str().unwrap()).await.claims;
            assert_eq!(claims["acr"], "urn:gatepost:passkey", "{token}");
            assert_eq!(claims["amr"], serde_json::json!([amr, "user"]), "{token}");
            assert_eq!(claims["auth_time"], world.clock.seconds(), "{token}");
        }
    }
}

/// §7.2: wrong origin, relying party, presence, verification, key.
#[apply(on_both_engines)]
async fn an_answer_that_is_not_for_this_server_or_not_of_a_verified_person_signs_nobody_in(world: World) {
    let server = world.server().await;
    let (_, mut authenticator) = with_passkey(&server, JOHN).await;
    let browser = Browser::of(&server);
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/login").await);
    let options = passkeys.options(&page, "passkey-login").await;
    let wrong: [fn(&mut Authenticator); 5] = [
        |one| "https://evil.example".clone_into(&mut one.origin),
        |one| "evil.example".clone_into(&mut one.party),
        |one| one.flags = Flags::ABSENT,
        |one| one.flags = Flags::UNVERIFIED,
        |one| one.flags = Flags::BOUND,
    ];
    for spoil in wrong {
        spoil(&mut authenticator);
        let refused = passkeys.answer(&page, "passkey-login", &authenticator.get(&options)).await;
        assert_eq!(refused.answer.status, 400);
        assert!(refused.text().contains(NOT_ACCEPTED) && refused.has("login-submit"), "{}", refused.text());
        let good = Authenticator::new();
        (authenticator.origin, authenticator.party, authenticator.flags) = (good.origin, good.party, good.flags);
    }
    for nonsense in ["", "{}", "null", "[1]"] {
        assert_eq!(passkeys.answer(&page, "passkey-login", nonsense).await.answer.status, 400);
    }
    // Another key that claims to be this passkey.
    let real: serde_json::Value = serde_json::from_str(&authenticator.get(&options)).unwrap();
    let mut forged: serde_json::Value = serde_json::from_str(&Authenticator::new().get(&options)).unwrap();
    forged["rawId"] = real["rawId"].clone();
    forged["response"]["userHandle"] = real["response"]["userHandle"].clone();
    assert_eq!(passkeys.answer(&page, "passkey-login", &forged.to_string()).await.answer.status, 400);
    // One that leaves out whose it is, and one that says somebody else's.
    for handle in [serde_json::Value::Null, "AAAA".into()] {
        let mut other = real.clone();
        other["response"]["userHandle"] = handle;
        assert_eq!(passkeys.answer(&page, "passkey-login", &other.to_string()).await.answer.status, 400);
    }
    assert!(passkeys.answer(&page, "passkey-login", &real.to_string()).await.has("passkey-add"), "the right one still");
}

#[apply(on_both_engines)]
async fn a_challenge_signs_in_once_within_five_minutes_and_in_its_browser(world: World) {
    let server = world.server().await;
    let (owner, mut authenticator) = with_passkey(&server, JOHN).await;
    let browser = Browser::of(&server);
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/login").await);
    let options = passkeys.options(&page, "passkey-login").await;
    let answer = authenticator.get(&options);
    let thief = Browser::of(&server);
    let stolen = Passkeys { browser: &thief }.answer(&thief.visit("/login").await, "passkey-login", &answer).await;
    assert_eq!(stolen.answer.status, 400, "in another browser");
    assert!(passkeys.answer(&page, "passkey-login", &answer).await.has("passkey-add"));
    let fresh = browser.visit("/login?fresh=1").await;
    assert_eq!(passkeys.answer(&fresh, "passkey-login", &answer).await.answer.status, 400, "a second time");
    // One that was given out to register with, in the same browser.
    let account = owner.visit("/account").await;
    let to_register = Passkeys { browser: &owner }.options(&account, "passkey-add").await;
    let again = owner.visit("/login?fresh=1").await;
    let refused = Passkeys { browser: &owner }.answer(&again, "passkey-login", &authenticator.get(&to_register)).await;
    assert_eq!(refused.answer.status, 400, "of another kind");
    let late = passkeys.options(&fresh, "passkey-login").await;
    world.clock.advance(Duration::from_secs(300));
    let refused = passkeys.answer(&fresh, "passkey-login", &authenticator.get(&late)).await;
    assert_eq!(refused.answer.status, 400, "too late");
}

#[apply(on_both_engines)]
async fn of_many_answers_to_one_challenge_at_once_one_signs_in(world: World) {
    let server = world.server().await;
    let (_, mut authenticator) = with_passkey(&server, JOHN).await;
    let browser = Browser::of(&server);
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/login").await);
    let options = passkeys.options(&page, "passkey-login").await;
    let answer = authenticator.get(&options);
    let tries = (0..10).map(|_| passkeys.answer(&page, "passkey-login", &answer));
    let tries = futures_util::future::join_all(tries).await;
    assert_eq!(tries.iter().filter(|page| page.answer.status == 200).count(), 1);
}

/// §6.1.1: two of a passkey that counts are found out by the one that is behind.
#[apply(on_both_engines)]
async fn a_counter_that_goes_back_is_refused_and_is_an_event(world: World) {
    let server = world.server().await;
    let (browser, mut authenticator) = (Browser::of(&server), Authenticator::new());
    authenticator.count = 7;
    let page = browser.visit("/login").await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    let passkeys = Passkeys { browser: &browser };
    passkeys.add(&mut authenticator).await;
    for (count, good) in [(8, true), (8, false), (3, false), (0, false), (9, true)] {
        authenticator.count = count;
        let page = browser.visit("/login?fresh=1").await;
        let answer = passkeys.sign_in(&page, &mut authenticator).await;
        assert_eq!(answer.answer.status == 200, good, "{count}: {}", answer.text());
    }
    let page = browser.visit("/account").await;
    for (told, times) in [("its counter went back", 3), ("Signed in with a passkey", 2), ("A passkey was added", 1)] {
        assert_eq!(page.text().matches(told).count(), times, "{told} in {}", page.text());
    }
    let cloned = "passkey.cloned".to_owned();
    assert_eq!(events(&world).await, ["passkey.added".to_owned(), cloned.clone(), cloned.clone(), cloned]);
}

#[apply(on_both_engines)]
async fn a_passkey_of_a_disabled_account_is_answered_like_an_unknown_one(world: World) {
    let server = world.server().await;
    let (_, mut authenticator) = with_passkey(&server, JOHN).await;
    let user = server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().unwrap();
    server.rooms.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    let browser = Browser::of(&server);
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/login").await);
    let disabled = passkeys.sign_in(&page, &mut authenticator).await;
    let mut unknown: serde_json::Value =
        serde_json::from_str(&Authenticator::new().get(&passkeys.options(&page, "passkey-login").await)).unwrap();
    unknown["response"]["userHandle"] = "AAAA".into();
    let unknown = passkeys.answer(&page, "passkey-login", &unknown.to_string()).await;
    assert_eq!(disabled.answer.status, 400);
    assert_eq!(unknown.answer.status, 400);
    let without_tokens = |text: &str| text.split("name=\"csrf\"").map(str::len).collect::<Vec<_>>();
    assert_eq!(without_tokens(disabled.text()), without_tokens(unknown.text()));
    assert!(disabled.text().contains(NOT_ACCEPTED));
    server.rooms.people.user_enable(user.id, &Actor::CommandLine).await.unwrap();
    assert!(passkeys.sign_in(&page, &mut authenticator).await.has("passkey-add"), "enabled again");
}

/// Sign-ins by mail go on as they were where the browser does not say that it can keep a passkey.
#[apply(on_both_engines)]
async fn a_passkey_is_offered_once_after_a_sign_in_by_mail_and_only_where_it_can_be_kept(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let plain = Browser::of(&server);
    let page = plain.visit(&authorize(&application, &[])).await;
    assert!(plain.sign_in(&server, &page, JOHN, 1).await.has("consent-allow"), "not offered");
    let able = Browser::of(&server);
    let able_signs_in = async |mails| {
        let page = able.visit(&authorize(&application, &[("prompt", "login")])).await;
        let form = page.form_with("login-submit");
        let waiting = able.submit(form, &[("email", JOHN), ("passkeys", "possible")]).await;
        let letter = crate::harness::person::letter(&server, JOHN, mails).await;
        able.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await
    };
    let offer = able_signs_in(2).await;
    assert!(offer.has("passkey-add") && offer.text().contains("Sign in faster next time"), "{}", offer.text());
    let onward = able.submit(offer.form_with("passkey-later"), &[]).await;
    assert!(onward.has("consent-allow"), "{}", onward.text());
    world.clock.advance(Duration::from_secs(3600));
    assert!(able_signs_in(3).await.has("consent-allow"), "declined, so it is not offered again");
}

#[apply(on_both_engines)]
async fn the_offer_is_taken_on_the_way_to_the_application(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let (browser, mut authenticator) = (Browser::of(&server), Authenticator::new());
    let page = browser.visit(&authorize(&application, &[])).await;
    let form = page.form_with("login-submit");
    let waiting = browser.submit(form, &[("email", JOHN), ("passkeys", "possible")]).await;
    let letter = crate::harness::person::letter(&server, JOHN, 1).await;
    let offer = browser.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await;
    let passkeys = Passkeys { browser: &browser };
    let bad = passkeys.answer(&offer, "passkey-add", "{}").await;
    assert_eq!(bad.answer.status, 400);
    let options = passkeys.options(&bad, "passkey-add").await;
    let consent = passkeys.answer(&bad, "passkey-add", &authenticator.create(&options)).await;
    assert!(consent.has("consent-allow"), "{}", consent.text());
    assert_eq!(events(&world).await, ["passkey.added"]);
}

#[apply(on_both_engines)]
async fn the_sign_in_page_offers_passkeys_in_the_field_of_the_address_and_lets_its_script_ask(world: World) {
    let server = world.server().await;
    let page = Browser::of(&server).visit("/login").await;
    assert!(page.text().contains("autocomplete=\"username webauthn\""), "{}", page.text());
    let policy = page.answer.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("connect-src 'self'") && policy.contains("script-src 'self'"), "{policy}");
}

/// Challenges are rows, so a stranger does not make any number of them.
#[apply(on_both_engines)]
async fn challenges_are_limited_by_network_and_forgotten_once_they_are_old(world: World) {
    let server = world.server_with("[rate_limits]\nauthorizations_per_ip_burst = 2\n").await;
    let browser = Browser::of(&server);
    let (passkeys, page) = (Passkeys { browser: &browser }, browser.visit("/login").await);
    for status in [200, 200, 429] {
        assert_eq!(passkeys.ask(&page, "passkey-login").await.answer.status, status);
    }
    let kept = async || world.database.texts("select cast(expires_at as text) from passkey_challenges").await.len();
    assert_eq!(kept().await, 2);
    world.clock.advance(Duration::from_secs(301));
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert_eq!(kept().await, 0);
}

/// WebAuthn §5.11: pages of origins that the operator named may use the passkeys.
#[apply(on_both_engines)]
async fn related_origins_are_published_and_taken_where_the_operator_named_some(world: World) {
    let server = world.server().await;
    assert_eq!(server.get("/.well-known/webauthn").await.status, 404);
    server.stop().await;
    let server = world.server_with("[login]\npasskey_origins = [\"https://www.example.com\"]\n").await;
    let document = server.get("/.well-known/webauthn").await.success();
    assert_eq!(document, serde_json::json!({"origins": ["https://www.example.com"]}));
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    "https://www.example.com".clone_into(&mut authenticator.origin);
    let page = browser.visit("/login?fresh=1").await;
    assert!(Passkeys { browser: &browser }.sign_in(&page, &mut authenticator).await.has("passkey-add"));
}
