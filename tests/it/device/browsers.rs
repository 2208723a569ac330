//! The browser's half: whose request it is, what the page says, and what does not count as an answer.

use gatepost::domain::application::{AccessPolicy, ApplicationKind};
use gatepost::domain::audit::Actor;
use gatepost::flows::applications::SettingsChange;
use gatepost::flows::consequences::Consequences;
use macro_rules_attribute::apply;
use reqwest::Method;

use super::{Device, ENDPOINT, enter, signed_in, signed_in_beside};
use crate::harness::browser::Browser;
use crate::harness::person::account;
use crate::harness::{Answer, Registered, World, for_people, on_both_engines};

const PROXY: &str = "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";

/// RFC 8628 §6.1.
#[apply(on_both_engines)]
async fn a_code_is_found_however_it_is_typed(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let plain = asked.user_code.replace('-', "");
    let spaced: String = plain.to_lowercase().chars().flat_map(|c| [c, ' ']).collect();
    for typed in [asked.user_code.to_lowercase(), plain.clone(), spaced, format!("  {plain}.")] {
        let question = enter(&browser, &typed).await;
        assert!(question.has("device-allow"), "{typed}: {}", question.text());
    }
}

/// RFC 8628 §5.4: what a person needs to know before they say yes.
#[apply(on_both_engines)]
async fn the_page_says_who_asks_from_where_and_for_what_and_warns(world: World) {
    let server = world.server_with(PROXY).await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let request = server.request(Method::POST, ENDPOINT).form(&[("client_id", &device.application.client_id)]);
    let request = request.header("x-forwarded-for", "198.51.100.7").header("user-agent", "curl/8.14.1 <b>");
    let user_code = Answer::of(request).await.success()["user_code"].as_str().unwrap().to_owned();
    let question = enter(&browser, &user_code).await;
    for said in [
        "Shop",
        user_code.as_str(),
        "198.51.100.7",
        "<dd>curl</dd>",
        "just now",
        "john@example.com",
        "Recognise you when you sign in",
        "Only enter a code that you see on a device in front of you.",
        "Did somebody send you a code or a link to this page",
        "The device is in another network than this browser.",
    ] {
        assert!(question.text().contains(said), "{said}: {}", question.text());
    }
    assert!(!question.text().contains("<b>"), "the program's own words are not shown");
    let beside = Browser::at(&server, "198.51.100.7");
    beside.remember("gatepost_session", &browser.cookie("gatepost_session").unwrap());
    beside.remember("gatepost_browser", &browser.cookie("gatepost_browser").unwrap());
    let question = enter(&beside, &user_code).await;
    assert!(question.has("device-allow") && !question.has("device-elsewhere"), "{}", question.text());
}

/// RFC 8628 §3.3: the pages of the flow are those of any other, in every language.
#[apply(on_both_engines)]
async fn the_pages_speak_the_languages_of_the_others(world: World) {
    let server = world.server().await;
    for (language, said) in [
        ("en", "Connect a device"),
        ("de", "Ein Gerät verbinden"),
        ("fr", "Connecter un appareil"),
        ("ja", "Connect a device"),
    ] {
        let page = Answer::of(server.request(Method::GET, "/device").header("accept-language", language)).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(said), "{language}: {}", page.text());
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
    }
}

/// RFC 8628 §3.3.1: what fetches a link, or previews it, takes no code from its device.
#[apply(on_both_engines)]
async fn opening_the_link_takes_nothing_and_approves_nothing(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let scanner = Browser::of(&server);
    for page in [scanner.visit(&asked.complete).await, scanner.head(&asked.complete).await] {
        assert_eq!(page.answer.status, 200);
    }
    let page = browser.visit(&asked.complete).await;
    assert!(page.has("device-submit") && !page.has("device-allow"), "{}", page.text());
    let question = browser.submit(page.form_with("device-submit"), &[]).await;
    assert!(question.has("device-allow"), "{}", question.text());
    device.is_told(&asked, "authorization_pending").await;
}

/// A second browser that enters the same code sees that it is taken, and cannot answer.
#[apply(on_both_engines)]
async fn a_code_belongs_to_the_first_browser_that_entered_it(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let question = enter(&browser, &asked.user_code).await;
    let other = account(&server.rooms, "other@example.com").await;
    for second in [Browser::of(&server), signed_in(&server, &other).await] {
        let taken = enter(&second, &asked.user_code).await;
        assert_eq!(taken.answer.status, 409);
        assert!(taken.has("user-code") && taken.text().contains("in another browser already"), "{}", taken.text());
        // Knowing where the first one is does not help either.
        let form = question.form_with("device-allow");
        for page in [second.get(&form.action).await, second.post(&form, &[]).await] {
            assert_eq!(page.answer.status, 400, "{}", page.text());
            assert!(page.text().contains("This code is over") && !page.has("device-allow"), "{}", page.text());
        }
    }
    device.is_told(&asked, "authorization_pending").await;
    let again = enter(&browser, &asked.user_code).await;
    browser.submit(again.form_with("device-allow"), &[]).await;
    device.polls(&asked).await.success();
}

