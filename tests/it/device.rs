//! Devices without a browser (RFC 8628): the whole way, and what the device is told at each step of it.

mod bound;
mod browsers;
mod limits;
mod polling;
mod races;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::json;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::account;
use crate::harness::{Answer, Registered, TestServer, Who, World, for_people, on_both_engines, person};

const ENDPOINT: &str = "/oauth/device_authorization";

/// A device that has asked.
pub(crate) struct Asked {
    device_code: String,
    pub(crate) user_code: String,
    /// The page with the code in its address.
    complete: String,
}

/// A device with an application of its own.
pub(crate) struct Device<'a> {
    server: &'a TestServer,
    application: Registered,
}

impl<'a> Device<'a> {
    async fn of(server: &'a TestServer) -> Self {
        Self::with(server, for_people(ApplicationKind::Device)).await
    }

    async fn with(server: &'a TestServer, settings: ApplicationSettings) -> Self {
        Self { server, application: Registered::at(&server.rooms, settings).await }
    }

    async fn asks_with(&self, form: &[(&str, &str)]) -> Answer {
        self.server.form(ENDPOINT, &self.application, form).await
    }

    pub(crate) async fn asks(&self) -> Asked {
        let answer = self.asks_with(&[]).await.success();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Asked {
            device_code: text("device_code"),
            user_code: text("user_code"),
            complete: text("verification_uri_complete"),
        }
    }

    pub(crate) async fn polls(&self, asked: &Asked) -> Answer {
        let form = [("grant_type", GrantType::DeviceCode.name()), ("device_code", &asked.device_code)];
        self.server.form("/token", &self.application, &form).await
    }

    async fn is_told(&self, asked: &Asked, error: &str) {
        self.polls(asked).await.refusal(400, error);
    }
}

/// Enters a code in a browser and follows to where that leads.
pub(crate) async fn enter(browser: &Browser, user_code: &str) -> Page {
    let page = browser.visit("/device").await;
    browser.submit(page.form_with("device-submit"), &[("user_code", user_code)]).await
}

/// A browser in which this person is signed in.
async fn signed_in(server: &TestServer, user: &User) -> Browser {
    let browser = Browser::of(server);
    let Who::Session(session) = server.session_of(user).await else { panic!("a session") };
    browser.remember("gatepost_session", &session);
    browser
}

/// A server, a device and a person's browser.
pub(crate) async fn signed_in_beside(server: &TestServer) -> (Device<'_>, User, Browser) {
    let user = account(&server.rooms, "john@example.com").await;
    (Device::of(server).await, user.clone(), signed_in(server, &user).await)
}

/// RFC 8628 §3.1 to §3.5.
#[apply(on_both_engines)]
async fn a_device_gets_tokens_once_a_person_has_allowed_it_in_a_browser(world: World) {
    let server = world.server().await;
    let user = account(&server.rooms, "john@example.com").await;
    let device = Device::of(&server).await;
    let asked = device.asks().await;
    device.is_told(&asked, "authorization_pending").await;

    // The person follows the link, is signed in nowhere, and signs in.
    let browser = Browser::of(&server);
    let page = browser.visit(&asked.complete).await;
    assert!(page.text().contains(&format!("value=\"{}\"", asked.user_code)), "{}", page.text());
    let sign_in = browser.submit(page.form_with("device-submit"), &[]).await;
    assert!(sign_in.has("login-submit"), "{}", sign_in.text());
    let question = browser.sign_in(&server, &sign_in, "john@example.com", 1).await;

    // Signing in has allowed nothing.
    assert!(question.has("device-allow") && question.has("device-deny"), "{}", question.text());
    world.clock.advance(std::time::Duration::from_secs(5));
    device.is_told(&asked, "authorization_pending").await;
    let done = browser.submit(question.form_with("device-allow"), &[]).await;
    assert!(done.text().contains("The device is connected"), "{}", done.text());

    // However soon after the last poll.
    let answer = device.polls(&asked).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.success();
    let claims = server.verify(tokens["access_token"].as_str().unwrap()).await.claims;
    assert_eq!((claims["sub"].as_str(), claims["scope"].as_str()), (Some(&*user.sub), Some("openid user")));
    assert_eq!(claims["aud"], json!(device.application.client_id));
    let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    assert_eq!((id_token["sub"].as_str(), &id_token["sid"]), (Some(&*user.sub), &json!(null)));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    server.form("/token", &device.application, &refresh).await.success();

    // A device code is good once, and a poll too many takes nothing away.
    device.is_told(&asked, "invalid_grant").await;
    let userinfo = server.request(reqwest::Method::GET, "/oauth/userinfo");
    let userinfo = userinfo.bearer_auth(tokens["access_token"].as_str().unwrap());
    assert_eq!(Answer::of(userinfo).await.success()["sub"], json!(user.sub));
    assert!(browser.visit("/account").await.text().contains("Shop"), "the person sees what has access");
}

