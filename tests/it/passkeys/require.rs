//! A passkey that is required, or wished for: `require`, `login.operators`, `acr_values` (RFC 9470, OIDC Core §3.1.2.1).

use std::time::Duration;

use gatepost::domain::application::ApplicationSettings;
use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::flows::groups::{GroupSettings, NewGroup};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use super::{JOHN, Passkeys, is_answered, with_passkey};
use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, letter, operator, web_application, web_settings};
use crate::harness::{Answer, Authenticator, Registered, TestServer, Who, World, on_both_engines};

async fn demanding(server: &TestServer) -> Registered {
    let settings = ApplicationSettings { require: RequiredSignIn::Passkey, ..web_settings("Vault") };
    Registered::at(&server.rooms, settings).await
}

async fn redeem(server: &TestServer, application: &Registered, page: &Page) -> Answer {
    assert!(is_answered(page), "{} {}", page.answer.status, page.text());
    let request = server.token().with_basic(application).by_grant("authorization_code");
    let request = request.parameter("code", &page.answer_parameters()["code"]).parameter("redirect_uri", CALLBACK);
    request.parameter("code_verifier", VERIFIER).send().await
}

async fn claims(server: &TestServer, application: &Registered, page: &Page) -> Value {
    let tokens = redeem(server, application, page).await.success();
    server.verify(tokens["id_token"].as_str().unwrap()).await.claims
}

async fn allow(browser: &Browser, consent: &Page) -> Page {
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await
}

/// Who has no passkey is led by mail to adding one, and to nothing else.
#[apply(on_both_engines)]
async fn an_application_that_requires_a_passkey_leads_from_mail_to_a_passkey_and_only_then_on(world: World) {
    let server = world.server().await;
    let application = demanding(&server).await;
    let (browser, mut authenticator) = (Browser::of(&server), Authenticator::new());
    let page = browser.visit(&authorize(&application, &[])).await;
    let adding = browser.sign_in(&server, &page, JOHN, 1).await;
    assert!(adding.text().contains("Add a passkey first"), "{}", adding.text());
    assert!(browser.visit(&authorize(&application, &[])).await.has("passkey-add"), "whatever is tried");
    let silent = browser.visit(&authorize(&application, &[("prompt", "none")])).await.answer_parameters();
    assert_eq!(silent["error"], "login_required");
    let passkeys = Passkeys { browser: &browser };
    let options = passkeys.options(&adding, "passkey-add").await;
    let login = passkeys.answer(&adding, "passkey-add", &authenticator.create(&options)).await;
    assert!(login.text().contains("You are asked for a passkey here"), "{}", login.text());
    let consent = passkeys.sign_in(&login, &mut authenticator).await;
    let id_token = claims(&server, &application, &allow(&browser, &consent).await).await;
    assert_eq!((&id_token["acr"], &id_token["amr"]), (&json!("urn:gatepost:passkey"), &json!(["swk", "user"])));
}

/// OpenID Connect Core Error Code `unmet_authentication_requirements`.
#[apply(on_both_engines)]
async fn who_goes_back_without_a_passkey_has_the_application_told(world: World) {
    let server = world.server().await;
    let application = demanding(&server).await;
    let browser = Browser::of(&server);
    let page = browser.visit(&authorize(&application, &[])).await;
    let adding = browser.sign_in(&server, &page, JOHN, 1).await;
    let back = browser.submit(adding.form_with("passkey-later"), &[]).await.answer_parameters();
    assert_eq!((back["error"].as_str(), back["state"].as_str()), ("unmet_authentication_requirements", "s-1"));
}

#[apply(on_both_engines)]
async fn mail_is_not_enough_for_who_has_a_passkey(world: World) {
    let server = world.server().await;
    let application = demanding(&server).await;
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    let login = browser.visit(&authorize(&application, &[])).await;
    assert!(login.text().contains("You are asked for a passkey here"), "{}", login.text());
    let silent = browser.visit(&authorize(&application, &[("prompt", "none")])).await.answer_parameters();
    assert_eq!(silent["error"], "login_required");
    // By mail they come to the same page again.
    let login = browser.visit(&authorize(&application, &[])).await;
    let waiting = browser.enter_address(&login, JOHN).await;
    let mail = letter_of_sign_in(&server).await;
    let again = browser.submit(waiting.form_with("login-code-submit"), &[("code", &mail)]).await;
    assert!(
        again.has("passkey-login") && again.text().contains("You are asked for a passkey here"),
        "{}",
        again.text()
    );
    let consent = Passkeys { browser: &browser }.sign_in(&again, &mut authenticator).await;
    assert!(is_answered(&allow(&browser, &consent).await));
}

/// The code of the newest mail, of those that are about signing in.
async fn letter_of_sign_in(server: &TestServer) -> String {
    server.rooms.mail.send_due_mail().await.unwrap();
    letter(server, JOHN, 3).await.code
}