/// RFC 9700 §4.7: a form counts only in the browser and the session that it was shown in.
#[apply(on_both_engines)]
async fn a_form_of_another_site_browser_or_session_does_nothing(world: World) {
    let server = world.server().await;
    let (device, user, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let entry = browser.visit("/device").await.form_with("device-submit");
    let code = ("user_code", asked.user_code.as_str());
    for csrf in ["", "x"] {
        let refused = browser.post(&entry, &[code, ("csrf", csrf)]).await;
        assert_eq!(refused.answer.status, 403, "{}", refused.text());
    }
    assert_eq!(Browser::of(&server).post(&entry, &[code]).await.answer.status, 403);
    let question = enter(&browser, &asked.user_code).await;
    let allow = question.form_with("device-allow");
    assert_eq!(browser.post(&allow, &[("csrf", "x")]).await.answer.status, 403);
    assert_eq!(browser.post(&allow, &[("decision", "perhaps")]).await.answer.status, 400);
    // Signed in anew, as after an attacker's sign-in in this browser: the page has to be seen again.
    let anew = signed_in(&server, &user).await;
    browser.remember("gatepost_session", &anew.cookie("gatepost_session").unwrap());
    assert_eq!(browser.post(&allow, &[]).await.answer.status, 403);
    // Signed out.
    browser.forget("gatepost_session");
    assert_eq!(browser.post(&allow, &[]).await.answer.status, 403);
    let page = browser.visit(&allow.action).await;
    assert!(page.has("login-submit") && !page.has("device-allow"), "{}", page.text());
    device.is_told(&asked, "authorization_pending").await;
}

/// Not even an application of the operator, to which the person said yes before, is allowed without the page.
#[apply(on_both_engines)]
async fn nothing_is_allowed_without_the_page_whoever_asks(world: World) {
    let server = world.server().await;
    let user = account(&server.rooms, "john@example.com").await;
    let browser = signed_in(&server, &user).await;
    let mut settings = for_people(ApplicationKind::Device);
    settings.first_party = true;
    let device = Device { server: &server, application: Registered::at(&server.rooms, settings).await };
    for _ in 0..2 {
        let asked = device.asks().await;
        let question = enter(&browser, &asked.user_code).await;
        assert!(question.has("device-allow"), "{}", question.text());
        device.is_told(&asked, "authorization_pending").await;
        browser.submit(question.form_with("device-allow"), &[]).await;
        device.polls(&asked).await.success();
    }
}

/// The person can sign in with another account before they answer.
#[apply(on_both_engines)]
async fn another_account_can_be_chosen_on_the_page(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let jane = account(&server.rooms, "jane@example.com").await;
    let asked = device.asks().await;
    let question = enter(&browser, &asked.user_code).await;
    let document = question.document();
    let switch = document.at(document.with_id("switch-account").unwrap()).attribute("href").unwrap();
    let page = browser.visit(switch).await;
    let question = browser.sign_in(&server, &page, "jane@example.com", 1).await;
    assert!(question.text().contains("jane@example.com"), "{}", question.text());
    browser.submit(question.form_with("device-allow"), &[]).await;
    let tokens = device.polls(&asked).await.success();
    let claims = server.verify(tokens["access_token"].as_str().unwrap()).await.claims;
    assert_eq!(claims["sub"].as_str(), Some(&*jane.sub));
}

/// An input that is no code gets a page, and no fault.
#[apply(on_both_engines)]
async fn whatever_is_sent_as_a_code_or_an_address_gets_a_page(world: World) {
    let server = world.server_with("[rate_limits]\nenabled = false").await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let long = "B".repeat(30_000);
    let hostile = "\"><script>alert(1)</script>";
    for odd in [
        "",
        " ",
        "-",
        "BCDF-GHJK",
        "0000-0000",
        "' or 1=1 --",
        hostile,
        "💣💣💣💣",
        "\u{202e}BCDF",
        &long,
        &asked.device_code,
    ] {
        let page = enter(&browser, odd).await;
        assert_eq!(page.answer.status, 400, "{odd}: {}", page.text());
        assert!(page.has("user-code") && !page.text().contains("<script>alert"), "{odd}: {}", page.text());
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("user_code", hostile).finish();
    let page = browser.get(&format!("/device?{query}")).await;
    assert!(page.answer.status == 200 && !page.text().contains("<script>alert"), "{}", page.text());
    for (address, status) in [
        ("/device/x", 400),
        ("/device/00000000-0000-0000-0000-000000000000", 400),
        ("/device/%00", 400),
        ("/device/a/b", 404),
        ("/device?user_code=a&user_code=b", 400),
        ("/device?user_code=%ff", 400),
    ] {
        let page = browser.get(address).await;
        assert_eq!(page.answer.status, status, "{address}: {}", page.text());
        assert!(page.text().starts_with("<!doctype html>"), "{address}: {}", page.text());
    }
    let wrong_method = Answer::of(server.request(Method::GET, ENDPOINT)).await;
    wrong_method.refusal(405, "invalid_request");
}

/// A person who may not use the application is told so and whom to ask, and not that something is wrong with their account.
#[apply(on_both_engines)]
async fn who_may_not_use_the_application_is_told_so(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let question = enter(&browser, &asked.user_code).await;
    assert!(question.has("device-allow"), "{}", question.text());
    let known = server.rooms.store.application(&device.application.client_id.parse().unwrap()).await.unwrap().unwrap();
    let mut settings = known.settings;
    settings.access = AccessPolicy::Owners;
    let change = SettingsChange { settings, version: known.version, consequences: Consequences::default() };
    let applications = &server.rooms.applications;
    applications.application_change_settings(&known.client_id, change, &Actor::CommandLine).await.unwrap();
    let told = browser.submit(question.form_with("device-allow"), &[]).await;
    assert_eq!(told.answer.status, 403, "{}", told.text());
    assert!(told.has("no-access") && !told.text().contains("disabled"), "{}", told.text());
    device.is_told(&asked, "access_denied").await;
}