/// RFC 8628 §3.2: the members of the answer, and nothing keeps them.
#[apply(on_both_engines)]
async fn the_answer_has_the_members_of_the_rfc_and_is_kept_by_nobody(world: World) {
    let server = world.server().await;
    let answer = Device::of(&server).await.asks_with(&[]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.success();
    let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        ["device_code", "expires_in", "interval", "user_code", "verification_uri", "verification_uri_complete"];
    assert_eq!(members, expected);
    assert_eq!((&body["interval"], &body["expires_in"]), (&json!(5), &json!(900)));
    assert_eq!(body["verification_uri"], "http://localhost:8080/device");
    let user_code = body["user_code"].as_str().unwrap();
    let is_letter = |c: char| "BCDFGHJKLMNPQRSTVWXZ".contains(c);
    assert!(user_code.len() == 9 && user_code.chars().enumerate().all(|(at, c)| (at == 4 && c == '-') || is_letter(c)));
    assert_eq!(body["verification_uri_complete"], format!("http://localhost:8080/device?user_code={user_code}"));
}

/// RFC 8628 §3.1: the client authenticates as it does at the token endpoint.
#[apply(on_both_engines)]
async fn a_confidential_application_authenticates_and_a_public_one_names_itself(world: World) {
    let server = world.server().await;
    let mut settings = for_people(ApplicationKind::Web);
    settings.grants.push(GrantType::DeviceCode);
    let printer = Device::with(&server, settings).await;
    let asked = printer.asks().await;
    printer.is_told(&asked, "authorization_pending").await;
    let wrong = Device { server: &server, application: printer.application.with_secret("gps_wrong") };
    wrong.asks_with(&[]).await.refusal(401, "invalid_client");
    let unnamed = server.request(reqwest::Method::POST, ENDPOINT).form(&[("scope", "openid")]);
    Answer::of(unnamed).await.refusal(401, "invalid_client");
    let unknown = Device { server: &server, application: Registered::from_id("nobody") };
    unknown.asks_with(&[]).await.refusal(401, "invalid_client");
}

/// RFC 8628 §3.1, RFC 6749 §5.2, RFC 8707 §2.
#[apply(on_both_engines)]
async fn what_an_application_may_not_ask_for_is_refused_at_once(world: World) {
    let server = world.server().await;
    let device = Device::of(&server).await;
    for (form, error) in [
        (("scope", "user nonsense"), "invalid_scope"),
        (("scope", "a\"b"), "invalid_scope"),
        (("resource", "https://c.example"), "invalid_target"),
        (("resource", "not absolute"), "invalid_target"),
    ] {
        device.asks_with(&[form]).await.refusal(400, error);
    }
    let shop = Device::with(&server, for_people(ApplicationKind::Spa)).await;
    shop.asks_with(&[]).await.refusal(400, "unauthorized_client");
    assert_eq!(world.database.texts("select id from device_grants").await, Vec::<String>::new());
}

/// RFC 8707 §2.1, RFC 6749 §3.3: what was asked for is what a person allows and the token carries.
#[apply(on_both_engines)]
async fn scope_and_resources_are_those_that_the_device_asked_for(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let answer =
        device.asks_with(&[("scope", "openid email roles"), ("resource", "https://a.example")]).await.success();
    let (device_code, user_code) = (answer["device_code"].as_str().unwrap(), answer["user_code"].as_str().unwrap());
    let question = enter(&browser, user_code).await;
    assert!(question.text().contains("See your e-mail address"), "{}", question.text());
    browser.submit(question.form_with("device-allow"), &[]).await;
    let asked = Asked { device_code: device_code.to_owned(), user_code: String::new(), complete: String::new() };
    let tokens = device.polls(&asked).await.success();
    assert_eq!(tokens["scope"], "openid email");
    let claims = server.verify(tokens["access_token"].as_str().unwrap()).await.claims;
    assert_eq!(claims["aud"], "https://a.example");
}

/// RFC 8628 §3.5, `access_denied`: at once, and for good.
#[apply(on_both_engines)]
async fn a_device_is_told_at_once_that_it_was_denied(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    device.is_told(&asked, "authorization_pending").await;
    let question = enter(&browser, &asked.user_code).await;
    let done = browser.submit(question.form_with("device-deny"), &[]).await;
    assert!(done.text().contains("The device was denied"), "{}", done.text());
    device.is_told(&asked, "access_denied").await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    device.is_told(&asked, "access_denied").await;
}

/// A television that was allowed stays signed in when the phone signs out.
#[apply(on_both_engines)]
async fn what_a_device_has_does_not_end_with_the_session_of_the_browser(world: World) {
    let server = world.server().await;
    let (device, user, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    let question = enter(&browser, &asked.user_code).await;
    browser.submit(question.form_with("device-allow"), &[]).await;
    let account = browser.visit("/account").await;
    browser.submit(account.form_to("/account/sign-out"), &[]).await;
    let tokens = device.polls(&asked).await.success();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    server.form("/token", &device.application, &refresh).await.success();
    let elsewhere = signed_in(&server, &user).await;
    assert!(elsewhere.visit("/account").await.text().contains("Shop"), "and is still there to be ended");
}

/// What a person takes back before the device has polled is taken back.
#[apply(on_both_engines)]
async fn a_device_gets_nothing_if_its_person_is_gone_before_it_polls(world: World) {
    let server = world.server().await;
    let device = Device::of(&server).await;
    for way in ["everywhere", "disabled", "deleted"] {
        let user = person::account(&server.rooms, &format!("{way}@example.com")).await;
        let browser = signed_in(&server, &user).await;
        let asked = device.asks().await;
        let question = enter(&browser, &asked.user_code).await;
        browser.submit(question.form_with("device-allow"), &[]).await;
        match way {
            "everywhere" => {
                let account = browser.visit("/account").await;
                browser.submit(account.form_to("/account/sign-out-everywhere"), &[]).await;
            }
            "disabled" => {
                server.rooms.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
                server.rooms.people.user_enable(user.id, &Actor::CommandLine).await.unwrap();
            }
            _ => {
                server.rooms.people.user_delete(user.id, &Actor::CommandLine).await.unwrap();
            }
        }
        device.is_told(&asked, "expired_token").await;
    }
}

/// RFC 8628 §4: clients find the endpoint in the metadata, and a device of the type has the grants it needs.
#[apply(on_both_engines)]
async fn clients_find_the_endpoint_and_a_device_has_its_grants_unasked(world: World) {
    let server = world.server().await;
    let metadata = server.get("/.well-known/oauth-authorization-server").await.success();
    assert_eq!(metadata["device_authorization_endpoint"], format!("http://localhost:8080{ENDPOINT}"));
    let grants = metadata["grant_types_supported"].as_array().unwrap();
    assert!(grants.contains(&json!("urn:ietf:params:oauth:grant-type:device_code")));
    let settings = ApplicationSettings::new("Television".to_owned(), ApplicationKind::Device);
    assert_eq!(settings.grants, [GrantType::DeviceCode, GrantType::RefreshToken]);
    let device = Device::with(&server, settings).await;
    let asked = device.asks().await;
    device.is_told(&asked, "authorization_pending").await;
}

/// Codes are stored as hashes only.
#[apply(on_both_engines)]
async fn no_code_is_in_the_database(world: World) {
    let server = world.server().await;
    let (device, _, browser) = signed_in_beside(&server).await;
    let asked = device.asks().await;
    enter(&browser, &asked.user_code).await;
    let dump = format!("{:?}", world.database.dump().await);
    let plain = asked.user_code.replace('-', "");
    for secret in [&asked.device_code, &asked.device_code["gpd_".len()..].to_owned(), &asked.user_code, &plain] {
        assert!(!dump.contains(secret.as_str()), "{secret}");
    }
}