/// What a session was enough for is judged again where something is given out.
#[apply(on_both_engines)]
async fn a_code_and_a_refresh_token_of_a_sign_in_by_mail_end_when_a_passkey_is_required(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let scope = [("scope", "openid offline_access")];
    let page = browser.visit(&authorize(&application, &scope)).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    let tokens = redeem(&server, &application, &allow(&browser, &consent).await).await.success();
    let answered = browser.visit(&authorize(&application, &scope)).await;
    let require = "update applications set require = 'passkey', version = version + 1";
    world.database.execute(require).await;
    world.database.execute("update generations set value = value + 1 where name = 'applications'").await;
    world.clock.advance(Duration::from_secs(2));
    let refused = redeem(&server, &application, &answered).await;
    refused.refusal(400, "invalid_grant");
    let request = server.token().with_basic(&application).by_grant("refresh_token");
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let refused = request.parameter("refresh_token", refresh_token).send().await;
    refused.refusal(400, "invalid_grant");
}

/// The passwordless request signs in by mail.
#[apply(on_both_engines)]
async fn an_application_that_requires_a_passkey_gets_no_mail_sent_by_its_own_request(world: World) {
    let server = world.server().await;
    account(&server.rooms, JOHN).await;
    let application = demanding(&server).await;
    let body = json!({"client_id": application.client_id, "response_type": "code", "redirect_uri": CALLBACK,
        "username": JOHN, "code_challenge": crate::harness::person::CHALLENGE, "code_challenge_method": "S256"});
    let request = server.request(reqwest::Method::POST, "/oauth/authorize").json(&body);
    let refused = Answer::of(request).await;
    refused.refusal(400, "unmet_authentication_requirements");
    assert_eq!(crate::harness::person::mails_to(&server, JOHN).await, 0);
}

/// OIDC Core §3.1.2.1: `acr_values` is a wish. Those who have a passkey are asked for it, once.
#[apply(on_both_engines)]
async fn acr_values_lead_to_a_step_up_and_the_token_tells_the_class_that_was_asked_for(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    world.clock.advance(Duration::from_secs(1));
    let consent = browser.visit(&authorize(&application, &[])).await;
    assert!(is_answered(&allow(&browser, &consent).await), "mail is enough where nothing is asked");
    for (wish, told) in [("phr", "phr"), ("urn:gatepost:passkey", "urn:gatepost:passkey"), ("phrh phr", "phr")] {
        let asked = [("acr_values", wish), ("prompt", "login")];
        let login = browser.visit(&authorize(&application, &asked)).await;
        assert!(login.has("passkey-login"), "{wish}: {}", login.text());
        let answered = Passkeys { browser: &browser }.sign_in(&login, &mut authenticator).await;
        assert_eq!(claims(&server, &application, &answered).await["acr"], told, "{wish}");
        world.clock.advance(Duration::from_secs(1));
    }
    // From the session with the passkey it is answered at once.
    let answered = browser.visit(&authorize(&application, &[("acr_values", "phr"), ("prompt", "none")])).await;
    assert_eq!(claims(&server, &application, &answered).await["acr"], "phr");
}

#[apply(on_both_engines)]
async fn a_session_by_mail_steps_up_for_acr_values_and_mail_is_taken_where_it_was_chosen(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    world.clock.advance(Duration::from_secs(1));
    let asked = [("acr_values", "phr")];
    let login = browser.visit(&authorize(&application, &asked)).await;
    assert!(
        login.has("passkey-login") && login.text().contains("You are asked for a passkey here"),
        "{}",
        login.text()
    );
    let waiting = browser.enter_address(&login, JOHN).await;
    let mail = letter_of_sign_in(&server).await;
    let consent = browser.submit(waiting.form_with("login-code-submit"), &[("code", &mail)]).await;
    let answered = allow(&browser, &consent).await;
    assert_eq!(claims(&server, &application, &answered).await["acr"], "urn:gatepost:mail", "it was a wish");
    world.clock.advance(Duration::from_secs(1));
    let login = browser.visit(&authorize(&application, &asked)).await;
    let answered = Passkeys { browser: &browser }.sign_in(&login, &mut authenticator).await;
    assert_eq!(claims(&server, &application, &answered).await["acr"], "phr");
}

/// `login.operators = "passkey"`: an operator without one has no power, and gets one by mail.
#[apply(on_both_engines)]
async fn operators_who_must_use_a_passkey_have_no_power_without_and_are_led_to_one(world: World) {
    let server = world.server_with("[login]\noperators = \"passkey\"\n").await;
    operator(&server.rooms, JOHN).await;
    let (browser, mut authenticator) = (Browser::of(&server), Authenticator::new());
    let page = browser.visit("/admin").await;
    let adding = browser.sign_in(&server, &page, JOHN, 1).await;
    assert!(adding.text().contains("Add a passkey first"), "{}", adding.text());
    let session = crate::harness::Who::Session(browser.cookie("gatepost_session").unwrap());
    let users = Answer::of(session.sends(server.request(reqwest::Method::GET, "/api/v1/users"))).await;
    assert_eq!(users.status, 403, "nor by the API: {}", users.text());
    assert_eq!(browser.visit("/account").await.answer.status, 200, "their own account is theirs");
    let passkeys = Passkeys { browser: &browser };
    let options = passkeys.options(&adding, "passkey-add").await;
    let login = passkeys.answer(&adding, "passkey-add", &authenticator.create(&options)).await;
    assert!(login.text().contains("You are asked for a passkey here"), "{}", login.text());
    let admin = passkeys.sign_in(&login, &mut authenticator).await;
    assert!(admin.answer.status == 200 && admin.text().contains("Approvals"), "{}", admin.text());
    let session = crate::harness::Who::Session(browser.cookie("gatepost_session").unwrap());
    let users = Answer::of(session.sends(server.request(reqwest::Method::GET, "/api/v1/users"))).await;
    assert_eq!(users.status, 200, "{}", users.text());
}

/// An operator's token has the power of the sign-in that it came from.
#[apply(on_both_engines)]
async fn a_token_of_an_operator_who_signed_in_by_mail_has_no_operators_power(world: World) {
    for (setting, status) in [("any", 200), ("passkey", 403)] {
        let server = world.server_with(&format!("[login]\noperators = \"{setting}\"\n")).await;
        let user = operator(&server.rooms, &format!("{setting}@example.com")).await;
        let token = server.speaking_for(&user, "gatepost:admin").await;
        let users = Answer::of(token.sends(server.request(reqwest::Method::GET, "/api/v1/users"))).await;
        assert_eq!(users.status, status, "{setting}: {}", users.text());
        server.stop().await;
    }
}

/// What an operator stopped or deleted, an owner who is an operator too gets back with an operator's power only.
#[apply(on_both_engines)]
async fn an_operator_without_a_passkey_gets_nothing_back_that_an_operator_took_away(world: World) {
    let server = world.server_with("[login]\noperators = \"passkey\"\n").await;
    let root = operator(&server.rooms, JOHN).await;
    let management = server.management().await;
    let machine = server.machine("gatepost:admin").await;
    let own = server.application_of(&root, "Bills").await;
    let path = format!("/applications/{}", own.client_id);
    let act = async |who: &Who, what: &str| management.call(who, Method::POST, &format!("{path}/{what}"), None).await;
    let (browser, mut authenticator) = with_passkey(&server, JOHN).await;
    let by_mail = Who::Session(browser.cookie("gatepost_session").unwrap());
    assert_eq!(act(&by_mail, "deactivate").await.success()["state_reason"], "requested");
    act(&by_mail, "activate").await.success();
    assert_eq!(act(&machine, "deactivate").await.success()["state_reason"], "suspended");
    act(&by_mail, "activate").await.problem(403, "access_denied");
    let portal = format!("/portal/applications/{}/danger", own.client_id);
    let page = browser.visit(&portal).await;
    let refused = browser.submit(page.form_with("app-activate"), &[]).await;
    assert_eq!(refused.answer.status, 403, "{}", refused.text());
    act(&machine, "activate").await.success();
    assert_eq!(management.delete(&machine, &path).await.status, 204);
    assert_eq!(act(&by_mail, "undelete").await.success()["state_reason"], "removed");
    act(&by_mail, "activate").await.problem(403, "access_denied");
    let login = browser.visit("/admin").await;
    Passkeys { browser: &browser }.sign_in(&login, &mut authenticator).await;
    let by_passkey = Who::Session(browser.cookie("gatepost_session").unwrap());
    assert_eq!(act(&by_passkey, "activate").await.success()["state"], "active");
}

/// A group may require one of its people, to whatever application.
#[apply(on_both_engines)]
async fn a_group_requires_a_passkey_of_its_people_and_of_nobody_else(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let user = account(&server.rooms, JOHN).await;
    account(&server.rooms, "jane@example.com").await;
    let (staff, actor): (GroupName, _) = ("staff".parse().unwrap(), Actor::CommandLine);
    let groups = &server.rooms.groups;
    groups
        .group_create(
            NewGroup { name: staff.clone(), visible_to_developers: false, require: RequiredSignIn::default() },
            &actor,
        )
        .await
        .unwrap();
    groups.group_add(&staff, &[user.id], &actor).await.unwrap();
    let (john, jane) = (Browser::of(&server), Browser::of(&server));
    let page = john.visit(&authorize(&application, &[])).await;
    let consent = john.sign_in(&server, &page, JOHN, 1).await;
    let answered = allow(&john, &consent).await;
    let group = groups.group_change(&staff, GroupSettings::require(RequiredSignIn::Passkey), &actor).await.unwrap();
    assert_eq!(group.require, RequiredSignIn::Passkey);
    redeem(&server, &application, &answered).await.refusal(400, "invalid_grant");
    let adding = john.visit(&authorize(&application, &[])).await;
    assert!(adding.text().contains("Add a passkey first"), "{}", adding.text());
    let page = jane.visit(&authorize(&application, &[])).await;
    assert!(jane.sign_in(&server, &page, "jane@example.com", 1).await.has("consent-allow"));
    groups.group_change(&staff, GroupSettings::require(RequiredSignIn::Any), &actor).await.unwrap();
    assert!(is_answered(&john.visit(&authorize(&application, &[])).await));
}
